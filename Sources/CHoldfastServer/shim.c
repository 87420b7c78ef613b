#include "CHoldfastServer.h"

#if defined(__linux__)
#include <signal.h>
#include <sys/prctl.h>

// prctl takes a variable number of arguments, which Swift cannot call.
int holdfast_die_with_parent(void) {
    return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
}
#else
int holdfast_die_with_parent(void) { return -1; }
#endif

#ifdef __GLIBC__
#include <malloc.h>
void holdfast_release_memory(void) { malloc_trim(0); }
#else
void holdfast_release_memory(void) {}
#endif
