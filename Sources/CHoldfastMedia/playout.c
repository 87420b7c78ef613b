// What is heard: one mixer over all peers, in a pipeline of its own, so that a stuck or lost
// sound device never holds up reception.
#if __has_include(<gst/gst.h>)
#include "internal.h"

// The jitter buffer's delay and some time to decode; the mixer waits this long for a late peer.
#define HF_MIX_LATENCY_NS (150 * GST_MSECOND)

static void recalculate(GstElement *pipeline, gpointer unused) {
    (void)unused;
    gst_bin_recalculate_latency(GST_BIN(pipeline));
}

static void on_message(gpointer object, GstMessage *message) {
    hf_playout *playout = object;
    // Not here: this may be the thread that the calculation has to ask.
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_LATENCY)
        gst_element_call_async(playout->pipeline, recalculate, NULL, NULL);
    if (GST_MESSAGE_TYPE(message) != GST_MESSAGE_ERROR || g_atomic_int_get(&playout->closed))
        return;
    gchar *text = hf_message_text(message);
    hf_report one = {.kind = HF_REPORT_FAILED, .time_ns = hf_media_now(), .text = text};
    playout->listener.report(playout->listener.context, &one);
    g_free(text);
}

hf_playout *hf_playout_open(const char *server, const char *device_name, double gain, uint64_t base,
                            hf_listener listener) {
    GstElement *device = hf_media_problem() ? NULL : hf_device_open("sink", server, device_name);
    GError *error = NULL;
    // The mixer needs one input that never ends, or it would stop between two peers.
    GstElement *mix = device ? gst_parse_bin_from_description(
        "audiotestsrc is-live=true wave=silence ! audio/x-raw,format=S16LE,rate=48000,channels=1 ! "
        "audiomixer name=mixer ! volume name=gain ! audioconvert ! audioresample ! "
        "queue leaky=downstream max-size-time=1000000000 max-size-buffers=0 max-size-bytes=0",
        TRUE, &error) : NULL;
    g_clear_error(&error);
    if (!mix) {
        if (device) {
            gst_element_set_state(device, GST_STATE_NULL);
            gst_object_unref(device);
        }
        listener.release(listener.context);
        return NULL;
    }
    hf_playout *playout = g_new0(hf_playout, 1);
    playout->listener = listener;
    playout->pipeline = gst_object_ref_sink(gst_pipeline_new(NULL));
    playout->mixer = gst_bin_get_by_name(GST_BIN(mix), "mixer");
    playout->gain = gst_bin_get_by_name(GST_BIN(mix), "gain");
    g_object_set(playout->mixer, "min-upstream-latency", (guint64)HF_MIX_LATENCY_NS, NULL);
    gst_bin_add_many(GST_BIN(playout->pipeline), mix, device, NULL);
    gst_object_unref(device);
    hf_playout_gain(playout, gain);
    hf_watch_bus(playout->pipeline, on_message, playout);
    hf_share_clock(playout->pipeline, base);
    if (gst_element_link(mix, device)
        && gst_element_set_state(playout->pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE)
        return playout;
    hf_playout_close(playout);
    return NULL;
}

void hf_playout_gain(hf_playout *playout, double gain) { g_object_set(playout->gain, "volume", gain, NULL); }

void hf_playout_close(hf_playout *playout) {
    g_atomic_int_set(&playout->closed, 1);
    gst_element_set_state(playout->pipeline, GST_STATE_NULL);
    GstBus *bus = gst_element_get_bus(playout->pipeline);
    gst_bus_set_sync_handler(bus, NULL, NULL, NULL);
    gst_object_unref(bus);
    gst_object_unref(playout->mixer);
    gst_object_unref(playout->gain);
    gst_object_unref(playout->pipeline);
    playout->listener.release(playout->listener.context);
    g_free(playout);
}

// MARK: One peer's place in the mix

hf_speaker *hf_speaker_open(hf_playout *playout) {
    GstElement *feed = gst_element_factory_make("appsrc", NULL);
    if (!feed)
        return NULL;
    GstCaps *caps = gst_caps_from_string("audio/x-raw,format=S16LE,rate=48000,channels=1,layout=interleaved");
    g_object_set(feed, "caps", caps, "format", GST_FORMAT_TIME, "is-live", TRUE, "min-latency",
                 (gint64)HF_MIX_LATENCY_NS, "max-bytes", (guint64)0, "max-buffers", (guint64)25, NULL);
    gst_util_set_object_arg(G_OBJECT(feed), "leaky-type", "downstream");
    gst_caps_unref(caps);
    hf_speaker *speaker = g_new0(hf_speaker, 1);
    speaker->playout = playout;
    speaker->feed = gst_object_ref_sink(feed);
    GstObject *bin = gst_object_get_parent(GST_OBJECT(playout->mixer));
    gst_bin_add(GST_BIN(bin), feed);
    gst_object_unref(bin);
    if (gst_element_link(feed, playout->mixer)) {
        gst_element_sync_state_with_parent(feed);
        return speaker;
    }
    hf_speaker_close(speaker);
    return NULL;
}

void hf_speaker_close(hf_speaker *speaker) {
    GstPad *out = gst_element_get_static_pad(speaker->feed, "src");
    GstPad *in = gst_pad_get_peer(out);
    gst_element_set_locked_state(speaker->feed, TRUE);
    gst_element_set_state(speaker->feed, GST_STATE_NULL);
    if (in) {
        gst_pad_unlink(out, in);
        gst_element_release_request_pad(speaker->playout->mixer, in);
        gst_object_unref(in);
    }
    gst_object_unref(out);
    GstObject *bin = gst_object_get_parent(GST_OBJECT(speaker->feed));
    if (bin) {
        gst_bin_remove(GST_BIN(bin), speaker->feed);
        gst_object_unref(bin);
    }
    gst_object_unref(speaker->feed);
    g_free(speaker);
}

void hf_peer_attach_speaker(hf_peer *peer, hf_speaker *speaker) {
    pthread_mutex_lock(&peer->lock);
    GstElement *before = peer->speaker;
    peer->speaker = speaker ? gst_object_ref(speaker->feed) : NULL;
    pthread_mutex_unlock(&peer->lock);
    if (before)
        gst_object_unref(before);
}
#endif
