// The module is empty elsewhere, so that the package resolves and builds on every platform.
#ifdef __linux__

#define _GNU_SOURCE
#include "CHoldfastLinux.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

// A dump that the kernel changed under us is read again, this often.
#define ATTEMPT_COUNT_MAX 4
// Interfaces that are looked at; a machine with more is still served by the first of them.
#define LINK_COUNT_MAX 1024
// The kernel sends dumps in messages of at most 32 KiB.
#define BUFFER_BYTE_COUNT 32768

struct state {
    int links[LINK_COUNT_MAX];
    size_t link_count;
    uint64_t identity;
    int is_usable;
};

// Tells an answer from the late answer to an earlier question.
static _Atomic uint32_t last_question;

static int open_socket(int flags, uint32_t groups) {
    int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | flags, NETLINK_ROUTE);
    if (descriptor < 0) return -errno;
    struct sockaddr_nl address;
    memset(&address, 0, sizeof address);
    address.nl_family = AF_NETLINK;
    address.nl_groups = groups;
    if (bind(descriptor, (struct sockaddr *)&address, sizeof address) < 0) {
        int code = errno;
        close(descriptor);
        return -code;
    }
    return descriptor;
}

int holdfast_path_open(void) {
    return open_socket(SOCK_NONBLOCK, RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR
                                          | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE);
}

int holdfast_path_drain(int descriptor) {
    char buffer[4096];
    int found = 0;
    for (;;) {
        // MSG_TRUNC is not asked for: what is cut off would be dropped anyway.
        ssize_t count = recv(descriptor, buffer, sizeof buffer, MSG_DONTWAIT);
        if (count > 0) {
            found = 1;
        } else if (count == 0) {
            return -ENOTCONN;
        } else if (errno == ENOBUFS) {
            // Notifications were lost; the state is read anew in any case.
            found = 1;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return found;
        } else if (errno != EINTR) {
            return -errno;
        }
    }
}

// FNV-1a. Sums of it do not depend on the order in which the kernel lists things.
static uint64_t hash(uint64_t seed, const void *bytes, size_t count) {
    const unsigned char *next = bytes;
    uint64_t value = seed;
    for (size_t index = 0; index < count; index++) {
        value = (value ^ next[index]) * 0x100000001b3u;
    }
    return value;
}

static const uint64_t hash_seed = 0xcbf29ce484222325u;

static int is_up(const struct state *state, int link) {
    for (size_t index = 0; index < state->link_count; index++) {
        if (state->links[index] == link) return 1;
    }
    return 0;
}

static void read_link(struct state *state, const struct nlmsghdr *header) {
    const struct ifinfomsg *link = NLMSG_DATA(header);
    const unsigned wanted = IFF_UP | IFF_RUNNING;
    if ((link->ifi_flags & wanted) != wanted || (link->ifi_flags & IFF_LOOPBACK)) return;
    if (state->link_count < LINK_COUNT_MAX) state->links[state->link_count++] = link->ifi_index;
}

static void read_address(struct state *state, const struct nlmsghdr *header) {
    const struct ifaddrmsg *message = NLMSG_DATA(header);
    // An address on its link alone, or one that IPv6 has not yet found to be free, reaches nobody.
    if (message->ifa_scope >= RT_SCOPE_LINK) return;
    if (message->ifa_flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) return;
    if (!is_up(state, (int)message->ifa_index)) return;
    state->is_usable = 1;
    // IPv6 makes a new temporary address every day; connections stay on the old one.
    if (message->ifa_family == AF_INET6 && (message->ifa_flags & IFA_F_TEMPORARY)) return;

    int count = (int)IFA_PAYLOAD(header);
    for (struct rtattr *field = IFA_RTA(message); RTA_OK(field, count);
         field = RTA_NEXT(field, count)) {
        // IFA_LOCAL is this end of a point-to-point link; where it is missing, IFA_ADDRESS is.
        if (field->rta_type != IFA_LOCAL && field->rta_type != IFA_ADDRESS) continue;
        uint64_t value = hash(hash_seed, &message->ifa_index, sizeof message->ifa_index);
        value = hash(value, &field->rta_type, sizeof field->rta_type);
        state->identity += hash(value, RTA_DATA(field), RTA_PAYLOAD(field));
    }
}

static void read_route(struct state *state, const struct nlmsghdr *header) {
    const struct rtmsg *route = NLMSG_DATA(header);
    if (route->rtm_dst_len != 0 || route->rtm_table != RT_TABLE_MAIN) return;
    if (route->rtm_type != RTN_UNICAST) return;
    uint64_t value = hash(hash_seed, &route->rtm_family, sizeof route->rtm_family);
    int count = (int)RTM_PAYLOAD(header);
    for (struct rtattr *field = RTM_RTA(route); RTA_OK(field, count);
         field = RTA_NEXT(field, count)) {
        switch (field->rta_type) {
        case RTA_OIF:
            // A route over an interface that is down leads nowhere.
            if (RTA_PAYLOAD(field) == sizeof(int) && !is_up(state, *(int *)RTA_DATA(field))) return;
            // Falls through.
        case RTA_GATEWAY:
        case RTA_PRIORITY:
        case RTA_MULTIPATH:
            value = hash(value, &field->rta_type, sizeof field->rta_type);
            value = hash(value, RTA_DATA(field), RTA_PAYLOAD(field));
        }
    }
    state->identity += value;
}

// Asks for everything of one kind and hands each entry to `read`.
// Returns 0, 1 when the kernel changed the list meanwhile, or minus errno.
static int dump(int descriptor, int kind, void (*read)(struct state *, const struct nlmsghdr *),
                size_t body_size, struct state *state, char *buffer) {
    struct {
        struct nlmsghdr header;
        struct rtgenmsg body;
    } request;
    memset(&request, 0, sizeof request);
    request.header.nlmsg_len = NLMSG_LENGTH(sizeof request.body);
    request.header.nlmsg_type = (uint16_t)kind;
    request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    uint32_t question = ++last_question;
    request.header.nlmsg_seq = question;
    request.body.rtgen_family = AF_UNSPEC;
    if (send(descriptor, &request, request.header.nlmsg_len, 0) < 0) return -errno;

    int is_interrupted = 0;
    for (;;) {
        ssize_t received = recv(descriptor, buffer, BUFFER_BYTE_COUNT, 0);
        if (received < 0 && errno == EINTR) continue;
        if (received < 0) return -errno;
        size_t rest = (size_t)received;
        for (struct nlmsghdr *header = (struct nlmsghdr *)buffer; NLMSG_OK(header, rest);
             header = NLMSG_NEXT(header, rest)) {
            if (header->nlmsg_seq != question) continue;
            if (header->nlmsg_flags & NLM_F_DUMP_INTR) is_interrupted = 1;
            if (header->nlmsg_type == NLMSG_DONE) return is_interrupted;
            if (header->nlmsg_type == NLMSG_ERROR) {
                const struct nlmsgerr *error = NLMSG_DATA(header);
                return header->nlmsg_len >= NLMSG_LENGTH(sizeof *error) && error->error < 0
                           ? error->error
                           : -EPROTO;
            }
            if (header->nlmsg_len >= NLMSG_LENGTH(body_size)) read(state, header);
        }
    }
}

static int read_all(int descriptor, struct state *state, char *buffer) {
    memset(state, 0, sizeof *state);
    int links = dump(descriptor, RTM_GETLINK, read_link, sizeof(struct ifinfomsg), state, buffer);
    if (links < 0) return links;
    int addresses =
        dump(descriptor, RTM_GETADDR, read_address, sizeof(struct ifaddrmsg), state, buffer);
    if (addresses < 0) return addresses;
    int routes = dump(descriptor, RTM_GETROUTE, read_route, sizeof(struct rtmsg), state, buffer);
    if (routes < 0) return routes;
    return links | addresses | routes;
}

int holdfast_path_open_reader(void) {
    int descriptor = open_socket(0, 0);
    if (descriptor < 0) return descriptor;
    // The kernel answers at once; a time-out guards against one that does not.
    struct timeval timeout = {.tv_sec = 1};
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    return descriptor;
}

int holdfast_path_read(int descriptor, uint64_t *identity) {
    struct state *state = malloc(sizeof *state);
    char *buffer = malloc(BUFFER_BYTE_COUNT);
    int result = -ENOMEM;
    if (state != NULL && buffer != NULL) {
        for (int attempt = 0; attempt < ATTEMPT_COUNT_MAX; attempt++) {
            result = read_all(descriptor, state, buffer);
            if (result <= 0) break;
        }
        // Changed under us every time: a notification follows, and the state is read again.
        if (result >= 0) {
            *identity = state->identity;
            result = state->is_usable;
        }
    }
    free(buffer);
    free(state);
    return result;
}

#endif
