// SPDX-License-Identifier: Apache-2.0
#include "source/packet_ring.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vttif/error.h>

/* 8 MB for an interface: 80,000 frames. */
enum { BLOCK_BYTES = 1 << 18, BLOCKS = 32 };
enum { ADDRESSES_BYTES = 12, TAG_BYTES = 4 };

struct packet_ring {
    int fd;
    uint8_t *memory;
    unsigned next; /* block */
    uint64_t drops;
    uint8_t tagged[PACKET_HEAD + TAG_BYTES]; /* a frame with its tag put back */
};

static bool set(int fd, int option, const void *value, socklen_t size)
{
    return setsockopt(fd, SOL_PACKET, option, value, size) == 0;
}

/* Only the head of each frame is copied to the ring. */
static bool cut_frames(int fd)
{
    struct sock_filter head = BPF_STMT(BPF_RET | BPF_K, PACKET_HEAD);
    struct sock_fprog program = {1, &head};
    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0;
}

static bool make_ring(struct packet_ring *ring)
{
    int version = TPACKET_V3, yes = 1;
    struct tpacket_req3 request = {.tp_block_size = BLOCK_BYTES,
                                   .tp_block_nr = BLOCKS,
                                   .tp_frame_size = 2048,
                                   .tp_frame_nr = BLOCKS * (BLOCK_BYTES / 2048),
                                   .tp_retire_blk_tov = PACKET_RING_DELAY_MS};
    if (!set(ring->fd, PACKET_VERSION, &version, sizeof version) ||
        !set(ring->fd, PACKET_VNET_HDR, &yes, sizeof yes) || !cut_frames(ring->fd) ||
        !set(ring->fd, PACKET_RX_RING, &request, sizeof request))
        return false;
    void *memory =
        mmap(NULL, (size_t)BLOCK_BYTES * BLOCKS, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, 0);
    ring->memory = memory == MAP_FAILED ? NULL : memory;
    return ring->memory != NULL;
}

static bool bind_to(const struct packet_ring *ring, int interface)
{
    struct sockaddr_ll at = {
        .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = interface};
    return bind(ring->fd, (struct sockaddr *)&at, sizeof at) == 0;
}

static void fail(const char *name, GError **error)
{
    int cause = errno;
    bool permission = cause == EPERM || cause == EACCES;
    g_set_error(error, VTTIF_ERROR, permission ? VTTIF_ERROR_PERMISSION : VTTIF_ERROR_IO,
                "interface '%s': capturing: %s%s", name, g_strerror(cause),
                permission ? ": run as root, or with CAP_NET_RAW" : "");
}

struct packet_ring *packet_ring_open(int interface, const char *name, GError **error)
{
    struct packet_ring *ring = g_new0(struct packet_ring, 1);
    ring->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (ring->fd >= 0 && make_ring(ring) && bind_to(ring, interface))
        return ring;
    fail(name, error);
    packet_ring_close(ring);
    return NULL;
}

void packet_ring_close(struct packet_ring *ring)
{
    if (!ring)
        return;
    if (ring->memory)
        munmap(ring->memory, (size_t)BLOCK_BYTES * BLOCKS);
    if (ring->fd >= 0)
        close(ring->fd);
    g_free(ring);
}

int packet_ring_fd(const struct packet_ring *ring)
{
    return ring->fd;
}

/* Puts the VLAN tag back where it was on the wire. */
static void put_tag(struct packet_ring *ring, const struct tpacket3_hdr *header,
                    struct packet_frame *frame)
{
    uint16_t type =
        header->tp_status & TP_STATUS_VLAN_TPID_VALID ? header->hv1.tp_vlan_tpid : ETH_P_8021Q;
    uint16_t tag[2] = {htons(type), htons((uint16_t)header->hv1.tp_vlan_tci)};
    if (frame->captured < ADDRESSES_BYTES)
        return;
    frame->captured = MIN(frame->captured, PACKET_HEAD);
    memcpy(ring->tagged, frame->bytes, ADDRESSES_BYTES);
    memcpy(ring->tagged + ADDRESSES_BYTES, tag, TAG_BYTES);
    memcpy(ring->tagged + ADDRESSES_BYTES + TAG_BYTES, frame->bytes + ADDRESSES_BYTES,
           frame->captured - ADDRESSES_BYTES);
    frame->bytes = ring->tagged;
    frame->captured += TAG_BYTES;
    frame->wire += TAG_BYTES;
}

/* What stands in front of the frame; the kernel writes it for this socket. */
static uint32_t gso_size_of(const uint8_t *frame)
{
    struct virtio_net_hdr header;
    memcpy(&header, frame - sizeof header, sizeof header);
    return header.gso_type == VIRTIO_NET_HDR_GSO_NONE ? 0 : header.gso_size;
}

static void read_frame(struct packet_ring *ring, const uint8_t *at,
                       const struct tpacket3_hdr *header, packet_frame_func *call, void *context)
{
    struct sockaddr_ll from;
    memcpy(&from, at + TPACKET_ALIGN(sizeof *header), sizeof from);
    struct packet_frame frame = {
        .bytes = at + header->tp_mac,
        .captured = header->tp_snaplen,
        .wire = header->tp_len,
        .outgoing = from.sll_pkttype == PACKET_OUTGOING,
        .time_ns = (int64_t)header->tp_sec * 1000000000 + header->tp_nsec,
    };
    frame.gso_size = gso_size_of(frame.bytes);
    if (header->tp_status & TP_STATUS_VLAN_VALID)
        put_tag(ring, header, &frame);
    call(context, &frame);
}

static void read_block(struct packet_ring *ring, struct tpacket_block_desc *block,
                       packet_frame_func *call, void *context)
{
    const uint8_t *at = (const uint8_t *)block + block->hdr.bh1.offset_to_first_pkt;
    for (uint32_t left = block->hdr.bh1.num_pkts; left > 0; left--) {
        struct tpacket3_hdr header;
        memcpy(&header, at, sizeof header);
        read_frame(ring, at, &header, call, context);
        at += header.tp_next_offset;
    }
}

void packet_ring_read(struct packet_ring *ring, packet_frame_func *call, void *context)
{
    for (int i = 0; i < BLOCKS; i++) { /* once around at most: others wait, too */
        struct tpacket_block_desc *block =
            (void *)(ring->memory + (size_t)ring->next * BLOCK_BYTES);
        if (!(__atomic_load_n(&block->hdr.bh1.block_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER))
            return;
        read_block(ring, block, call, context);
        __atomic_store_n(&block->hdr.bh1.block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
        ring->next = (ring->next + 1) % BLOCKS;
    }
}

uint64_t packet_ring_drops(struct packet_ring *ring)
{
    struct tpacket_stats_v3 now; /* since the last time it was asked for */
    socklen_t size = sizeof now;
    if (getsockopt(ring->fd, SOL_PACKET, PACKET_STATISTICS, &now, &size) == 0)
        ring->drops += now.tp_drops;
    return ring->drops;
}
