// Start of GStreamer, and the few things every pipeline needs.
#if __has_include(<gst/gst.h>)
#include "internal.h"

#include <dlfcn.h>
#include <string.h>
#include <time.h>

hf_functions hf_library;

static const char *const hf_needed[] = {
    "webrtcbin", "nicesrc", "dtlssrtpenc", "opusenc", "opusdec", "rtpopuspay", "rtpopusdepay",
    "rtpbin", "appsrc", "audiotestsrc", "audioconvert", "audioresample", "volume", "fakesink", "vp8enc", "vp8dec",
    "rtpvp8pay", "rtpvp8depay", "videotestsrc", "videoconvert", "videoscale", "videorate", "valve", "queue",
};

static int find(void *library, const char *name, void **function) {
    *function = library ? dlsym(library, name) : NULL;
    return *function != NULL;
}

static gpointer start_once(gpointer unused) {
    (void)unused;
    // GLib writes its debug lines to stdout, where an agent may speak a protocol.
    g_log_writer_default_set_use_stderr(TRUE);
    GError *error = NULL;
    if (!gst_init_check(NULL, NULL, &error)) {
        gchar *text = g_strdup_printf("GStreamer does not start: %s", error ? error->message : "?");
        g_clear_error(&error);
        return text;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(hf_needed); i++) {
        GstElementFactory *factory = gst_element_factory_find(hf_needed[i]);
        if (!factory)
            return g_strdup_printf("GStreamer's element %s is missing. Install gstreamer1.0-plugins-base, "
                                   "-good, -bad and gstreamer1.0-nice.", hf_needed[i]);
        gst_object_unref(factory);
    }
    // Never closed: the types they register stay for the life of the process.
    void *webrtc = dlopen("libgstwebrtc-1.0.so.0", RTLD_NOW | RTLD_GLOBAL);
    void *nice = dlopen("libnice.so.10", RTLD_NOW | RTLD_GLOBAL);
    int found = find(webrtc, "gst_webrtc_session_description_get_type", (void **)&hf_library.description_type)
        && find(webrtc, "gst_webrtc_session_description_new", (void **)&hf_library.description_new)
        && find(webrtc, "gst_webrtc_session_description_free", (void **)&hf_library.description_free)
        && find(nice, "nice_agent_restart", (void **)&hf_library.ice_restart)
        && find(nice, "nice_agent_get_local_credentials", (void **)&hf_library.ice_credentials);
    return found ? NULL : g_strdup("libgstwebrtc-1.0.so.0 or libnice.so.10 is missing or too old.");
}

const char *hf_media_problem(void) {
    static GOnce once = G_ONCE_INIT;
    return g_once(&once, start_once, NULL);
}

int64_t hf_media_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

uint64_t hf_media_clock(void) {
    GstClock *clock = gst_system_clock_obtain();
    GstClockTime time = gst_clock_get_time(clock);
    gst_object_unref(clock);
    return time;
}

void hf_share_clock(GstElement *pipeline, uint64_t base) {
    GstClock *clock = gst_system_clock_obtain();
    gst_pipeline_use_clock(GST_PIPELINE(pipeline), clock);
    gst_object_unref(clock);
    gst_element_set_start_time(pipeline, GST_CLOCK_TIME_NONE);
    gst_element_set_base_time(pipeline, base);
}

GstClockTime hf_running_time(GstPad *pad, GstBuffer *buffer) {
    GstEvent *event = gst_pad_get_sticky_event(pad, GST_EVENT_SEGMENT, 0);
    if (!event)
        return GST_CLOCK_TIME_NONE;
    const GstSegment *segment = NULL;
    gst_event_parse_segment(event, &segment);
    GstClockTime time = GST_CLOCK_TIME_NONE;
    if (segment->format == GST_FORMAT_TIME)
        time = gst_segment_to_running_time(segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
    gst_event_unref(event);
    return time;
}

void hf_push(GstElement *appsrc, GstBuffer *buffer, GstClockTime time) {
    // A shallow copy: the time stamp is this receiver's own, the bytes are shared.
    GstBuffer *copy = gst_buffer_copy(buffer);
    GST_BUFFER_PTS(copy) = time;
    GST_BUFFER_DTS(copy) = GST_CLOCK_TIME_NONE;
    GstFlowReturn result = GST_FLOW_OK;
    g_signal_emit_by_name(appsrc, "push-buffer", copy, &result);
    gst_buffer_unref(copy);
}

typedef struct {
    hf_message_function function;
    gpointer object;
} hf_bus_watch;

static GstBusSyncReply on_message(GstBus *bus, GstMessage *message, gpointer data) {
    (void)bus;
    hf_bus_watch *watch = data;
    watch->function(watch->object, message);
    // The handler owns what it drops.
    gst_message_unref(message);
    return GST_BUS_DROP;
}

void hf_watch_bus(GstElement *pipeline, hf_message_function function, gpointer object) {
    hf_bus_watch *watch = g_new0(hf_bus_watch, 1);
    watch->function = function;
    watch->object = object;
    GstBus *bus = gst_element_get_bus(pipeline);
    gst_bus_set_sync_handler(bus, on_message, watch, g_free);
    gst_object_unref(bus);
}

gchar *hf_message_text(GstMessage *message) {
    GError *error = NULL;
    gst_message_parse_error(message, &error, NULL);
    gchar *text = g_strdup_printf("%s: %s", GST_MESSAGE_SRC_NAME(message), error ? error->message : "?");
    g_clear_error(&error);
    return text;
}

GstElement *hf_device_open(const char *verb, const char *server, const char *device) {
    static const char *const servers[] = {"pulse", "pipewire", "alsa"};
    for (gsize i = 0; i < (server ? 1 : G_N_ELEMENTS(servers)); i++) {
        gchar *name = g_strconcat(servers[i], verb, NULL);
        GstElement *element = gst_element_factory_make(name, NULL);
        g_free(name);
        if (!element)
            continue;
        gst_object_ref_sink(element);
        if (server)
            g_object_set(element, "server", server, NULL);
        if (device && g_object_class_find_property(G_OBJECT_GET_CLASS(element), "device"))
            g_object_set(element, "device", device, NULL);
        // READY opens the device or the connection to the server. autoaudiosrc would quietly put
        // silence in its place, and the caller could not say so.
        if (gst_element_set_state(element, GST_STATE_READY) != GST_STATE_CHANGE_FAILURE)
            return element;
        gst_element_set_state(element, GST_STATE_NULL);
        gst_object_unref(element);
    }
    return NULL;
}
#endif
