// SPDX-License-Identifier: Apache-2.0
#include "filter/services.h"
#include <vttif/filter.h>

enum { ETHERTYPE_ARP = 0x0806, ETHERTYPE_RARP = 0x8035 };
enum { ICMP = 1, IGMP = 2, TCP = 6, UDP = 17, ICMPV6 = 58 };

/* Services that are known not to be a parallel program. */
static const struct service {
    uint16_t first, last;
    uint8_t protocol; /* 0: TCP and UDP */
    uint8_t reason;
} services[] = {
    {22, 22, TCP, VTTIF_REASON_SSH},      {53, 53, 0, VTTIF_REASON_DNS},
    {67, 68, UDP, VTTIF_REASON_DHCP},     {111, 111, 0, VTTIF_REASON_NFS},
    {123, 123, UDP, VTTIF_REASON_NTP},    {512, 514, TCP, VTTIF_REASON_RSH},
    {514, 514, UDP, VTTIF_REASON_SYSLOG}, {546, 547, UDP, VTTIF_REASON_DHCP},
    {853, 853, TCP, VTTIF_REASON_DNS},    {2049, 2049, 0, VTTIF_REASON_NFS},
    {5353, 5353, UDP, VTTIF_REASON_DNS},  {5355, 5355, 0, VTTIF_REASON_DNS},
    {6000, 6063, TCP, VTTIF_REASON_X11},
};

const uint8_t service_buckets[SERVICE_BUCKET(65536)] = {
    [SERVICE_BUCKET(22)] = 1,   [SERVICE_BUCKET(67)] = 1,   [SERVICE_BUCKET(512)] = 1,
    [SERVICE_BUCKET(853)] = 1,  [SERVICE_BUCKET(2049)] = 1, /* 546 is with 512 */
    [SERVICE_BUCKET(5353)] = 1, [SERVICE_BUCKET(6000)] = 1, [SERVICE_BUCKET(6063)] = 1,
};

static enum vttif_reason reason_of(uint8_t protocol, uint16_t port,
                                   const struct vttif_ports *launcher)
{
    for (size_t i = 0; i < G_N_ELEMENTS(services); i++) {
        const struct service *service = &services[i];
        if (port >= service->first && port <= service->last &&
            (service->protocol == 0 || service->protocol == protocol))
            return service->reason;
    }
    return vttif_ports_have(launcher, port) ? VTTIF_REASON_LAUNCHER : VTTIF_REASON_KEEP;
}

static enum vttif_reason classify_ports(const struct vttif_frame *frame,
                                        const struct vttif_ports *launcher)
{
    if (G_LIKELY(launcher->n == 0 && !service_is_near(frame->src.port) &&
                 !service_is_near(frame->dst.port)))
        return VTTIF_REASON_KEEP;
    if (frame->protocol != TCP && frame->protocol != UDP)
        return VTTIF_REASON_KEEP;
    enum vttif_reason reason = reason_of(frame->protocol, frame->dst.port, launcher);
    return reason != VTTIF_REASON_KEEP ? reason
                                       : reason_of(frame->protocol, frame->src.port, launcher);
}

static bool is_loopback(const struct vttif_address *address)
{
    if (address->kind == VTTIF_ADDRESS_IPV4)
        return address->low >> 24 == 127;
    return address->high == 0 && address->low == 1;
}

enum vttif_reason vttif_filter_classify(const struct vttif_frame *frame,
                                        const struct vttif_ports *launcher)
{
    static const struct vttif_ports none;
    if (frame->kind == VTTIF_FRAME_OTHER)
        return frame->ethertype == ETHERTYPE_ARP || frame->ethertype == ETHERTYPE_RARP
                   ? VTTIF_REASON_ARP
                   : VTTIF_REASON_NON_IP;
    if (frame->protocol == ICMP || frame->protocol == ICMPV6 || frame->protocol == IGMP)
        return VTTIF_REASON_ICMP;
    if (frame->has_ports) {
        enum vttif_reason reason = classify_ports(frame, launcher ? launcher : &none);
        if (reason != VTTIF_REASON_KEEP)
            return reason;
        if (G_UNLIKELY(frame->pvmd))
            return VTTIF_REASON_LAUNCHER;
    }
    if (frame->to_group || vttif_address_is_multicast(&frame->dst))
        return VTTIF_REASON_GROUP;
    if (is_loopback(&frame->src) || is_loopback(&frame->dst))
        return VTTIF_REASON_LOOPBACK;
    return VTTIF_REASON_KEEP;
}
