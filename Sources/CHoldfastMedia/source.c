// The one source of an engine: captured once, encoded once, handed to every peer's own pipeline.
//
// A tee inside one pipeline would do the same, but then adding, removing or losing one peer would
// touch the pipeline of all the others. Here a peer takes frames from a queue of its own that
// forgets its oldest, so the worst a stuck peer can do is to miss its own frames.
#if __has_include(<gst/gst.h>)
#include "internal.h"

// Frames this much older than usual are what a source catches up with after the process was
// frozen. Sending them in one burst would fill the receivers' jitter buffers with the past.
#define HF_STALE_NS (500 * GST_MSECOND)
// Frames that stay older are another device's usual lag.
#define HF_NEW_LAG_NS (2 * GST_SECOND)
#define HF_FRAME_NS (20 * GST_MSECOND)

static void report(hf_source *source, hf_report_kind kind, const char *text) {
    hf_report one = {.kind = kind, .time_ns = hf_media_now(), .text = text};
    if (!g_atomic_int_get(&source->closed))
        source->listener.report(source->listener.context, &one);
}

// Whether a frame belongs to a past that nobody waits for any more. Locked.
static int is_stale(hf_source *source, GstClockTime time) {
    GstClockTime now = hf_media_clock();
    GstClockTime lag = now > source->base + time ? now - source->base - time : 0;
    if (source->frame_count == 1)
        source->usual_lag = lag;
    if (lag <= source->usual_lag + HF_STALE_NS) {
        source->late_since = 0;
        return 0;
    }
    if (source->late_since == 0)
        source->late_since = now;
    if (now - source->late_since < HF_NEW_LAG_NS)
        return 1;
    source->usual_lag = lag;
    source->late_since = 0;
    return 0;
}

static void hand_on(hf_source *source, GstBuffer *buffer, GstClockTime time) {
    pthread_mutex_lock(&source->lock);
    if (!is_stale(source, time)) {
        // Another source may have been ahead: RTP time must never run backwards.
        if (time + source->shift <= source->last)
            source->shift = source->last + HF_FRAME_NS - time;
        source->last = time + source->shift;
        for (guint i = 0; i < source->feeds->len; i++)
            hf_push(g_ptr_array_index(source->feeds, i), buffer, source->last);
    }
    pthread_mutex_unlock(&source->lock);
}

static void on_frame(GstElement *sink, GstBuffer *buffer, GstPad *pad, hf_source *source) {
    (void)sink;
    if (GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_HEADER))
        return;
    GstClockTime time = hf_running_time(pad, buffer);
    if (!GST_CLOCK_TIME_IS_VALID(time))
        return;
    if (g_atomic_int_add(&source->frame_count, 1) == 0)
        report(source, HF_REPORT_FLOWING, NULL);
    hand_on(source, buffer, time + source->own_base - source->base);
    if (!source->observe_payload)
        return;
    GstMapInfo map;
    if (gst_buffer_map(buffer, &map, GST_MAP_READ)) {
        hf_report one = {.kind = HF_REPORT_PAYLOAD, .time_ns = hf_media_now(), .data = map.data, .count = map.size};
        if (!g_atomic_int_get(&source->closed))
            source->listener.report(source->listener.context, &one);
        gst_buffer_unmap(buffer, &map);
    }
}

static void on_message(gpointer object, GstMessage *message) {
    hf_source *source = object;
    switch (GST_MESSAGE_TYPE(message)) {
    case GST_MESSAGE_ERROR: {
        gchar *text = hf_message_text(message);
        report(source, HF_REPORT_FAILED, text);
        g_free(text);
        break;
    }
    case GST_MESSAGE_SEGMENT_DONE:
        // The bin passes this on once for the whole pipeline.
        if (GST_MESSAGE_SRC(message) != GST_OBJECT(source->pipeline))
            break;
        // A file without sound would come to its end again and again.
        if (g_atomic_int_get(&source->frame_count) > 0)
            report(source, HF_REPORT_REPEAT, NULL);
        else
            report(source, HF_REPORT_FAILED, "There is no sound in the file.");
        break;
    case GST_MESSAGE_EOS:
        report(source, HF_REPORT_FAILED, "The source has come to its end.");
        break;
    default:
        break;
    }
}

// The element that sound comes from; its name in the pipeline is "head".
static GstElement *head(const hf_source_options *options) {
    GError *error = NULL;
    switch (options->kind) {
    case HF_SOURCE_DEVICE:
        return hf_device_open("src", options->server, options->device);
    case HF_SOURCE_TONE: {
        GstElement *tone = gst_element_factory_make("audiotestsrc", NULL);
        if (!tone)
            return NULL;
        g_object_set(tone, "is-live", TRUE, "samplesperbuffer", 480, "freq", options->frequency, "volume", 0.4, NULL);
        // Below what can be heard the wave is a constant; silence says what is meant.
        gst_util_set_object_arg(G_OBJECT(tone), "wave", options->frequency > 0 ? "sine" : "silence");
        return gst_object_ref_sink(tone);
    }
    case HF_SOURCE_FILE: {
        GstElement *bin = gst_parse_bin_from_description(
            "filesrc name=file ! decodebin ! audioconvert name=out", FALSE, &error);
        g_clear_error(&error);
        if (!bin)
            return NULL;
        gst_object_ref_sink(bin);
        GstElement *file = gst_bin_get_by_name(GST_BIN(bin), "file");
        GstElement *out = gst_bin_get_by_name(GST_BIN(bin), "out");
        // Set as a property: a path is no place for the grammar of pipeline descriptions.
        g_object_set(file, "location", options->path, NULL);
        GstPad *pad = gst_element_get_static_pad(out, "src");
        gst_element_add_pad(bin, gst_ghost_pad_new("src", pad));
        gst_object_unref(pad);
        gst_object_unref(out);
        gst_object_unref(file);
        return bin;
    }
    }
    return NULL;
}

static void build(hf_source *source, GstElement *first) {
    GError *error = NULL;
    // Silence is encoded and sent like sound: 50 packets a second also while muted, so that the
    // other side can tell mute from loss.
    GstElement *tail = gst_parse_bin_from_description(
        "queue max-size-time=200000000 max-size-buffers=0 max-size-bytes=0 ! audioconvert ! audioresample ! "
        "audio/x-raw,rate=48000,channels=1 ! volume name=volume ! "
        "opusenc bitrate=32000 frame-size=20 inband-fec=true packet-loss-percentage=10 ! "
        "fakesink name=sink signal-handoffs=true async=false",
        TRUE, &error);
    g_clear_error(&error);
    source->pipeline = gst_object_ref_sink(gst_pipeline_new(NULL));
    gst_bin_add(GST_BIN(source->pipeline), first);
    if (!tail)
        return;
    gst_bin_add(GST_BIN(source->pipeline), tail);
    source->volume = gst_bin_get_by_name(GST_BIN(tail), "volume");
    GstElement *sink = gst_bin_get_by_name(GST_BIN(tail), "sink");
    // Only a file is faster than time.
    g_object_set(sink, "sync", source->is_file, NULL);
    g_signal_connect(sink, "handoff", G_CALLBACK(on_frame), source);
    gst_object_unref(sink);
    gst_element_link(first, tail);
}

// What is read so far took time, and must not be caught up with in a burst.
static int play_from_now(hf_source *source) {
    source->own_base = hf_media_clock();
    gst_element_set_base_time(source->pipeline, source->own_base);
    return gst_element_set_state(source->pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE;
}

hf_source *hf_source_open(const hf_source_options *options, hf_listener listener) {
    GstElement *first = hf_media_problem() ? NULL : head(options);
    if (!first) {
        listener.release(listener.context);
        return NULL;
    }
    hf_source *source = g_new0(hf_source, 1);
    pthread_mutex_init(&source->lock, NULL);
    source->feeds = g_ptr_array_new_with_free_func(gst_object_unref);
    source->listener = listener;
    source->base = options->base;
    // A device's frames are as old as the device says; a file is as new as its opening.
    source->own_base = options->kind == HF_SOURCE_FILE ? hf_media_clock() : options->base;
    source->observe_payload = options->observe_payload;
    source->is_file = options->kind == HF_SOURCE_FILE;
    build(source, first);
    gst_object_unref(first);
    hf_watch_bus(source->pipeline, on_message, source);
    hf_share_clock(source->pipeline, source->own_base);
    int opened = source->volume != NULL;
    if (opened) {
        hf_source_mute(source, options->muted);
        GstState target = source->is_file ? GST_STATE_PAUSED : GST_STATE_PLAYING;
        opened = gst_element_set_state(source->pipeline, target) != GST_STATE_CHANGE_FAILURE;
    }
    if (opened && source->is_file) {
        // A segment seek asks for "segment done" instead of the end of the stream, so that the
        // file can begin again without a flush. It needs a pipeline that has seen its data.
        opened = gst_element_get_state(source->pipeline, NULL, NULL, 5 * GST_SECOND) == GST_STATE_CHANGE_SUCCESS
            && gst_element_seek(source->pipeline, 1.0, GST_FORMAT_TIME, GST_SEEK_FLAG_SEGMENT | GST_SEEK_FLAG_FLUSH,
                                GST_SEEK_TYPE_SET, 0, GST_SEEK_TYPE_NONE, 0)
            && play_from_now(source);
    }
    if (opened)
        return source;
    hf_source_close(source);
    return NULL;
}

void hf_source_mute(hf_source *source, int muted) {
    g_object_set(source->volume, "mute", (gboolean)(muted != 0), NULL);
}

uint32_t hf_source_frame_count(hf_source *source) { return (uint32_t)g_atomic_int_get(&source->frame_count); }

int hf_source_repeat(hf_source *source) {
    return gst_element_seek(source->pipeline, 1.0, GST_FORMAT_TIME, GST_SEEK_FLAG_SEGMENT, GST_SEEK_TYPE_SET, 0,
                            GST_SEEK_TYPE_NONE, 0);
}

void hf_source_follow(hf_source *source, hf_source *before) {
    pthread_mutex_lock(&before->lock);
    GstClockTime last = before->last;
    pthread_mutex_unlock(&before->lock);
    pthread_mutex_lock(&source->lock);
    source->last = MAX(source->last, last);
    pthread_mutex_unlock(&source->lock);
}

void hf_source_close(hf_source *source) {
    g_atomic_int_set(&source->closed, 1);
    gst_element_set_state(source->pipeline, GST_STATE_NULL);
    GstBus *bus = gst_element_get_bus(source->pipeline);
    gst_bus_set_sync_handler(bus, NULL, NULL, NULL);
    gst_object_unref(bus);
    if (source->volume)
        gst_object_unref(source->volume);
    gst_object_unref(source->pipeline);
    g_ptr_array_unref(source->feeds);
    pthread_mutex_destroy(&source->lock);
    source->listener.release(source->listener.context);
    g_free(source);
}

void hf_peer_attach_source(hf_peer *peer, hf_source *source) {
    pthread_mutex_lock(&source->lock);
    if (!g_ptr_array_find(source->feeds, peer->feeds[0], NULL))
        g_ptr_array_add(source->feeds, gst_object_ref(peer->feeds[0]));
    pthread_mutex_unlock(&source->lock);
}

void hf_peer_detach_source(hf_peer *peer, hf_source *source) {
    pthread_mutex_lock(&source->lock);
    g_ptr_array_remove(source->feeds, peer->feeds[0]);
    pthread_mutex_unlock(&source->lock);
}
#endif
