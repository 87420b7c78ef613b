// A picture: captured once, encoded once, handed to every peer's own pipeline. As with sound, a
// stuck peer can only miss its own frames; but a picture that misses one is of no use until the
// next key frame, so that is what it then waits for.
#if __has_include(<gst/gst.h>)
#include "internal.h"

// Frames this old when they come are what a source catches up with after a freeze.
#define HF_STALE_NS (500 * GST_MSECOND)
// What stays old is a slow source, not a past.
#define HF_NEW_LAG_NS (2 * GST_SECOND)
// Key frames asked for are made this often at most: three peers that lose packets would otherwise
// have nothing but key frames made, and lose more.
#define HF_KEY_INTERVAL_NS (500 * GST_MSECOND)
// Encoded frames that wait in a peer's queue before it counts as stuck.
#define HF_QUEUE_MAX 24

static void report(hf_picture *picture, hf_report_kind kind, const char *text) {
    hf_report one = {.kind = kind, .time_ns = hf_media_now(), .text = text};
    if (!g_atomic_int_get(&picture->closed))
        picture->listener.report(picture->listener.context, &one);
}

void hf_picture_request_key(hf_picture *picture) {
    GstStructure *what = gst_structure_new("GstForceKeyUnit", "running-time", G_TYPE_UINT64, GST_CLOCK_TIME_NONE,
                                           "all-headers", G_TYPE_BOOLEAN, TRUE, "count", G_TYPE_UINT, 0, NULL);
    GstPad *pad = gst_element_get_static_pad(picture->encoder, "src");
    gst_pad_send_event(pad, gst_event_new_custom(GST_EVENT_CUSTOM_UPSTREAM, what));
    gst_object_unref(pad);
}

static int is_full(GstElement *feed) {
    guint64 level = 0;
    g_object_get(feed, "current-level-buffers", &level, NULL);
    return level >= HF_QUEUE_MAX;
}

static void on_frame(GstElement *sink, GstBuffer *buffer, GstPad *pad, hf_picture *picture) {
    (void)sink;
    GstClockTime time = hf_running_time(pad, buffer);
    if (!GST_CLOCK_TIME_IS_VALID(time))
        return;
    if (g_atomic_int_add(&picture->frame_count, 1) == 0)
        report(picture, HF_REPORT_FLOWING, NULL);
    int is_key = !GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT), is_wanted = 0;
    pthread_mutex_lock(&picture->lock);
    // RTP time must never run backwards.
    picture->last = MAX(time, picture->last + 1);
    for (guint i = 0; i < picture->viewers->len; i++) {
        hf_viewer *viewer = &g_array_index(picture->viewers, hf_viewer, i);
        if (is_key)
            viewer->waits = 0;
        if (is_full(viewer->feed))
            viewer->waits = 1;
        if (viewer->waits)
            is_wanted = 1;
        else
            hf_push(viewer->feed, buffer, picture->last);
    }
    pthread_mutex_unlock(&picture->lock);
    if (is_wanted)
        hf_picture_request_key(picture);
}

// Whatever an unfrozen source has to say of the time in which it was frozen is not encoded.
static GstPadProbeReturn on_raw_frame(GstPad *pad, GstPadProbeInfo *info, gpointer data) {
    hf_picture *picture = data;
    GstClockTime time = hf_running_time(pad, GST_PAD_PROBE_INFO_BUFFER(info));
    GstClockTime now = hf_media_clock();
    int is_old = GST_CLOCK_TIME_IS_VALID(time) && now > picture->base + time + HF_STALE_NS;
    pthread_mutex_lock(&picture->lock);
    if (!is_old)
        picture->late_since = 0;
    else if (picture->late_since == 0)
        picture->late_since = now;
    int is_stale = is_old && now - picture->late_since < HF_NEW_LAG_NS;
    pthread_mutex_unlock(&picture->lock);
    return is_stale ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
}

static void on_message(gpointer object, GstMessage *message) {
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
        gchar *text = hf_message_text(message);
        report(object, HF_REPORT_FAILED, text);
        g_free(text);
    } else if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS) {
        report(object, HF_REPORT_FAILED, "The picture has come to its end.");
    }
}

static void on_screen_ended(gpointer object, const char *text) { report(object, HF_REPORT_FAILED, text); }

// The element that pictures come from.
static GstElement *head(hf_picture *picture, const hf_picture_options *options) {
    switch (options->kind) {
    case HF_PICTURE_CAMERA: {
        GstElement *camera = gst_element_factory_make("v4l2src", NULL);
        if (!camera)
            return NULL;
        gst_object_ref_sink(camera);
        // READY opens the device.
        if (gst_element_set_state(camera, GST_STATE_READY) != GST_STATE_CHANGE_FAILURE)
            return camera;
        gst_element_set_state(camera, GST_STATE_NULL);
        gst_object_unref(camera);
        return NULL;
    }
    case HF_PICTURE_PATTERN: {
        gchar *text = g_strdup_printf("videotestsrc is-live=true pattern=ball ! "
                                      "capsfilter caps=video/x-raw,format=I420,width=%d,height=%d,framerate=%d/1",
                                      options->width_max, options->height_max, options->frames_per_second);
        GstElement *bin = gst_parse_bin_from_description(text, TRUE, NULL);
        g_free(text);
        return bin ? gst_object_ref_sink(bin) : NULL;
    }
    case HF_PICTURE_SCREEN: {
        GstElement *feed = gst_element_factory_make("appsrc", NULL);
        g_object_set(feed, "is-live", TRUE, "format", GST_FORMAT_TIME, "max-bytes", (guint64)0, "max-buffers",
                     (guint64)2, NULL);
        gst_util_set_object_arg(G_OBJECT(feed), "leaky-type", "downstream");
        gst_object_ref_sink(feed);
        picture->screen = hf_screen_open(options, feed, on_screen_ended, picture);
        if (!picture->screen)
            gst_clear_object(&feed);
        return feed;
    }
    }
    return NULL;
}

static void build(hf_picture *picture, GstElement *first, const hf_picture_options *options) {
    gchar *text = g_strdup_printf(
        "queue leaky=downstream max-size-buffers=2 max-size-bytes=0 max-size-time=0 ! "
        "valve name=valve drop-mode=forward-sticky-events ! videorate drop-only=true max-rate=%d ! videoscale ! "
        "videoconvert ! video/x-raw,format=I420,width=[16,%d],height=[16,%d],pixel-aspect-ratio=1/1 ! "
        "vp8enc name=encoder deadline=1 cpu-used=8 threads=1 end-usage=cbr target-bitrate=%d keyframe-max-dist=%d "
        "min-force-key-unit-interval=%" G_GUINT64_FORMAT " ! "
        "fakesink name=sink signal-handoffs=true async=false sync=false",
        options->frames_per_second, options->width_max, options->height_max, options->bits_per_second,
        options->frames_per_second * 10, (guint64)HF_KEY_INTERVAL_NS);
    GstElement *tail = gst_parse_bin_from_description(text, TRUE, NULL);
    g_free(text);
    picture->pipeline = gst_object_ref_sink(gst_pipeline_new(NULL));
    gst_bin_add(GST_BIN(picture->pipeline), first);
    if (!tail)
        return;
    gst_bin_add(GST_BIN(picture->pipeline), tail);
    picture->valve = gst_bin_get_by_name(GST_BIN(tail), "valve");
    picture->encoder = gst_bin_get_by_name(GST_BIN(tail), "encoder");
    GstPad *raw = gst_element_get_static_pad(picture->valve, "sink");
    gst_pad_add_probe(raw, GST_PAD_PROBE_TYPE_BUFFER, on_raw_frame, picture, NULL);
    gst_object_unref(raw);
    GstElement *sink = gst_bin_get_by_name(GST_BIN(tail), "sink");
    g_signal_connect(sink, "handoff", G_CALLBACK(on_frame), picture);
    gst_object_unref(sink);
    gst_element_link(first, tail);
}

static void clear_viewer(gpointer viewer) { gst_object_unref(((hf_viewer *)viewer)->feed); }

hf_picture *hf_picture_open(const hf_picture_options *options, hf_listener listener) {
    hf_picture *picture = g_new0(hf_picture, 1);
    pthread_mutex_init(&picture->lock, NULL);
    picture->viewers = g_array_new(FALSE, TRUE, sizeof(hf_viewer));
    g_array_set_clear_func(picture->viewers, clear_viewer);
    picture->listener = listener;
    picture->base = options->base;
    GstElement *first = hf_media_problem() ? NULL : head(picture, options);
    if (first) {
        build(picture, first, options);
        gst_object_unref(first);
        hf_watch_bus(picture->pipeline, on_message, picture);
        hf_share_clock(picture->pipeline, options->base);
        if (picture->encoder
            && gst_element_set_state(picture->pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE) {
            if (picture->screen)
                hf_screen_start(picture->screen);
            return picture;
        }
    }
    hf_picture_close(picture);
    return NULL;
}

void hf_picture_pause(hf_picture *picture, int paused) {
    g_object_set(picture->valve, "drop", (gboolean)(paused != 0), NULL);
    if (!paused)
        hf_picture_request_key(picture);
}

uint32_t hf_picture_frame_count(hf_picture *picture) { return (uint32_t)g_atomic_int_get(&picture->frame_count); }

void hf_picture_close(hf_picture *picture) {
    g_atomic_int_set(&picture->closed, 1);
    if (picture->screen)
        hf_screen_close(picture->screen);
    if (picture->pipeline) {
        gst_element_set_state(picture->pipeline, GST_STATE_NULL);
        GstBus *bus = gst_element_get_bus(picture->pipeline);
        gst_bus_set_sync_handler(bus, NULL, NULL, NULL);
        gst_object_unref(bus);
    }
    gst_clear_object(&picture->valve);
    gst_clear_object(&picture->encoder);
    gst_clear_object(&picture->pipeline);
    g_array_unref(picture->viewers);
    pthread_mutex_destroy(&picture->lock);
    picture->listener.release(picture->listener.context);
    g_free(picture);
}

// MARK: Who sees it

void hf_peer_attach_picture(hf_peer *peer, uint32_t line, hf_picture *picture) {
    if (line == 0 || line >= peer->line_count)
        return;
    // A connection says that it is there again after every restart: a picture that is seen already
    // must not wait for another key frame.
    pthread_mutex_lock(&peer->lock);
    int is_seen = peer->pictures[line] == picture;
    pthread_mutex_unlock(&peer->lock);
    if (is_seen)
        return;
    hf_peer_detach_picture(peer, line);
    hf_viewer viewer = {.feed = gst_object_ref(peer->feeds[line]), .waits = 1};
    pthread_mutex_lock(&picture->lock);
    g_array_append_val(picture->viewers, viewer);
    pthread_mutex_unlock(&picture->lock);
    pthread_mutex_lock(&peer->lock);
    peer->pictures[line] = picture;
    pthread_mutex_unlock(&peer->lock);
    hf_picture_request_key(picture);
}

void hf_peer_detach_picture(hf_peer *peer, uint32_t line) {
    if (line >= peer->line_count)
        return;
    pthread_mutex_lock(&peer->lock);
    hf_picture *picture = peer->pictures[line];
    peer->pictures[line] = NULL;
    pthread_mutex_unlock(&peer->lock);
    if (!picture)
        return;
    pthread_mutex_lock(&picture->lock);
    for (guint i = picture->viewers->len; i > 0; i--)
        if (g_array_index(picture->viewers, hf_viewer, i - 1).feed == peer->feeds[line])
            g_array_remove_index(picture->viewers, i - 1);
    pthread_mutex_unlock(&picture->lock);
}
#endif
