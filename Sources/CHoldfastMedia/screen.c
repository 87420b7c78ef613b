// An X display or window, by XCB. Not by Xlib, and so not by ximagesrc: when the X server goes
// away, Xlib ends the whole process, and a call must outlive a screen.
#if __has_include(<gst/gst.h>)
#include "internal.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

// Sides longer than this are not captured: 8K.
#define HF_SCREEN_SIDE_MAX 8192

// The little that is needed of libxcb, looked up at run time; its ABI has been stable since 1.0.
typedef struct { unsigned sequence; } hf_cookie;
typedef struct { uint8_t type, code; uint16_t sequence; } hf_x_error;
typedef struct {
    uint8_t type, depth;
    uint16_t sequence;
    uint32_t length, root;
    int16_t x, y;
    uint16_t width, height, border;
} hf_geometry;
typedef struct { uint32_t *root; int remaining, index; } hf_roots;

typedef struct {
    void *(*connect)(const char *display, int *screen);
    int (*has_error)(void *connection);
    int (*file)(void *connection);
    void (*disconnect)(void *connection);
    const uint8_t *(*setup)(void *connection);
    hf_roots (*roots)(const void *setup);
    void (*next)(hf_roots *roots);
    hf_cookie (*ask_geometry)(void *connection, uint32_t drawable);
    hf_geometry *(*geometry)(void *connection, hf_cookie cookie, hf_x_error **error);
    hf_cookie (*ask_image)(void *connection, uint8_t format, uint32_t drawable, int16_t x, int16_t y, uint16_t width,
                           uint16_t height, uint32_t planes);
    void *(*image)(void *connection, hf_cookie cookie, hf_x_error **error);
    uint8_t *(*image_data)(const void *image);
    int (*image_length)(const void *image);
} hf_x;

static gpointer find_x(gpointer unused) {
    (void)unused;
    static hf_x x;
    static const struct { const char *name; void **place; } wanted[] = {
        {"xcb_connect", (void **)&x.connect},
        {"xcb_connection_has_error", (void **)&x.has_error},
        {"xcb_get_file_descriptor", (void **)&x.file},
        {"xcb_disconnect", (void **)&x.disconnect},
        {"xcb_get_setup", (void **)&x.setup},
        {"xcb_setup_roots_iterator", (void **)&x.roots},
        {"xcb_screen_next", (void **)&x.next},
        {"xcb_get_geometry", (void **)&x.ask_geometry},
        {"xcb_get_geometry_reply", (void **)&x.geometry},
        {"xcb_get_image", (void **)&x.ask_image},
        {"xcb_get_image_reply", (void **)&x.image},
        {"xcb_get_image_data", (void **)&x.image_data},
        {"xcb_get_image_data_length", (void **)&x.image_length},
    };
    void *library = dlopen("libxcb.so.1", RTLD_NOW);
    for (gsize i = 0; i < G_N_ELEMENTS(wanted); i++) {
        *wanted[i].place = library ? dlsym(library, wanted[i].name) : NULL;
        if (!*wanted[i].place)
            return NULL;
    }
    return &x;
}

struct hf_screen {
    const hf_x *x;
    void *connection;
    uint32_t drawable;
    int frames_per_second;
    uint64_t base;
    GstElement *feed;
    void (*ended)(gpointer object, const char *text);
    gpointer object;
    int width, height;  // of the last frame
    GThread *thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    int closed;  // guarded by lock
};

typedef enum { SHOT_TAKEN, SHOT_NONE, SHOT_GONE } shot;

static shot size(hf_screen *screen, int *width, int *height) {
    hf_x_error *error = NULL;
    hf_geometry *now = screen->x->geometry(screen->connection,
                                           screen->x->ask_geometry(screen->connection, screen->drawable), &error);
    free(error);
    if (!now)
        return SHOT_GONE;
    *width = now->width;
    *height = now->height;
    free(now);
    return SHOT_TAKEN;
}

static void announce(hf_screen *screen, int width, int height) {
    if (width == screen->width && height == screen->height)
        return;
    screen->width = width;
    screen->height = height;
    GstCaps *caps = gst_caps_new_simple("video/x-raw", "format", G_TYPE_STRING, "BGRx", "width", G_TYPE_INT, width,
                                        "height", G_TYPE_INT, height, "framerate", GST_TYPE_FRACTION,
                                        screen->frames_per_second, 1, NULL);
    g_object_set(screen->feed, "caps", caps, NULL);
    gst_caps_unref(caps);
}

static shot take(hf_screen *screen) {
    int width = 0, height = 0;
    if (size(screen, &width, &height) == SHOT_GONE)
        return SHOT_GONE;
    if (width < 1 || height < 1 || width > HF_SCREEN_SIDE_MAX || height > HF_SCREEN_SIDE_MAX)
        return SHOT_NONE;
    hf_x_error *error = NULL;
    // 2: whole pixels, not planes.
    void *image = screen->x->image(screen->connection,
                                   screen->x->ask_image(screen->connection, 2, screen->drawable, 0, 0,
                                                        (uint16_t)width, (uint16_t)height, ~0u), &error);
    free(error);
    if (!image)
        // A window that is hidden, or reaches over the edge, cannot be read; it may come back.
        return screen->x->has_error(screen->connection) ? SHOT_GONE : SHOT_NONE;
    gsize wanted = (gsize)width * (gsize)height * 4;
    shot result = SHOT_NONE;
    if ((gsize)screen->x->image_length(image) >= wanted) {
        announce(screen, width, height);
        GstBuffer *buffer = gst_buffer_new_memdup(screen->x->image_data(image), wanted);
        GstClockTime now = hf_media_clock();
        hf_push(screen->feed, buffer, now > screen->base ? now - screen->base : 0);
        gst_buffer_unref(buffer);
        result = SHOT_TAKEN;
    }
    free(image);
    return result;
}

static gpointer run(gpointer data) {
    hf_screen *screen = data;
    gint64 due = g_get_monotonic_time();
    pthread_mutex_lock(&screen->lock);
    while (!screen->closed) {
        pthread_mutex_unlock(&screen->lock);
        shot result = take(screen);
        pthread_mutex_lock(&screen->lock);
        if (screen->closed)
            break;
        if (result == SHOT_GONE) {
            pthread_mutex_unlock(&screen->lock);
            screen->ended(screen->object, screen->x->has_error(screen->connection)
                ? "The display is gone." : "The window was closed.");
            return NULL;
        }
        // After a freeze from now on, not in a burst.
        due = MAX(due + G_TIME_SPAN_SECOND / screen->frames_per_second, g_get_monotonic_time());
        struct timespec until = {.tv_sec = due / G_USEC_PER_SEC, .tv_nsec = due % G_USEC_PER_SEC * 1000};
        while (!screen->closed && pthread_cond_timedwait(&screen->wake, &screen->lock, &until) == 0) {
        }
    }
    pthread_mutex_unlock(&screen->lock);
    return NULL;
}

// The root window, if the display has pixels of a kind that is read here.
static uint32_t root(const hf_x *x, void *connection, int number) {
    const uint8_t *setup = x->setup(connection);
    // Byte 30: the order of bytes in images; 0 is least significant first.
    if (!setup || setup[30] != 0)
        return 0;
    hf_roots roots = x->roots(setup);
    for (; number > 0 && roots.remaining > 1; number--)
        x->next(&roots);
    return roots.remaining > 0 ? *roots.root : 0;
}

hf_screen *hf_screen_open(const hf_picture_options *options, GstElement *feed,
                          void (*ended)(gpointer object, const char *text), gpointer object) {
    static GOnce once = G_ONCE_INIT;
    const hf_x *x = g_once(&once, find_x, NULL);
    if (!x)
        return NULL;
    int number = 0, width = 0, height = 0;
    hf_screen *screen = g_new0(hf_screen, 1);
    pthread_mutex_init(&screen->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&screen->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    screen->x = x;
    screen->frames_per_second = options->frames_per_second;
    screen->base = options->base;
    screen->feed = gst_object_ref(feed);
    screen->ended = ended;
    screen->object = object;
    // Never NULL, also when it failed.
    screen->connection = x->connect(options->display && *options->display ? options->display : NULL, &number);
    if (!x->has_error(screen->connection)) {
        screen->drawable = options->window ? options->window : root(x, screen->connection, number);
        if (screen->drawable && size(screen, &width, &height) == SHOT_TAKEN)
            return screen;
    }
    hf_screen_close(screen);
    return NULL;
}

void hf_screen_start(hf_screen *screen) { screen->thread = g_thread_new("holdfast-screen", run, screen); }

void hf_screen_close(hf_screen *screen) {
    pthread_mutex_lock(&screen->lock);
    screen->closed = 1;
    pthread_cond_signal(&screen->wake);
    pthread_mutex_unlock(&screen->lock);
    if (screen->thread) {
        // An X server that hangs answers nothing; its end of the line is taken from it.
        int file = screen->x->has_error(screen->connection) ? -1 : screen->x->file(screen->connection);
        if (file >= 0)
            shutdown(file, SHUT_RDWR);
        g_thread_join(screen->thread);
    }
    screen->x->disconnect(screen->connection);
    gst_object_unref(screen->feed);
    pthread_mutex_destroy(&screen->lock);
    pthread_cond_destroy(&screen->wake);
    g_free(screen);
}
#endif
