// What the files of the shim share. Only included when GStreamer is there.
#pragma once
#include <gst/gst.h>
#include <gst/sdp/sdp.h>
// The system's locks and not GLib's, which the thread sanitizer cannot see.
#include <pthread.h>

#include "CHoldfastMedia.h"

// libgstreamer-plugins-bad1.0-dev drags in OpenCV's headers (600 MB), so the little that is needed
// of libgstwebrtc is declared here. The ABI has been stable since GStreamer 1.14.
typedef enum { HF_SDP_OFFER = 1, HF_SDP_ANSWER = 3 } hf_sdp_type;
typedef struct {
    hf_sdp_type type;
    GstSDPMessage *sdp;
} hf_description;

// Looked up at the start instead of linked: a build needs no development package for them.
typedef struct {
    GType (*description_type)(void);
    hf_description *(*description_new)(hf_sdp_type type, GstSDPMessage *sdp);
    void (*description_free)(hf_description *description);
    gboolean (*ice_restart)(void *agent);
    gboolean (*ice_credentials)(void *agent, guint stream, gchar **ufrag, gchar **password);
} hf_functions;
extern hf_functions hf_library;

struct hf_source {
    GstElement *pipeline;
    GstElement *volume;
    hf_listener listener;
    int observe_payload;
    int is_file;
    gint frame_count;  // atomic
    uint64_t base;     // of the engine
    uint64_t own_base; // of this pipeline; a file begins when it is opened
    gint closed;       // atomic
    pthread_mutex_t lock;  // guards everything below
    GPtrArray *feeds;  // the appsrc of each peer
    GstClockTime last; // time stamp of the last frame handed on
    GstClockTime shift;
    GstClockTime usual_lag;  // how old frames of this device are when they come
    GstClockTime late_since; // when they began to be older than that; 0 when they are not
};

// One receiver of a picture.
typedef struct {
    GstElement *feed;  // its appsrc
    int waits;         // for a key frame: what comes before cannot be decoded
} hf_viewer;

struct hf_picture {
    GstElement *pipeline;
    GstElement *valve;
    GstElement *encoder;
    struct hf_screen *screen;  // NULL for other kinds
    hf_listener listener;
    gint frame_count;  // atomic
    uint64_t base;     // of the engine
    gint closed;       // atomic
    pthread_mutex_t lock;  // guards everything below
    GArray *viewers;
    GstClockTime last;        // time stamp of the last frame handed on
    GstClockTime late_since;  // when what comes in began to be old; 0 when it is not
};

struct hf_playout {
    GstElement *pipeline;
    GstElement *mixer;
    GstElement *gain;
    hf_listener listener;
    gint closed;
};

struct hf_speaker {
    hf_playout *playout;
    GstElement *feed;
};

// Reference counted: every callback that GStreamer may still hold keeps the peer alive.
struct hf_peer {
    GstElement *pipeline;
    GstElement *rtc;
    GstElement *feeds[HF_LINE_COUNT_MAX];
    uint32_t line_count;
    hf_listener listener;
    int controlling;
    int observe_pictures;
    gint closed;
    pthread_mutex_t lock;  // guards everything below
    hf_picture *pictures[HF_LINE_COUNT_MAX];  // what is sent on each line; the first has none
    GstElement *speaker;  // this peer's appsrc in the playout
    const char *setup;  // our DTLS role once chosen; interned
    gchar *ufrag;       // our ICE credentials since the last restart
    gchar *password;
};

hf_peer *hf_peer_ref(hf_peer *peer);
void hf_peer_unref(hf_peer *peer);
// Connects a handler that keeps the peer alive until it is disconnected.
void hf_peer_connect(hf_peer *peer, gpointer object, const char *signal, GCallback callback);
void hf_peer_report(hf_peer *peer, hf_report_kind kind, uint32_t number, const char *text);
void hf_peer_watch_reception(hf_peer *peer);

// Reports errors of a pipeline; swallows every other message.
typedef void (*hf_message_function)(gpointer object, GstMessage *message);
void hf_watch_bus(GstElement *pipeline, hf_message_function function, gpointer object);
// A failure's text for people; free with g_free.
gchar *hf_message_text(GstMessage *message);
// All pipelines of an engine share the system clock and a base, so that a time stamp made in one
// means the same in another.
void hf_share_clock(GstElement *pipeline, uint64_t base);
// The running time of a buffer at a pad, or none.
GstClockTime hf_running_time(GstPad *pad, GstBuffer *buffer);
// Hands a frame to an appsrc without ever waiting; a full queue forgets its oldest.
void hf_push(GstElement *appsrc, GstBuffer *buffer, GstClockTime time);
// Asks for a key frame; at most two a second are made. From any thread, without waiting.
void hf_picture_request_key(hf_picture *picture);

// Captures an X display or window into an appsrc, on a thread of its own. The report says that it
// came to an end by itself.
typedef struct hf_screen hf_screen;
hf_screen *hf_screen_open(const hf_picture_options *options, GstElement *feed,
                          void (*ended)(gpointer object, const char *text), gpointer object);
void hf_screen_start(hf_screen *screen);
void hf_screen_close(hf_screen *screen);

// The first of the sound servers that opens; NULL without a device. `verb` is "src" or "sink"; with
// `server`, that server of PulseAudio alone.
GstElement *hf_device_open(const char *verb, const char *server, const char *device);
