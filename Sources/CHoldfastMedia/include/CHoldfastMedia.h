// The C side of the media engine: a thin layer over GStreamer that decides nothing about calls.
//
// Everything here compiles without GStreamer; hf_media_problem() then says that it is absent, and
// every function that opens something returns NULL.
//
// Threads: each object is opened, used and closed by one owner. Reports come on GStreamer's
// threads and must return at once. After close no further report comes; the context is released
// when GStreamer has let go of its last reference, which may be a little later.
#pragma once
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

typedef enum {
    HF_REPORT_READY = 1,  // peer: the outgoing tracks are known, an offer may be made
    HF_REPORT_OFFER,      // peer: text is the session description to send
    HF_REPORT_ANSWER,     // peer: likewise
    HF_REPORT_SETTLED,    // peer: offer and answer are in force, the next exchange may begin
    HF_REPORT_CANDIDATE,  // peer: text is the candidate of media line `number`
    HF_REPORT_STATE,      // peer: number is an hf_state
    HF_REPORT_PACKET,     // peer: an RTP packet came in: time, number = payload type, ssrc, sequence
    HF_REPORT_SOUND,      // peer: decoded sound: data = int16_t samples at 48 kHz, mono
    HF_REPORT_PICTURE,    // peer: a decoded picture of media line `number`: width, height, and data = count bytes of I420
    HF_REPORT_PAYLOAD,    // source: data = one encoded frame, as it goes to every peer
    HF_REPORT_FLOWING,    // source, picture: the first frame has been encoded
    HF_REPORT_REPEAT,     // source: the file has come to its end, hf_source_repeat is due
    HF_REPORT_DEVICE,     // devices: one of the list
    HF_REPORT_REFUSED,    // peer: a description could not be used; text says why
    HF_REPORT_FAILED,     // any: the object is of no more use; text says why
} hf_report_kind;

typedef enum {
    HF_STATE_CONNECTING = 1,
    HF_STATE_CONNECTED,
    HF_STATE_FAILED,
} hf_state;

typedef struct {
    hf_report_kind kind;
    uint32_t number;
    int64_t time_ns;  // CLOCK_MONOTONIC
    uint32_t ssrc;
    uint16_t sequence;
    uint16_t width, height;
    const char *_Nullable text;
    const void *_Nullable data;
    size_t count;  // elements in data
} hf_report;

typedef struct {
    void *context;
    void (*report)(void *context, const hf_report *report);
    void (*release)(void *context);
} hf_listener;

// NULL when media can be used; otherwise what is missing, for people. Slow the first time.
const char *_Nullable hf_media_problem(void);
// CLOCK_MONOTONIC in nanoseconds.
int64_t hf_media_now(void);
// The clock all pipelines of one engine share; its value at the start is their common base.
uint64_t hf_media_clock(void);

// MARK: Source: one per engine, encodes once for all peers.

typedef struct hf_source hf_source;
typedef enum { HF_SOURCE_DEVICE, HF_SOURCE_TONE, HF_SOURCE_FILE } hf_source_kind;
typedef struct {
    hf_source_kind kind;
    double frequency;
    const char *_Nullable path;
    const char *_Nullable server;  // of PulseAudio; NULL finds the machine's own devices
    const char *_Nullable device;  // the server's name of one device; NULL for its standard
    int muted;
    int observe_payload;  // also report every encoded frame
    uint64_t base;
} hf_source_options;

// NULL when it cannot be opened, for instance because there is no device. The listener's context
// is then released. May wait for a device, as may hf_playout_open: not for the engine's own queue.
hf_source *_Nullable hf_source_open(const hf_source_options *options, hf_listener listener);
void hf_source_mute(hf_source *source, int muted);
// Frames encoded so far, wrapping: a count that stands still is a device that gives nothing.
uint32_t hf_source_frame_count(hf_source *source);
int hf_source_repeat(hf_source *source);
// The time stamps of what this source sends continue those of the one before; no peer is attached
// to either at this moment.
void hf_source_follow(hf_source *source, hf_source *before);
// May wait for a device. Detach every peer first.
void hf_source_close(hf_source *source);

// MARK: Playout: at most one per engine, mixes what the peers send.

typedef struct hf_playout hf_playout;
// `device` is the server's name of one device; NULL for its standard.
hf_playout *_Nullable hf_playout_open(const char *_Nullable server, const char *_Nullable device, double gain,
                                      uint64_t base, hf_listener listener);
void hf_playout_gain(hf_playout *playout, double gain);
// Close every speaker first.
void hf_playout_close(hf_playout *playout);

// One peer's place in the mix. As everything that touches a playout's pipeline, opening and
// closing may wait for a device.
typedef struct hf_speaker hf_speaker;
hf_speaker *_Nullable hf_speaker_open(hf_playout *playout);
void hf_speaker_close(hf_speaker *speaker);

// MARK: Picture: at most one per track and engine, encoded once for all peers.

typedef struct hf_picture hf_picture;
typedef enum { HF_PICTURE_CAMERA, HF_PICTURE_PATTERN, HF_PICTURE_SCREEN } hf_picture_kind;
typedef struct {
    hf_picture_kind kind;
    const char *_Nullable display;  // of X, for a screen
    uint32_t window;                // of that display; 0 is all of it
    int width_max, height_max, frames_per_second, bits_per_second;
    uint64_t base;
} hf_picture_options;

// NULL when it cannot be opened; the listener's context is then released. May wait for a device.
hf_picture *_Nullable hf_picture_open(const hf_picture_options *options, hf_listener listener);
// While paused nothing is encoded.
void hf_picture_pause(hf_picture *picture, int paused);
uint32_t hf_picture_frame_count(hf_picture *picture);
// May wait for a device. Detach every peer first.
void hf_picture_close(hf_picture *picture);

// MARK: Devices: what the sound server has, and what comes and goes.

typedef struct hf_devices hf_devices;
// HF_REPORT_READY says that one has come or gone. NULL when the server cannot be asked. May wait.
hf_devices *_Nullable hf_devices_open(const char *_Nullable server, hf_listener listener);
// Reports each device before it returns: number is 1 for an input and 0 for an output, text its name
// for people, data the server's name of it, ending with a zero.
void hf_devices_list(hf_devices *devices);
void hf_devices_close(hf_devices *devices);

// MARK: Peer: one connection. Its pipeline is its own, so that no peer can stall another.

typedef struct hf_peer hf_peer;
// Sound, then pictures.
#define HF_LINE_COUNT_MAX 3
typedef struct {
    int controlling;   // the offerer; ICE keeps this role through every restart
    int relay_only;
    int observe_pictures;  // also report the pixels of every decoded picture
    uint32_t line_count;
    uint32_t payload_types[HF_LINE_COUNT_MAX];
    const char *_Nullable local_address;  // the only address to use; NULL for all but loopback
    const char *_Nullable stun_server;    // stun://host:port
    uint64_t base;
} hf_peer_options;

hf_peer *_Nullable hf_peer_open(const hf_peer_options *options, hf_listener listener);
// turn://user:password@host:port. Before the first description. 0 when it cannot be read.
int hf_peer_add_relay(hf_peer *peer, const char *url);
int hf_peer_start(hf_peer *peer);
// What the source encodes goes to this peer from now on, until it is detached.
void hf_peer_attach_source(hf_peer *peer, hf_source *source);
void hf_peer_detach_source(hf_peer *peer, hf_source *source);
// A picture goes to this peer on a media line from its next key frame on, until it is detached.
// Nothing happens when the connection has no such line.
void hf_peer_attach_picture(hf_peer *peer, uint32_t line, hf_picture *picture);
void hf_peer_detach_picture(hf_peer *peer, uint32_t line);
// What this peer sends is heard through the speaker; NULL for nowhere. Never waits.
void hf_peer_attach_speaker(hf_peer *peer, hf_speaker *_Nullable speaker);
void hf_peer_make_offer(hf_peer *peer, int restart);
void hf_peer_take_offer(hf_peer *peer, const char *description, int restart);
void hf_peer_take_answer(hf_peer *peer, const char *description);
void hf_peer_take_candidate(hf_peer *peer, uint32_t line, const char *candidate);
// Whether the certificate that DTLS saw has this hash, "sha-256 AB:CD…" in capitals.
int hf_peer_has_certificate(hf_peer *peer, const char *fingerprint);
void hf_peer_close(hf_peer *peer);

#pragma clang assume_nonnull end
