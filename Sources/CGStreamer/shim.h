// GStreamer is optional: without its headers the module is empty and media reports itself absent.
#if __has_include(<gst/gst.h>)
#include <gst/gst.h>
#include <gst/sdp/sdp.h>
#endif
