// Session descriptions: one side makes every offer of a pair, and a restart is an offer with new
// ICE credentials.
//
// webrtcbin 1.22 knows no ICE restart, so it is done on its NiceAgent and written into the
// descriptions here. Three things must then stay as they were first: the ICE role (webrtcbin turns
// it round), the DTLS role (it answers "active" again, which others refuse) and the codec.
#if __has_include(<gst/gst.h>)
#include "internal.h"

#include <string.h>

typedef enum { STEP_OFFER, STEP_ANSWER, STEP_TAKE_OFFER, STEP_TAKE_ANSWER, STEP_SET_OFFER, STEP_SET_ANSWER } step_kind;
typedef struct {
    hf_peer *peer;
    step_kind kind;
} step;

static void step_free(gpointer data) {
    step *one = data;
    hf_peer_unref(one->peer);
    g_free(one);
}

static GstPromise *promise(hf_peer *peer, step_kind kind, GstPromiseChangeFunc function) {
    step *one = g_new0(step, 1);
    one->peer = hf_peer_ref(peer);
    one->kind = kind;
    return gst_promise_new_with_change_func(function, one, step_free);
}

// The error of a promise, for people; NULL when it was kept. Free with g_free.
static gchar *broken(GstPromise *done) {
    if (gst_promise_wait(done) != GST_PROMISE_RESULT_REPLIED)
        return g_strdup("The connection is being closed.");
    const GstStructure *reply = gst_promise_get_reply(done);
    if (!reply || !gst_structure_has_field(reply, "error"))
        return NULL;
    GError *error = NULL;
    gst_structure_get((GstStructure *)reply, "error", G_TYPE_ERROR, &error, NULL);
    gchar *text = g_strdup(error ? error->message : "unknown");
    g_clear_error(&error);
    return text;
}

static GObject *ice_agent(hf_peer *peer) {
    GObject *ice = NULL, *agent = NULL;
    g_object_get(peer->rtc, "ice-agent", &ice, NULL);
    if (!ice)
        return NULL;
    g_object_get(ice, "agent", &agent, NULL);
    g_object_unref(ice);
    return agent;
}

static void keep_ice_role(hf_peer *peer) {
    GObject *agent = ice_agent(peer);
    if (!agent)
        return;
    g_object_set(agent, "controlling-mode", (gboolean)(peer->controlling != 0), NULL);
    g_object_unref(agent);
}

static void restart(hf_peer *peer) {
    GObject *agent = ice_agent(peer);
    gchar *ufrag = NULL, *password = NULL;
    // max-bundle: one stream carries every line of the connection.
    gboolean done = agent && hf_library.ice_restart(agent) && hf_library.ice_credentials(agent, 1, &ufrag, &password);
    if (agent)
        g_object_unref(agent);
    if (!done) {
        hf_peer_report(peer, HF_REPORT_FAILED, 0, "ICE could not be restarted.");
        return;
    }
    pthread_mutex_lock(&peer->lock);
    g_free(peer->ufrag);
    g_free(peer->password);
    peer->ufrag = ufrag;
    peer->password = password;
    pthread_mutex_unlock(&peer->lock);
}

static void replace(GstSDPMessage *message, const char *key, const char *value) {
    for (guint i = 0; i < gst_sdp_message_medias_len(message); i++) {
        GstSDPMedia *media = (GstSDPMedia *)gst_sdp_message_get_media(message, i);
        for (guint k = 0; k < gst_sdp_media_attributes_len(media); k++) {
            if (strcmp(gst_sdp_media_get_attribute(media, k)->key, key))
                continue;
            GstSDPAttribute attribute = {0};
            gst_sdp_attribute_set(&attribute, key, value);
            gst_sdp_media_replace_attribute(media, k, &attribute);
        }
    }
}

static const char *first_value(const GstSDPMessage *message, const char *key) {
    if (gst_sdp_message_medias_len(message) == 0)
        return NULL;
    return gst_sdp_media_get_attribute_val(gst_sdp_message_get_media(message, 0), key);
}

static void keep_identity(hf_peer *peer, hf_description *description) {
    pthread_mutex_lock(&peer->lock);
    if (peer->ufrag) {
        replace(description->sdp, "ice-ufrag", peer->ufrag);
        replace(description->sdp, "ice-pwd", peer->password);
    }
    if (description->type == HF_SDP_ANSWER) {
        if (peer->setup)
            replace(description->sdp, "setup", peer->setup);
        else
            peer->setup = g_intern_string(first_value(description->sdp, "setup"));
    }
    pthread_mutex_unlock(&peer->lock);
}

static void on_local_set(GstPromise *done, gpointer data) {
    step *one = data;
    gchar *error = broken(done);
    if (error)
        hf_peer_report(one->peer, HF_REPORT_REFUSED, 0, error);
    else if (!g_atomic_int_get(&one->peer->closed))
        keep_ice_role(one->peer);
    if (!error && one->kind == STEP_SET_ANSWER)
        hf_peer_report(one->peer, HF_REPORT_SETTLED, 0, NULL);
    g_free(error);
    gst_promise_unref(done);
}

static void on_made(GstPromise *done, gpointer data) {
    step *one = data;
    hf_peer *peer = one->peer;
    hf_description *description = NULL;
    gchar *error = broken(done);
    if (!error && !g_atomic_int_get(&peer->closed))
        gst_structure_get(gst_promise_get_reply(done), one->kind == STEP_OFFER ? "offer" : "answer",
                          hf_library.description_type(), &description, NULL);
    if (description) {
        keep_identity(peer, description);
        g_signal_emit_by_name(peer->rtc, "set-local-description", description,
                              promise(peer, one->kind == STEP_OFFER ? STEP_SET_OFFER : STEP_SET_ANSWER, on_local_set));
        gchar *text = gst_sdp_message_as_text(description->sdp);
        hf_peer_report(peer, one->kind == STEP_OFFER ? HF_REPORT_OFFER : HF_REPORT_ANSWER, 0, text);
        g_free(text);
        hf_library.description_free(description);
    } else {
        hf_peer_report(peer, HF_REPORT_REFUSED, 0, error ? error : "No description could be made.");
    }
    g_free(error);
    gst_promise_unref(done);
}

static void on_remote_set(GstPromise *done, gpointer data) {
    step *one = data;
    hf_peer *peer = one->peer;
    gchar *error = broken(done);
    if (error) {
        hf_peer_report(peer, HF_REPORT_REFUSED, 0, error);
    } else if (!g_atomic_int_get(&peer->closed)) {
        keep_ice_role(peer);
        if (one->kind == STEP_TAKE_OFFER)
            g_signal_emit_by_name(peer->rtc, "create-answer", NULL, promise(peer, STEP_ANSWER, on_made));
        else
            hf_peer_report(peer, HF_REPORT_SETTLED, 0, NULL);
    }
    g_free(error);
    gst_promise_unref(done);
}

void hf_peer_make_offer(hf_peer *peer, int with_restart) {
    if (with_restart)
        restart(peer);
    g_signal_emit_by_name(peer->rtc, "create-offer", NULL, promise(peer, STEP_OFFER, on_made));
}

static void take(hf_peer *peer, hf_sdp_type type, const char *text) {
    GstSDPMessage *message = NULL;
    if (gst_sdp_message_new_from_text(text, &message) != GST_SDP_OK) {
        hf_peer_report(peer, HF_REPORT_REFUSED, 0, "The description cannot be read.");
        return;
    }
    if (type == HF_SDP_ANSWER) {
        const char *theirs = first_value(message, "setup");
        pthread_mutex_lock(&peer->lock);
        if (!peer->setup && theirs)
            peer->setup = !strcmp(theirs, "active") ? "passive" : "active";
        pthread_mutex_unlock(&peer->lock);
    }
    hf_description *description = hf_library.description_new(type, message);
    step_kind kind = type == HF_SDP_OFFER ? STEP_TAKE_OFFER : STEP_TAKE_ANSWER;
    g_signal_emit_by_name(peer->rtc, "set-remote-description", description, promise(peer, kind, on_remote_set));
    hf_library.description_free(description);
}

void hf_peer_take_offer(hf_peer *peer, const char *description, int with_restart) {
    if (with_restart)
        restart(peer);
    take(peer, HF_SDP_OFFER, description);
}

void hf_peer_take_answer(hf_peer *peer, const char *description) { take(peer, HF_SDP_ANSWER, description); }

void hf_peer_take_candidate(hf_peer *peer, uint32_t line, const char *candidate) {
    g_signal_emit_by_name(peer->rtc, "add-ice-candidate", line, candidate);
}
#endif
