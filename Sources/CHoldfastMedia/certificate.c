// Whether the other end of DTLS is the one that signed the description.
//
// webrtcbin 1.22 never compares the certificate with the fingerprint, so whoever sits between two
// peers could talk to both. The comparison is made here, before any sound is let through.
#if __has_include(<gst/gst.h>)
#include "internal.h"

#include <string.h>

// The certificate as PEM; free with g_free.
static gchar *remote_certificate(hf_peer *peer) {
    GObject *transceiver = NULL, *receiver = NULL, *transport = NULL;
    gchar *pem = NULL;
    g_signal_emit_by_name(peer->rtc, "get-transceiver", 0, &transceiver);
    if (transceiver)
        g_object_get(transceiver, "receiver", &receiver, NULL);
    if (receiver)
        g_object_get(receiver, "transport", &transport, NULL);
    if (transport)
        g_object_get(transport, "remote-certificate", &pem, NULL);
    g_clear_object(&transport);
    g_clear_object(&receiver);
    g_clear_object(&transceiver);
    return pem;
}

// The bytes between the PEM marks; free with g_free.
static guchar *der(const char *pem, gsize *count) {
    static const char begin[] = "-----BEGIN CERTIFICATE-----", end[] = "-----END CERTIFICATE-----";
    const char *first = strstr(pem, begin);
    const char *last = first ? strstr(first, end) : NULL;
    if (!last)
        return NULL;
    first += sizeof begin - 1;
    gchar *text = g_strndup(first, (gsize)(last - first));
    guchar *bytes = g_base64_decode(text, count);
    g_free(text);
    return bytes;
}

int hf_peer_has_certificate(hf_peer *peer, const char *fingerprint) {
    gchar *pem = remote_certificate(peer);
    gsize count = 0;
    guchar *bytes = pem ? der(pem, &count) : NULL;
    g_free(pem);
    if (!bytes)
        return 0;
    gchar *hash = g_compute_checksum_for_data(G_CHECKSUM_SHA256, bytes, count);
    g_free(bytes);
    GString *text = g_string_new("sha-256 ");
    for (gsize i = 0; hash[i] && hash[i + 1]; i += 2)
        g_string_append_printf(text, "%s%c%c", i ? ":" : "", g_ascii_toupper(hash[i]), g_ascii_toupper(hash[i + 1]));
    g_free(hash);
    int same = !strcmp(text->str, fingerprint);
    g_string_free(text, TRUE);
    return same;
}
#endif
