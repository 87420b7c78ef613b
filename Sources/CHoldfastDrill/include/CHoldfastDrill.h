// What the drill needs of Linux and Swift cannot call: variadic calls, and header macros.
#pragma once
#include <stdint.h>

/// Kills this process when the thread that started it ends, also across exec. Returns 0 or errno.
int hf_die_with_parent(void);

/// Moves the calling thread into a network namespace. Returns 0 or errno.
int hf_enter_network(int descriptor);

/// Gives the calling thread a network namespace of its own. Returns 0 or errno.
int hf_new_network(void);

/// Gives this process a mount namespace of its own with an empty memory file system at `path`; its
/// options are tmpfs's. Returns 0 or errno.
int hf_mount_volume(const char *path, const char *options);

/// Opens a TUN device in the thread's namespace, non-blocking. Returns a descriptor or -errno.
int hf_open_tun(const char *name);

/// Configures a device of the thread's namespace: address in network order, prefix length, MTU.
/// Returns 0 or errno.
int hf_configure_device(const char *name, uint32_t address, int prefix, int mtu);

/// Sets a device of the thread's namespace up or down. Returns 0 or errno.
int hf_set_device_up(const char *name, int up);

struct pollfd;

/// Waits for events, at most so many nanoseconds. Returns what `ppoll` returns.
int hf_wait(struct pollfd *descriptors, int count, int64_t nanoseconds);

/// Makes a pipe whose ends are closed on exec. Returns 0 or errno.
int hf_pipe(int ends[2]);
