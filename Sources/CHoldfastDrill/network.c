#define _GNU_SOURCE
#include "CHoldfastDrill.h"

#ifdef __linux__
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

int hf_die_with_parent(void) { return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 ? 0 : errno; }

int hf_wait(struct pollfd *descriptors, int count, int64_t nanoseconds) {
    struct timespec limit = {nanoseconds / 1000000000, nanoseconds % 1000000000};
    return ppoll(descriptors, (nfds_t)count, &limit, 0);
}

int hf_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC) == 0 ? 0 : errno; }

int hf_enter_network(int descriptor) {
    return setns(descriptor, CLONE_NEWNET) == 0 ? 0 : errno;
}

int hf_new_network(void) { return unshare(CLONE_NEWNET) == 0 ? 0 : errno; }

int hf_mount_volume(const char *path, const char *options) {
    if (unshare(CLONE_NEWNS) != 0) return errno;
    // What is mounted here must not be seen outside.
    if (mount("none", "/", 0, MS_REC | MS_PRIVATE, 0) != 0) return errno;
    return mount("holdfast", path, "tmpfs", MS_NOSUID | MS_NODEV, options) == 0 ? 0 : errno;
}

static void set_name(struct ifreq *request, const char *name) {
    memset(request, 0, sizeof *request);
    strncpy(request->ifr_name, name, IFNAMSIZ - 1);
}

int hf_open_tun(const char *name) {
    int descriptor = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0) return -errno;
    struct ifreq request;
    set_name(&request, name);
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    if (ioctl(descriptor, TUNSETIFF, &request) != 0) {
        int failure = errno;
        close(descriptor);
        return -failure;
    }
    return descriptor;
}

// One ioctl of the thread's namespace. Returns 0 or errno.
static int control(unsigned long number, struct ifreq *request) {
    int handle = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (handle < 0) return errno;
    int failure = ioctl(handle, number, request) == 0 ? 0 : errno;
    close(handle);
    return failure;
}

static int set_address(struct ifreq *request, unsigned long number, uint32_t address) {
    struct sockaddr_in *in = (struct sockaddr_in *)&request->ifr_addr;
    memset(in, 0, sizeof *in);
    in->sin_family = AF_INET;
    in->sin_addr.s_addr = address;
    return control(number, request);
}

int hf_configure_device(const char *name, uint32_t address, int prefix, int mtu) {
    struct ifreq request;
    set_name(&request, name);
    int failure = set_address(&request, SIOCSIFADDR, address);
    if (failure != 0) return failure;
    set_name(&request, name);
    uint32_t mask = prefix <= 0 ? 0 : htonl(0xFFFFFFFFu << (32 - prefix));
    failure = set_address(&request, SIOCSIFNETMASK, mask);
    if (failure != 0) return failure;
    set_name(&request, name);
    request.ifr_mtu = mtu;
    return control(SIOCSIFMTU, &request);
}

int hf_set_device_up(const char *name, int up) {
    struct ifreq request;
    set_name(&request, name);
    int failure = control(SIOCGIFFLAGS, &request);
    if (failure != 0) return failure;
    if (up) {
        request.ifr_flags |= IFF_UP | IFF_RUNNING;
    } else {
        request.ifr_flags &= ~IFF_UP;
    }
    return control(SIOCSIFFLAGS, &request);
}

#else
#include <errno.h>

int hf_die_with_parent(void) { return ENOSYS; }
int hf_wait(struct pollfd *descriptors, int count, int64_t nanoseconds) {
    (void)descriptors; (void)count; (void)nanoseconds;
    errno = ENOSYS;
    return -1;
}
int hf_pipe(int ends[2]) { (void)ends; return ENOSYS; }
int hf_enter_network(int descriptor) { (void)descriptor; return ENOSYS; }
int hf_new_network(void) { return ENOSYS; }
int hf_open_tun(const char *name) { (void)name; return -ENOSYS; }
int hf_configure_device(const char *name, uint32_t address, int prefix, int mtu) {
    (void)name; (void)address; (void)prefix; (void)mtu;
    return ENOSYS;
}
int hf_set_device_up(const char *name, int up) { (void)name; (void)up; return ENOSYS; }
#endif
