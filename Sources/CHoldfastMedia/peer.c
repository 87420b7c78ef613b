// One connection: its pipeline, its life and its way out of GStreamer's callbacks.
#if __has_include(<gst/gst.h>)
#include "internal.h"

#include <string.h>

// Milliseconds of sound the jitter buffer holds back.
#define HF_JITTER_MS 100
// Encoded pictures that may wait for a connection: two seconds of a camera.
#define HF_PICTURE_QUEUE "30"

hf_peer *hf_peer_ref(hf_peer *peer) { return g_atomic_rc_box_acquire(peer); }

// Only memory: the elements are gone since hf_peer_close. The last reference may be a promise's,
// dropped on webrtcbin's own thread, which could not wait there for its own end.
static void clear(gpointer object) {
    hf_peer *peer = object;
    pthread_mutex_destroy(&peer->lock);
    g_free(peer->ufrag);
    g_free(peer->password);
    peer->listener.release(peer->listener.context);
}

void hf_peer_unref(hf_peer *peer) { g_atomic_rc_box_release_full(peer, clear); }

void hf_peer_report(hf_peer *peer, hf_report_kind kind, uint32_t number, const char *text) {
    hf_report one = {.kind = kind, .time_ns = hf_media_now(), .number = number, .text = text};
    if (!g_atomic_int_get(&peer->closed))
        peer->listener.report(peer->listener.context, &one);
}

static void on_candidate(GstElement *rtc, guint line, gchar *candidate, hf_peer *peer) {
    (void)rtc;
    hf_peer_report(peer, HF_REPORT_CANDIDATE, line, candidate);
}

static void on_state(GObject *rtc, GParamSpec *property, hf_peer *peer) {
    GValue value = G_VALUE_INIT;
    g_value_init(&value, property->value_type);
    g_object_get_property(rtc, property->name, &value);
    GEnumClass *names = g_type_class_ref(property->value_type);
    GEnumValue *state = g_enum_get_value(names, g_value_get_enum(&value));
    if (state && !strcmp(state->value_nick, "connecting"))
        hf_peer_report(peer, HF_REPORT_STATE, HF_STATE_CONNECTING, NULL);
    else if (state && !strcmp(state->value_nick, "connected"))
        hf_peer_report(peer, HF_REPORT_STATE, HF_STATE_CONNECTED, NULL);
    else if (state && !strcmp(state->value_nick, "failed"))
        hf_peer_report(peer, HF_REPORT_STATE, HF_STATE_FAILED, NULL);
    g_type_class_unref(names);
    g_value_unset(&value);
}

// The place of a media line in webrtcbin; unref it.
static GstPad *track(hf_peer *peer, uint32_t line) {
    gchar name[16];
    g_snprintf(name, sizeof name, "sink_%u", line);
    return gst_element_get_static_pad(peer->rtc, name);
}

static void on_track_known(GObject *pad, GParamSpec *property, hf_peer *peer) {
    (void)pad;
    (void)property;
    for (uint32_t line = 0; line < peer->line_count; line++) {
        GstPad *one = track(peer, line);
        gboolean known = one && gst_pad_has_current_caps(one);
        gst_clear_object(&one);
        if (!known)
            return;
    }
    // An offer made before this has no SSRC, and some SFUs then drop everything.
    hf_peer_report(peer, HF_REPORT_READY, 0, NULL);
}

// A receiver, or webrtcbin for one, asks for a key frame.
static GstPadProbeReturn on_picture_event(GstPad *pad, GstPadProbeInfo *info, gpointer data) {
    (void)pad;
    hf_peer *peer = data;
    const GstStructure *what = gst_event_get_structure(GST_PAD_PROBE_INFO_EVENT(info));
    if (!what || !gst_structure_has_name(what, "GstForceKeyUnit"))
        return GST_PAD_PROBE_OK;
    pthread_mutex_lock(&peer->lock);
    for (uint32_t line = 1; line < peer->line_count; line++) {
        GstPad *own = peer->pictures[line] ? gst_element_get_static_pad(peer->feeds[line], "src") : NULL;
        if (own == pad)
            hf_picture_request_key(peer->pictures[line]);
        gst_clear_object(&own);
    }
    pthread_mutex_unlock(&peer->lock);
    return GST_PAD_PROBE_DROP;
}

static void drop_probe(gpointer peer) { hf_peer_unref(peer); }

static void on_message(gpointer object, GstMessage *message) {
    if (GST_MESSAGE_TYPE(message) != GST_MESSAGE_ERROR)
        return;
    gchar *text = hf_message_text(message);
    hf_peer_report(object, HF_REPORT_FAILED, 0, text);
    g_free(text);
}

static void drop_reference(gpointer peer, GClosure *closure) {
    (void)closure;
    hf_peer_unref(peer);
}

void hf_peer_connect(hf_peer *peer, gpointer object, const char *signal, GCallback callback) {
    g_signal_connect_data(object, signal, callback, hf_peer_ref(peer), drop_reference, 0);
}

static GstElement *launch(const hf_peer_options *options) {
    GString *text = g_string_new(NULL);
    g_string_printf(text, "webrtcbin name=rtc bundle-policy=max-bundle latency=%d ", HF_JITTER_MS);
    for (uint32_t line = 0; line < options->line_count; line++) {
        uint32_t type = options->payload_types[line];
        if (line == 0)
            g_string_append_printf(text,
                "appsrc name=feed0 is-live=true format=time max-bytes=0 max-buffers=25 leaky-type=downstream "
                "caps=audio/x-opus,rate=48000,channels=1,channel-mapping-family=0,stream-count=1,coupled-count=0 ! "
                "rtpopuspay pt=%u ! application/x-rtp,media=audio,encoding-name=OPUS,payload=%u,"
                "encoding-params=(string)2 ! rtc.sink_0 ", type, type);
        else
            g_string_append_printf(text,
                "appsrc name=feed%u is-live=true format=time max-bytes=0 max-buffers=" HF_PICTURE_QUEUE
                " leaky-type=downstream caps=video/x-vp8 ! rtpvp8pay pt=%u picture-id-mode=15-bit ! "
                "application/x-rtp,media=video,encoding-name=VP8,payload=%u ! rtc.sink_%u ", line, type, type, line);
    }
    GError *error = NULL;
    GstElement *pipeline = gst_parse_launch(text->str, &error);
    g_string_free(text, TRUE);
    if (error && pipeline)
        gst_clear_object(&pipeline);
    g_clear_error(&error);
    return pipeline ? gst_object_ref_sink(pipeline) : NULL;
}

// Pins what a later offer says of a line; otherwise it is "Could not reuse transceiver".
static int pin_codec(GstElement *rtc, uint32_t line, uint32_t payload_type) {
    GObject *transceiver = NULL;
    g_signal_emit_by_name(rtc, "get-transceiver", (gint)line, &transceiver);
    if (!transceiver)
        return 0;
    GstCaps *caps = line == 0
        ? gst_caps_new_simple("application/x-rtp", "media", G_TYPE_STRING, "audio", "encoding-name", G_TYPE_STRING,
                              "OPUS", "clock-rate", G_TYPE_INT, 48000, "payload", G_TYPE_INT, (int)payload_type,
                              "encoding-params", G_TYPE_STRING, "2", NULL)
        : gst_caps_new_simple("application/x-rtp", "media", G_TYPE_STRING, "video", "encoding-name", G_TYPE_STRING,
                              "VP8", "clock-rate", G_TYPE_INT, 90000, "payload", G_TYPE_INT, (int)payload_type,
                              "rtcp-fb-nack-pli", G_TYPE_BOOLEAN, TRUE, NULL);
    g_object_set(transceiver, "codec-preferences", caps, NULL);
    gst_caps_unref(caps);
    g_object_unref(transceiver);
    return 1;
}

// Watches the tracks until they are known, and what is asked of the pictures.
static int watch_tracks(hf_peer *peer, const hf_peer_options *options) {
    for (uint32_t line = 0; line < peer->line_count; line++) {
        gchar name[16];
        g_snprintf(name, sizeof name, "feed%u", line);
        peer->feeds[line] = gst_bin_get_by_name(GST_BIN(peer->pipeline), name);
        GstPad *pad = track(peer, line);
        if (!pad || !pin_codec(peer->rtc, line, options->payload_types[line]))
            return 0;
        hf_peer_connect(peer, pad, "notify::caps", G_CALLBACK(on_track_known));
        gst_object_unref(pad);
        if (line == 0)
            continue;
        GstPad *out = gst_element_get_static_pad(peer->feeds[line], "src");
        gst_pad_add_probe(out, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, on_picture_event, hf_peer_ref(peer), drop_probe);
        gst_object_unref(out);
    }
    return 1;
}

static int restrict_paths(GstElement *rtc, const hf_peer_options *options) {
    GObject *ice = NULL, *agent = NULL;
    gboolean accepted = TRUE;
    g_object_get(rtc, "ice-agent", &ice, NULL);
    if (!ice)
        return 0;
    // libnice otherwise looks for routers on every network and opens ports on them, unasked and in
    // spite of any other restriction.
    g_object_get(ice, "agent", &agent, NULL);
    if (agent) {
        g_object_set(agent, "upnp", FALSE, NULL);
        g_object_unref(agent);
    }
    if (options->relay_only)
        gst_util_set_object_arg(G_OBJECT(rtc), "ice-transport-policy", "relay");
    if (options->stun_server)
        g_object_set(rtc, "stun-server", options->stun_server, NULL);
    // libnice gathers every interface but the loopback unless it is told an address; then that one
    // alone is used.
    if (options->local_address)
        g_signal_emit_by_name(ice, "add-local-ip-address", options->local_address, &accepted);
    g_object_unref(ice);
    return accepted;
}

hf_peer *hf_peer_open(const hf_peer_options *options, hf_listener listener) {
    GstElement *pipeline = NULL;
    if (!hf_media_problem() && options->line_count >= 1 && options->line_count <= HF_LINE_COUNT_MAX)
        pipeline = launch(options);
    if (!pipeline) {
        listener.release(listener.context);
        return NULL;
    }
    hf_peer *peer = g_atomic_rc_box_new0(hf_peer);
    pthread_mutex_init(&peer->lock, NULL);
    peer->listener = listener;
    peer->pipeline = pipeline;
    peer->controlling = options->controlling;
    peer->line_count = options->line_count;
    peer->observe_pictures = options->observe_pictures;
    peer->rtc = gst_bin_get_by_name(GST_BIN(pipeline), "rtc");
    hf_share_clock(pipeline, options->base);
    hf_peer_connect(peer, peer->rtc, "on-ice-candidate", G_CALLBACK(on_candidate));
    hf_peer_connect(peer, peer->rtc, "notify::connection-state", G_CALLBACK(on_state));
    hf_peer_watch_reception(peer);
    hf_watch_bus(pipeline, on_message, peer);
    if (watch_tracks(peer, options) && restrict_paths(peer->rtc, options))
        return peer;
    hf_peer_close(peer);
    return NULL;
}

int hf_peer_add_relay(hf_peer *peer, const char *url) {
    gboolean accepted = FALSE;
    g_signal_emit_by_name(peer->rtc, "add-turn-server", url, &accepted);
    return accepted;
}

int hf_peer_start(hf_peer *peer) {
    // One frame of Opus silence makes the track known at once, whatever the source is doing.
    static const guint8 silence[] = {0xF8, 0xFF, 0xFE};
    if (gst_element_set_state(peer->pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
        return 0;
    GstBuffer *buffer = gst_buffer_new_memdup(silence, sizeof silence);
    GstClockTime now = hf_media_clock(), base = gst_element_get_base_time(peer->pipeline);
    hf_push(peer->feeds[0], buffer, now > base ? now - base : 0);
    gst_buffer_unref(buffer);
    return 1;
}

void hf_peer_close(hf_peer *peer) {
    g_atomic_int_set(&peer->closed, 1);
    hf_peer_attach_speaker(peer, NULL);
    for (uint32_t line = 1; line < peer->line_count; line++)
        hf_peer_detach_picture(peer, line);
    // Waits for every streaming thread and for webrtcbin's own: nothing calls back after this.
    gst_element_set_state(peer->pipeline, GST_STATE_NULL);
    GstBus *bus = gst_element_get_bus(peer->pipeline);
    gst_bus_set_sync_handler(bus, NULL, NULL, NULL);
    gst_object_unref(bus);
    // Each handler holds a reference; without this the peer and its elements would hold each other.
    g_signal_handlers_disconnect_by_data(peer->rtc, peer);
    g_signal_handlers_disconnect_by_data(peer->pipeline, peer);
    for (uint32_t line = 0; line < peer->line_count; line++) {
        GstPad *pad = track(peer, line);
        if (pad)
            g_signal_handlers_disconnect_by_data(pad, peer);
        gst_clear_object(&pad);
        gst_clear_object(&peer->feeds[line]);
    }
    gst_clear_object(&peer->rtc);
    gst_clear_object(&peer->pipeline);
    hf_peer_unref(peer);
}
#endif
