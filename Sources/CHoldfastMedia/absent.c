// Stands in for the engine when GStreamer's headers are not there.
#if !__has_include(<gst/gst.h>)
#include <time.h>

#include "CHoldfastMedia.h"

const char *hf_media_problem(void) { return "This build has no GStreamer. Install its development packages and build again."; }
int64_t hf_media_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}
uint64_t hf_media_clock(void) { return (uint64_t)hf_media_now(); }

hf_source *hf_source_open(const hf_source_options *options, hf_listener listener) {
    (void)options;
    listener.release(listener.context);
    return NULL;
}
void hf_source_mute(hf_source *source, int muted) { (void)source; (void)muted; }
uint32_t hf_source_frame_count(hf_source *source) { (void)source; return 0; }
int hf_source_repeat(hf_source *source) { (void)source; return 0; }
void hf_source_follow(hf_source *source, hf_source *before) { (void)source; (void)before; }
void hf_source_close(hf_source *source) { (void)source; }

hf_playout *hf_playout_open(const char *server, const char *device, double gain, uint64_t base, hf_listener listener) {
    (void)server;
    (void)device;
    (void)gain;
    (void)base;
    listener.release(listener.context);
    return NULL;
}
void hf_playout_gain(hf_playout *playout, double gain) { (void)playout; (void)gain; }
void hf_playout_close(hf_playout *playout) { (void)playout; }

hf_speaker *hf_speaker_open(hf_playout *playout) { (void)playout; return NULL; }
void hf_speaker_close(hf_speaker *speaker) { (void)speaker; }

hf_picture *hf_picture_open(const hf_picture_options *options, hf_listener listener) {
    (void)options;
    listener.release(listener.context);
    return NULL;
}
void hf_picture_pause(hf_picture *picture, int paused) { (void)picture; (void)paused; }
uint32_t hf_picture_frame_count(hf_picture *picture) { (void)picture; return 0; }
void hf_picture_close(hf_picture *picture) { (void)picture; }

hf_devices *hf_devices_open(const char *server, hf_listener listener) {
    (void)server;
    listener.release(listener.context);
    return NULL;
}
void hf_devices_list(hf_devices *devices) { (void)devices; }
void hf_devices_close(hf_devices *devices) { (void)devices; }

hf_peer *hf_peer_open(const hf_peer_options *options, hf_listener listener) {
    (void)options;
    listener.release(listener.context);
    return NULL;
}
int hf_peer_add_relay(hf_peer *peer, const char *url) { (void)peer; (void)url; return 0; }
int hf_peer_start(hf_peer *peer) { (void)peer; return 0; }
void hf_peer_attach_source(hf_peer *peer, hf_source *source) { (void)peer; (void)source; }
void hf_peer_detach_source(hf_peer *peer, hf_source *source) { (void)peer; (void)source; }
void hf_peer_attach_picture(hf_peer *peer, uint32_t line, hf_picture *picture) {
    (void)peer;
    (void)line;
    (void)picture;
}
void hf_peer_detach_picture(hf_peer *peer, uint32_t line) { (void)peer; (void)line; }
void hf_peer_attach_speaker(hf_peer *peer, hf_speaker *speaker) { (void)peer; (void)speaker; }
void hf_peer_make_offer(hf_peer *peer, int restart) { (void)peer; (void)restart; }
void hf_peer_take_offer(hf_peer *peer, const char *description, int restart) {
    (void)peer;
    (void)description;
    (void)restart;
}
void hf_peer_take_answer(hf_peer *peer, const char *description) { (void)peer; (void)description; }
void hf_peer_take_candidate(hf_peer *peer, uint32_t line, const char *candidate) {
    (void)peer;
    (void)line;
    (void)candidate;
}
int hf_peer_has_certificate(hf_peer *peer, const char *fingerprint) {
    (void)peer;
    (void)fingerprint;
    return 0;
}
void hf_peer_close(hf_peer *peer) { (void)peer; }
#endif
