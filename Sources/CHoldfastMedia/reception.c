// What comes in: every packet where it leaves the socket, and the sound once it is decoded.
#if __has_include(<gst/gst.h>)
#include "internal.h"

#include <string.h>

// SRTP leaves the RTP header in the clear, so arrival is measured before decryption and before
// any jitter buffer.
static void one_packet(hf_peer *peer, GstBuffer *buffer) {
    guint8 header[12];
    if (gst_buffer_extract(buffer, 0, header, sizeof header) < sizeof header)
        return;
    // Version 2 in the first byte: otherwise DTLS or STUN (RFC 7983). 192 to 223 is RTCP (RFC 5761).
    if ((header[0] & 0xC0) != 0x80 || (header[1] >= 192 && header[1] <= 223))
        return;
    hf_report one = {
        .kind = HF_REPORT_PACKET,
        .time_ns = hf_media_now(),
        .number = header[1] & 0x7F,
        .ssrc = GST_READ_UINT32_BE(header + 8),
        .sequence = GST_READ_UINT16_BE(header + 2),
    };
    if (!g_atomic_int_get(&peer->closed))
        peer->listener.report(peer->listener.context, &one);
}

static GstPadProbeReturn on_packet(GstPad *pad, GstPadProbeInfo *info, gpointer data) {
    (void)pad;
    if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
        one_packet(data, GST_PAD_PROBE_INFO_BUFFER(info));
    } else if (info->type & GST_PAD_PROBE_TYPE_BUFFER_LIST) {
        GstBufferList *list = GST_PAD_PROBE_INFO_BUFFER_LIST(info);
        for (guint i = 0; i < gst_buffer_list_length(list); i++)
            one_packet(data, gst_buffer_list_get(list, i));
    }
    return GST_PAD_PROBE_OK;
}

static void drop_reference(gpointer peer) { hf_peer_unref(peer); }

static void on_element(GstBin *bin, GstBin *inner, GstElement *element, hf_peer *peer) {
    (void)bin;
    (void)inner;
    GstElementFactory *factory = gst_element_get_factory(element);
    if (!factory || strcmp(GST_OBJECT_NAME(factory), "nicesrc"))
        return;
    GstPad *pad = gst_element_get_static_pad(element, "src");
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, on_packet, hf_peer_ref(peer),
                      drop_reference);
    gst_object_unref(pad);
}

static void on_sound(GstElement *sink, GstBuffer *buffer, GstPad *pad, hf_peer *peer) {
    (void)sink;
    GstMapInfo map;
    if (!g_atomic_int_get(&peer->closed) && gst_buffer_map(buffer, &map, GST_MAP_READ)) {
        hf_report one = {.kind = HF_REPORT_SOUND, .time_ns = hf_media_now(), .data = map.data, .count = map.size / 2};
        peer->listener.report(peer->listener.context, &one);
        gst_buffer_unmap(buffer, &map);
    }
    GstClockTime time = hf_running_time(pad, buffer);
    pthread_mutex_lock(&peer->lock);
    if (peer->speaker && GST_CLOCK_TIME_IS_VALID(time))
        hf_push(peer->speaker, buffer, time);
    pthread_mutex_unlock(&peer->lock);
}

static void on_picture(GstElement *sink, GstBuffer *buffer, GstPad *pad, hf_peer *peer) {
    GstCaps *caps = gst_pad_get_current_caps(pad);
    int width = 0, height = 0;
    GstMapInfo map;
    if (!caps)
        return;
    const GstStructure *format = gst_caps_get_structure(caps, 0);
    if (gst_structure_get_int(format, "width", &width) && gst_structure_get_int(format, "height", &height)
        && !g_atomic_int_get(&peer->closed)) {
        hf_report one = {
            .kind = HF_REPORT_PICTURE,
            .time_ns = hf_media_now(),
            .number = GPOINTER_TO_UINT(g_object_get_data(G_OBJECT(sink), "line")),
            .width = (uint16_t)width,
            .height = (uint16_t)height,
        };
        gboolean mapped = peer->observe_pictures && gst_buffer_map(buffer, &map, GST_MAP_READ);
        if (mapped) {
            one.data = map.data;
            one.count = map.size;
        }
        peer->listener.report(peer->listener.context, &one);
        if (mapped)
            gst_buffer_unmap(buffer, &map);
    }
    gst_caps_unref(caps);
}

// The media line that a pad of webrtcbin receives.
static guint line_of(GstPad *pad) {
    GObject *transceiver = NULL;
    guint line = 0;
    g_object_get(pad, "transceiver", &transceiver, NULL);
    if (transceiver)
        g_object_get(transceiver, "mlineindex", &line, NULL);
    g_clear_object(&transceiver);
    return line;
}

static void on_track(GstElement *rtc, GstPad *pad, hf_peer *peer) {
    (void)rtc;
    if (GST_PAD_DIRECTION(pad) != GST_PAD_SRC || g_atomic_int_get(&peer->closed))
        return;
    GstCaps *caps = gst_pad_get_current_caps(pad);
    if (!caps)
        caps = gst_pad_query_caps(pad, NULL);
    const char *codec = gst_caps_get_size(caps) > 0
        ? gst_structure_get_string(gst_caps_get_structure(caps, 0), "encoding-name") : NULL;
    int is_sound = codec && !g_ascii_strcasecmp(codec, "OPUS");
    int is_picture = codec && !g_ascii_strcasecmp(codec, "VP8");
    // What is not understood is thrown away: an unlinked pad would stop the whole connection.
    const char *text = is_sound
        ? "rtpopusdepay ! opusdec plc=true use-inband-fec=true ! audioconvert ! audioresample ! "
          "audio/x-raw,format=S16LE,rate=48000,channels=1 ! fakesink name=sink signal-handoffs=true async=false"
        : is_picture
        // What cannot be decoded is not shown as rubbish: the sender is asked for a key frame.
        ? "rtpvp8depay request-keyframe=true wait-for-keyframe=true ! vp8dec ! videoconvert ! "
          "video/x-raw,format=I420 ! fakesink name=sink signal-handoffs=true async=false sync=false"
        : "fakesink async=false";
    gst_caps_unref(caps);
    GError *error = NULL;
    GstElement *bin = gst_parse_bin_from_description(text, TRUE, &error);
    g_clear_error(&error);
    if (!bin) {
        hf_peer_report(peer, HF_REPORT_FAILED, 0, "What is received cannot be decoded.");
        return;
    }
    GstElement *sink = gst_bin_get_by_name(GST_BIN(bin), "sink");
    if (sink) {
        if (is_picture)
            g_object_set_data(G_OBJECT(sink), "line", GUINT_TO_POINTER(line_of(pad)));
        hf_peer_connect(peer, sink, "handoff", is_sound ? G_CALLBACK(on_sound) : G_CALLBACK(on_picture));
        gst_object_unref(sink);
    }
    gst_bin_add(GST_BIN(peer->pipeline), bin);
    gst_element_sync_state_with_parent(bin);
    GstPad *in = gst_element_get_static_pad(bin, "sink");
    if (!in || gst_pad_link(pad, in) != GST_PAD_LINK_OK)
        hf_peer_report(peer, HF_REPORT_FAILED, 0, "What is received cannot be linked.");
    if (in)
        gst_object_unref(in);
}

void hf_peer_watch_reception(hf_peer *peer) {
    hf_peer_connect(peer, peer->pipeline, "deep-element-added", G_CALLBACK(on_element));
    hf_peer_connect(peer, peer->rtc, "pad-added", G_CALLBACK(on_track));
}
#endif
