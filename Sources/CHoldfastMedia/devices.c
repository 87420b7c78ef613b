// The sound devices of this machine, and word of those that come and go.
#if __has_include(<gst/gst.h>)
#include "internal.h"

#include <string.h>

struct hf_devices {
    GstDeviceProvider *provider;
    hf_listener listener;
    gint closed;
};

static void report(hf_devices *devices, hf_report_kind kind, uint32_t number, const char *text, const char *name) {
    hf_report one = {.kind = kind, .time_ns = hf_media_now(), .number = number, .text = text, .data = name};
    one.count = name ? strlen(name) + 1 : 0;
    if (!g_atomic_int_get(&devices->closed))
        devices->listener.report(devices->listener.context, &one);
}

static GstBusSyncReply on_message(GstBus *bus, GstMessage *message, gpointer data) {
    (void)bus;
    switch (GST_MESSAGE_TYPE(message)) {
    case GST_MESSAGE_DEVICE_ADDED:
    case GST_MESSAGE_DEVICE_REMOVED:
        report(data, HF_REPORT_READY, 0, NULL, NULL);
        break;
    default:
        break;
    }
    gst_message_unref(message);
    return GST_BUS_DROP;
}

// A provider of our own. GStreamer hands out one for the whole process, with one bus: of two engines
// only the later would hear of changes, and the end of one would be the end for both.
static GstDeviceProvider *make_provider(const char *name) {
    GstDeviceProviderFactory *found = gst_device_provider_factory_find(name);
    if (!found)
        return NULL;
    GstPluginFeature *loaded = gst_plugin_feature_load(GST_PLUGIN_FEATURE(found));
    gst_object_unref(found);
    if (!loaded)
        return NULL;
    GType type = gst_device_provider_factory_get_device_provider_type(GST_DEVICE_PROVIDER_FACTORY(loaded));
    gst_object_unref(loaded);
    return type ? gst_object_ref_sink(g_object_new(type, NULL)) : NULL;
}

static int start(hf_devices *devices, const char *name, const char *server) {
    devices->provider = make_provider(name);
    if (!devices->provider)
        return 0;
    if (server)
        g_object_set(devices->provider, "server", server, NULL);
    GstBus *bus = gst_device_provider_get_bus(devices->provider);
    gst_bus_set_sync_handler(bus, on_message, devices, NULL);
    gst_object_unref(bus);
    if (gst_device_provider_start(devices->provider))
        return 1;
    bus = gst_device_provider_get_bus(devices->provider);
    gst_bus_set_sync_handler(bus, NULL, NULL, NULL);
    gst_object_unref(bus);
    gst_clear_object(&devices->provider);
    return 0;
}

hf_devices *hf_devices_open(const char *server, hf_listener listener) {
    static const char *const providers[] = {"pulsedeviceprovider", "pipewiredeviceprovider", "alsadeviceprovider"};
    hf_devices *devices = g_new0(hf_devices, 1);
    devices->listener = listener;
    if (!hf_media_problem())
        for (gsize i = 0; i < (server ? 1 : G_N_ELEMENTS(providers)); i++)
            if (start(devices, providers[i], server))
                return devices;
    listener.release(listener.context);
    g_free(devices);
    return NULL;
}

void hf_devices_list(hf_devices *devices) {
    GList *list = gst_device_provider_get_devices(devices->provider);
    for (GList *item = list; item; item = item->next) {
        GstDevice *device = item->data;
        gboolean is_input = gst_device_has_classes(device, "Audio/Source");
        if (!is_input && !gst_device_has_classes(device, "Audio/Sink"))
            continue;
        gchar *shown = gst_device_get_display_name(device), *name = NULL;
        if (g_object_class_find_property(G_OBJECT_GET_CLASS(device), "internal-name"))
            g_object_get(device, "internal-name", &name, NULL);
        if (name)
            report(devices, HF_REPORT_DEVICE, (uint32_t)is_input, shown, name);
        g_free(shown);
        g_free(name);
    }
    g_list_free_full(list, gst_object_unref);
}

void hf_devices_close(hf_devices *devices) {
    g_atomic_int_set(&devices->closed, 1);
    gst_device_provider_stop(devices->provider);
    GstBus *bus = gst_device_provider_get_bus(devices->provider);
    gst_bus_set_sync_handler(bus, NULL, NULL, NULL);
    gst_object_unref(bus);
    gst_object_unref(devices->provider);
    devices->listener.release(devices->listener.context);
    g_free(devices);
}
#endif
