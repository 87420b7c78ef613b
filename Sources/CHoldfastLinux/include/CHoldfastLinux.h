// Reads the kernel's view of the network over rtnetlink(7), whose macros Swift cannot import.
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Opens a socket that becomes readable when a link, an address or a route changes,
// in the network namespace of the calling thread.
// Returns a file descriptor (close-on-exec, non-blocking), or minus errno.
int holdfast_path_open(void);

// Reads and drops every waiting notification, overruns included.
// Returns 1 when there was any, 0 when there was none, or minus errno.
int holdfast_path_drain(int descriptor);

// Opens a socket to read the state by, in the network namespace of the calling thread.
// Returns a file descriptor (close-on-exec), or minus errno. One thread at a time may use it.
int holdfast_path_open_reader(void);

// Reads the current state. *identity is a hash over the default routes and the addresses of the
// interfaces that are up, in any order; it changes when they do.
// Returns 1 when an interface other than loopback is up and has an address that reaches beyond its
// link, 0 when there is none, or minus errno.
int holdfast_path_read(int reader, uint64_t *identity);

#ifdef __cplusplus
}
#endif
