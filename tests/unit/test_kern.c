// SPDX-License-Identifier: Apache-2.0
/*
 * The kernel's programs on hand-made frames, each run by itself (BPF_PROG_TEST_RUN), and held
 * against what frame/ and filter/ say of the same bytes. Needs the right to load them.
 */
#include "kernel.h"

#include <locale.h>
#include <string.h>

#include "counted.h"
#include "source/match.h"

#define HEAD    256 /* what the kernel looks at of a frame (bpf/decode.h) */
#define WATCHED 1 /* lo: a frame that comes in by it was counted there */

struct events {
    unsigned crossings;
    struct live_crossing last;
};

static void count_crossing(void *context, const struct live_crossing *crossing)
{
    struct events *events = context;
    events->crossings++;
    events->last = *crossing;
}

/* --- one frame ------------------------------------------------------------------------------ */

static void test_bytes(void)
{
    g_autoptr(live_handle) live = open_source(&(struct live_config){.key = VTTIF_KEY_IP});
    struct live_snapshot snapshot = {0};
    pass(live, &(struct recipe){.src_port = 40000, .dst_port = 50000, .payload = 100});
    pass(live, &(struct recipe){.src_port = 40000, .dst_port = 50000, .payload = 10, .padding = 7});
    take_snapshot(live, &snapshot);
    g_assert_cmpuint(snapshot.n_pairs, ==, 1);
    assert_address(&snapshot.pairs[0].from, "10.0.0.1");
    assert_address(&snapshot.pairs[0].to, "10.0.0.2");
    g_assert_cmpint(snapshot.pairs[0].place, ==, LIVE_SENT);
    assert_sum(&snapshot.sums[0], 154 + 71, 140 + 50, 110, 2);
    live_snapshot_clear(&snapshot);
}

static void test_keys(void)
{
    const struct recipe v4 = {.src_port = 40000, .dst_port = 50000, .payload = 10};
    const struct recipe v6 = {
        .src = "fd00::1", .protocol = 17, .src_port = 4000, .dst_port = 5000, .payload = 10};
    static const struct {
        enum vttif_key key;
        const char *from4, *from6;
    } keys[] = {
        {VTTIF_KEY_IP, "10.0.0.1", "fd00::1"},
        {VTTIF_KEY_MAC, "02:00:00:00:00:01", NULL},
        {VTTIF_KEY_PORT, "10.0.0.1:40000", "[fd00::1]:4000"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autoptr(live_handle) live = open_source(&(struct live_config){.key = keys[i].key});
        struct live_snapshot snapshot = {0};
        pass(live, &v4);
        pass(live, &v6);
        take_snapshot(live, &snapshot);
        g_assert_cmpuint(snapshot.n_pairs, ==, keys[i].from6 ? 2 : 1);
        assert_address(&snapshot.pairs[0].from, keys[i].from4);
        if (keys[i].from6)
            assert_address(&snapshot.pairs[1].from, keys[i].from6);
        live_snapshot_clear(&snapshot);
    }
}

static void test_super_packet(void)
{
    g_autoptr(live_handle) live = open_source(&(struct live_config){.key = VTTIF_KEY_IP});
    struct live_snapshot snapshot = {0};
    struct passing tso = {.hook = KERN_OUT_HOST, .gso_size = 700};
    struct recipe recipe = {
        .src_port = 40000, .dst_port = 50000, .tcp_options = 12, .payload = 3 * 700};
    pass_as(live, &recipe, tso);
    recipe.payload++; /* a fourth segment of one byte */
    pass_as(live, &recipe, tso);
    take_snapshot(live, &snapshot);
    uint64_t payload = 6 * 700 + 1;
    assert_sum(&snapshot.sums[0], payload + 7 * 66, payload + 7 * 52, payload, 7);
    recipe.tags = 1; /* the long way */
    pass_as(live, &recipe, tso);
    recipe = (struct recipe){
        .src = "fd00::1", .protocol = 17, .src_port = 4000, .dst_port = 5000, .payload = 2500};
    pass_as(live, &recipe, (struct passing){.hook = KERN_OUT_HOST, .gso_size = 1000});
    take_snapshot(live, &snapshot);
    payload += 3 * 700 + 1;
    assert_sum(&snapshot.sums[0], payload + 7 * 66 + 4 * 70, payload + 11 * 52, payload, 11);
    assert_sum(&snapshot.sums[1], 2500 + 3 * 62, 2500 + 3 * 48, 2500, 3);
    live_snapshot_clear(&snapshot);
}

static void test_vxlan(void)
{
    struct recipe recipe = {.src_port = 40000, .dst_port = 50000, .payload = 2000};
    g_autoptr(GByteArray) frame = frame_in_vxlan(&recipe);
    struct passing tso = {.hook = KERN_OUT_HOST, .gso_size = 1000};
    for (int inner = 0; inner < 2; inner++) {
        g_autoptr(live_handle) live =
            open_source(&(struct live_config){.key = VTTIF_KEY_IP, .vxlan = inner});
        struct live_snapshot snapshot = {0};
        pass_bytes(live, frame->data, frame->len, tso);
        take_snapshot(live, &snapshot);
        assert_address(&snapshot.pairs[0].from, inner ? "10.0.0.1" : "192.168.0.1");
        if (inner)
            assert_sum(&snapshot.sums[0], 2000 + 2 * 54, 2000 + 2 * 40, 2000, 2);
        else
            assert_sum(&snapshot.sums[0], 2000 + 2 * 104, 2000 + 2 * 90, 2000 + 2 * 62, 2);
        live_snapshot_clear(&snapshot);
    }
}

/* --- what is left out ------------------------------------------------------------------------- */

static void test_every_port(void)
{
    struct vttif_ports ports = {.n = 2, .ranges = {{5000, 5000}, {29200, 29263}}};
    g_autoptr(live_handle) live =
        open_source(&(struct live_config){.key = VTTIF_KEY_IP, .max_pairs = 16, .launcher = ports});
    struct live_snapshot snapshot = {0};
    struct live_sum wanted[VTTIF_REASONS] = {0};
    for (unsigned side = 0; side < 4; side++) {
        struct recipe recipe = {
            .protocol = side & 1 ? 17 : 6, .src_port = 44444, .dst_port = 44444, .payload = 20};
        g_autoptr(GByteArray) bytes = frame_make(&recipe);
        for (unsigned port = 0; port < 65536; port++) {
            struct vttif_frame frame;
            size_t at = side & 2 ? 34 : 36;
            bytes->data[at] = (uint8_t)(port >> 8);
            bytes->data[at + 1] = (uint8_t)port;
            vttif_frame_decode(VTTIF_LINK_ETHERNET, bytes->data, bytes->len, bytes->len, &frame);
            wanted[vttif_filter_classify(&frame, &ports)].packets++;
            pass_bytes(live, bytes->data, bytes->len, (struct passing){.hook = KERN_IN_PORT});
        }
    }
    take_snapshot(live, &snapshot);
    g_assert_cmpuint(snapshot.sums[0].packets, ==, wanted[VTTIF_REASON_KEEP].packets);
    for (unsigned reason = 1; reason < VTTIF_REASONS; reason++)
        g_assert_cmpuint(snapshot.filtered[reason].packets, ==, wanted[reason].packets);
    live_snapshot_clear(&snapshot);
}

static void test_keep(void)
{
    g_autoptr(live_handle) live =
        open_source(&(struct live_config){.key = VTTIF_KEY_IP, .keep = 1u << VTTIF_REASON_SSH});
    struct live_snapshot snapshot = {0};
    pass(live, &(struct recipe){.src_port = 40000, .dst_port = 22, .payload = 10});
    pass(live, &(struct recipe){.src_port = 40000, .dst_port = 2049, .payload = 10});
    take_snapshot(live, &snapshot);
    g_assert_cmpuint(snapshot.sums[0].packets, ==, 1);
    g_assert_cmpuint(snapshot.filtered[VTTIF_REASON_NFS].packets, ==, 1);
    live_snapshot_clear(&snapshot);
}

static void test_fragments(void)
{
    g_autoptr(live_handle) live = open_source(&(struct live_config){.key = VTTIF_KEY_PORT});
    struct live_snapshot snapshot = {0};
    struct recipe first = {
        .protocol = 17, .id = 7, .src_port = 4000, .dst_port = 5000, .payload = 1472, .more = true};
    struct recipe later = {.protocol = 17, .id = 7, .offset = 1480, .payload = 500};
    pass(live, &first);
    pass(live, &later);
    first.id = later.id = 8;
    first.dst_port = 2049; /* NFS: so is what belongs to it */
    pass(live, &first);
    pass(live, &later);
    take_snapshot(live, &snapshot);
    g_assert_cmpuint(snapshot.n_pairs, ==, 1);
    assert_address(&snapshot.pairs[0].to, "10.0.0.2:5000");
    g_assert_cmpuint(snapshot.sums[0].payload_bytes, ==, 1972);
    g_assert_cmpuint(snapshot.filtered[VTTIF_REASON_NFS].payload_bytes, ==, 1972);
    live_snapshot_clear(&snapshot);
}

static void test_counted_once(void)
{
    g_autoptr(live_handle) live = open_source(&(struct live_config){.key = VTTIF_KEY_IP});
    struct live_snapshot snapshot = {0};
    struct recipe recipe = {.src_port = 40000, .dst_port = 50000, .payload = 10};
    uint32_t index = WATCHED, value = 1;
    bpf_map_update_elem(kern_map_fd(live_bpf_kern(live), KERN_MAP_WATCHED), &index, &value, 0);
    pass_as(live, &recipe, (struct passing){.hook = KERN_OUT_PORT, .ingress = WATCHED});
    take_snapshot(live, &snapshot);
    g_assert_cmpuint(snapshot.n_pairs, ==, 0);
    pass_as(live, &recipe, (struct passing){.hook = KERN_OUT_PORT, .ingress = WATCHED + 1});
    pass_as(live, &recipe, (struct passing){.hook = KERN_OUT_HOST});
    take_snapshot(live, &snapshot);
    g_assert_cmpuint(snapshot.n_pairs, ==, 2);
    g_assert_cmpint(snapshot.pairs[0].place, ==, LIVE_RECEIVED);
    g_assert_cmpint(snapshot.pairs[1].place, ==, LIVE_SENT);
    live_snapshot_clear(&snapshot);
}

/* --- endpoints ----------------------------------------------------------------------------------
 */

static void test_hosts(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(vttif_hosts) hosts =
        vttif_hosts_parse("a 10.0.0.1,10.0.1.1\nb 10.0.0.2:5000\nc 10.0.0.3\n", "hosts", &error);
    g_assert_no_error(error);
    g_autoptr(live_handle) live =
        open_source(&(struct live_config){.key = VTTIF_KEY_PORT, .hosts = hosts});
    struct live_snapshot snapshot = {0};
    struct recipe recipe = {.src_port = 40000, .dst_port = 5000, .payload = 10};
    pass(live, &recipe);
    recipe.src_port = 40001; /* the same host by its address without a port */
    pass(live, &recipe);
    recipe.dst_port = 5001;
    pass(live, &recipe);
    recipe.dst = "10.0.1.1";
    pass(live, &recipe);
    take_snapshot(live, &snapshot);
    g_assert_cmpuint(snapshot.n_pairs, ==, 1);
    assert_address(&snapshot.pairs[0].from, "10.0.0.1");
    assert_address(&snapshot.pairs[0].to, "10.0.0.2:5000");
    g_assert_cmpuint(snapshot.sums[0].packets, ==, 2);
    g_assert_cmpuint(snapshot.filtered[VTTIF_REASON_STRANGER].packets, ==, 1);
    g_assert_cmpuint(snapshot.filtered[VTTIF_REASON_SELF].packets, ==, 1);

    g_assert_true(live_set_hosts(live, NULL, &error)); /* learn from now on */
    recipe.dst = "10.0.0.9";
    pass(live, &recipe);
    take_snapshot(live, &snapshot);
    g_assert_cmpuint(snapshot.n_pairs, ==, 2);
    live_snapshot_clear(&snapshot);
}

static void test_full(void)
{
    enum { PAIRS = LIVE_PAIRS_DEFAULT, SCAN = 100000 };
    g_autoptr(live_handle) live = open_source(&(struct live_config){.key = VTTIF_KEY_MAC});
    struct live_snapshot snapshot = {0};
    struct recipe known = {.src_port = 40000, .dst_port = 50000, .payload = 10};
    pass(live, &known);
    for (unsigned i = 0; i < SCAN; i++) {
        char mac[18];
        g_snprintf(mac, sizeof mac, "02:99:00:%02x:%02x:%02x", i >> 16, i >> 8 & 0xff, i & 0xff);
        pass(live, &(struct recipe){.mac_src = mac, .src_port = 1000, .dst_port = 50000});
    }
    pass(live, &known);
    take_snapshot(live, &snapshot);
    g_assert_cmpuint(snapshot.n_pairs, ==, PAIRS);
    g_assert_cmpuint(snapshot.sums[0].packets, ==, 2);
    g_assert_cmpuint(snapshot.other.packets, ==, SCAN - (PAIRS - 1));
    g_assert_cmpuint(snapshot.other.frame_bytes, ==, 54 * (SCAN - (PAIRS - 1)));
    live_snapshot_clear(&snapshot);
}

/* --- thresholds (paper, Fig. 7) ------------------------------------------------------------------
 */

/*   bytes   1000   2000   3000   4000   5000   6000          byte_threshold 2000
 *   stamp            1             2             3           events at 2 and 3 */
static void test_crossings(void)
{
    struct events events = {0};
    struct live_config config = {.key = VTTIF_KEY_IP,
                                 .count = VTTIF_COUNT_PAYLOAD,
                                 .byte_threshold = 2000,
                                 .time_bound_ns = 100 * G_GINT64_CONSTANT(1000000000),
                                 .crossing_gap_ns = 1,
                                 .events = {.crossing = count_crossing, .context = &events}};
    g_autoptr(live_handle) live = open_source(&config);
    struct live_snapshot snapshot = {0};
    static const unsigned after[] = {0, 0, 0, 1, 1, 2};
    for (size_t i = 0; i < G_N_ELEMENTS(after); i++) {
        pass(live, &(struct recipe){.src_port = 40000, .dst_port = 50000, .payload = 1000});
        live_dispatch(live);
        g_assert_cmpuint(events.crossings, ==, after[i]);
    }
    g_assert_cmpuint(events.last.pair, ==, 0);
    g_assert_cmpint(events.last.previous_ns, <, events.last.time_ns);
    take_snapshot(live, &snapshot);
    g_assert_cmpint(snapshot.last_crossing_ns, ==, events.last.time_ns);
    g_assert_cmpint(snapshot.last_crossing_ns, <=, live_now_ns(live));
    live_snapshot_clear(&snapshot);
}

static void test_slow_stamps(void)
{
    struct events events = {0};
    struct live_config config = {.key = VTTIF_KEY_IP,
                                 .byte_threshold = 1000,
                                 .time_bound_ns = 1,
                                 .crossing_gap_ns = 1,
                                 .events = {.crossing = count_crossing, .context = &events}};
    g_autoptr(live_handle) live = open_source(&config);
    for (int i = 0; i < 10; i++)
        pass(live, &(struct recipe){.src_port = 40000, .dst_port = 50000, .payload = 1000});
    live_dispatch(live);
    g_assert_cmpuint(events.crossings, ==, 0);
    g_assert_true(live_set_threshold(live, 1000, G_MAXINT64, NULL));
    pass(live, &(struct recipe){.src_port = 40000, .dst_port = 50000, .payload = 1000});
    live_dispatch(live);
    g_assert_cmpuint(events.crossings, ==, 0); /* the stamps began anew */
    pass(live, &(struct recipe){.src_port = 40000, .dst_port = 50000, .payload = 1000});
    live_dispatch(live);
    g_assert_cmpuint(events.crossings, ==, 1);
}

/* --- all ways agree ------------------------------------------------------------------------------
 */

static struct recipe random_recipe(void)
{
    static const char *const sources[] = {"10.0.0.1", "10.0.0.7", "127.0.0.1", "fd00::1", "::1"};
    static const char *const chains[] = {"", "h", "hD", "ha", "r", "f", "hdrma"};
    static const uint16_t ports[] = {22, 53, 5000, 40000, 514, 2049, 6010};
    static const uint8_t protocols[] = {6, 6, 6, 17, 17, 132, 1, 58, 47};
    struct recipe r = {
        .tags = (unsigned)g_test_rand_int_range(-6, 3) & 3,
        .src = sources[g_test_rand_int_range(0, G_N_ELEMENTS(sources))],
        .protocol = protocols[g_test_rand_int_range(0, G_N_ELEMENTS(protocols))],
        .src_port = ports[g_test_rand_int_range(0, G_N_ELEMENTS(ports))],
        .dst_port = ports[g_test_rand_int_range(0, G_N_ELEMENTS(ports))],
        .ip_options = g_test_rand_int_range(0, 4) == 0 ? 8 : 0,
        .extensions = chains[g_test_rand_int_range(0, G_N_ELEMENTS(chains))],
        .tcp_options = (unsigned)g_test_rand_int_range(0, 4) * 4,
        .mss = g_test_rand_int_range(0, 8) == 0 ? 1460 : 0,
        .payload = (unsigned)g_test_rand_int_range(0, 1200),
        .padding = g_test_rand_int_range(0, 4) == 0 ? 11 : 0,
        .ethertype = g_test_rand_int_range(0, 12) == 0 ? 0x0806 : 0,
    };
    if (r.tags > 2)
        r.tags = 0;
    if (strchr(r.src, ':') == NULL && g_test_rand_int_range(0, 8) == 0)
        r.dst = g_test_rand_bit() ? "239.1.2.3" : "240.1.2.3";
    return r;
}

struct tallied {
    struct live_sum kept, filtered[VTTIF_REASONS];
    uint64_t undecodable;
};

static void add_frame(struct live_sum *sum, const struct vttif_frame *frame)
{
    bool ip = frame->kind == VTTIF_FRAME_IP;
    sum->frame_bytes += frame->frame_bytes;
    sum->ip_bytes += ip ? frame->ip_bytes : 0;
    sum->payload_bytes += ip ? frame->payload_bytes : 0;
    sum->packets++;
}

static const struct vttif_ports launcher = {.n = 1, .ranges = {{5000, 5010}}};

static void tally_bytes(struct tallied *tallied, const uint8_t *bytes, size_t length)
{
    struct vttif_frame frame;
    if (vttif_frame_decode(VTTIF_LINK_ETHERNET, bytes, MIN(length, HEAD), length, &frame) ==
        VTTIF_FRAME_MALFORMED) {
        tallied->undecodable++;
        return;
    }
    enum vttif_reason reason = vttif_filter_classify(&frame, &launcher);
    if (reason == VTTIF_REASON_KEEP && frame.kind == VTTIF_FRAME_IP &&
        frame.src.low == frame.dst.low && frame.src.high == frame.dst.high)
        reason = VTTIF_REASON_SELF;
    add_frame(reason == VTTIF_REASON_KEEP ? &tallied->kept : &tallied->filtered[reason], &frame);
}

static void assert_same(const struct live_sum *a, const struct live_sum *b)
{
    assert_sum(a, b->frame_bytes, b->ip_bytes, b->payload_bytes, b->packets);
}

/* All pairs together. */
static struct live_sum sum_of(const struct live_snapshot *snapshot)
{
    struct live_sum kept = {0};
    for (size_t i = 0; i < snapshot->n_pairs; i++)
        live_sum_add(&kept, &snapshot->sums[i]);
    return kept;
}

static void assert_agree(const struct live_snapshot *snapshot, const struct tallied *tallied)
{
    struct live_sum kept = sum_of(snapshot);
    assert_same(&kept, &tallied->kept);
    for (unsigned reason = 1; reason < VTTIF_REASONS; reason++)
        assert_same(&snapshot->filtered[reason], &tallied->filtered[reason]);
    g_assert_cmpuint(snapshot->undecodable, ==, tallied->undecodable);
}

/* The kernel refuses to run programs on frames that end within their IP header. */
static bool can_be_run(const uint8_t *bytes, size_t length)
{
    unsigned ethertype = (unsigned)bytes[12] << 8 | bytes[13];
    return length >= 14u + (ethertype == 0x0800 ? 20 : ethertype == 0x86dd ? 40 : 1);
}

/* Whole frames, cut ones, and ones with bytes changed: what the decoder for captures makes of them,
 * the kernel makes of them. (Fragments apart: those wait for their first one there.) */
static void test_agree(void)
{
    struct live_config config = {.key = VTTIF_KEY_IP, .launcher = launcher};
    g_autoptr(live_handle) live = open_source(&config);
    struct live_snapshot snapshot = {0};
    struct tallied tallied = {0};
    for (int i = 0; i < 20000; i++) {
        struct recipe recipe = random_recipe();
        uint8_t head[PVM_HEAD_BYTES];
        put_random_pvm_head(head);
        recipe.head = head;
        recipe.head_bytes = g_test_rand_bit() ? MIN(recipe.payload, PVM_HEAD_BYTES) : 0;
        g_autoptr(GByteArray) bytes = frame_make(&recipe);
        size_t length = bytes->len;
        if (length > 15 && g_test_rand_int_range(0, 6) == 0)
            length = (size_t)g_test_rand_int_range(15, (int)length + 1);
        for (int change = g_test_rand_int_range(-2, 3); change > 0; change--) {
            int at = g_test_rand_int_range(12, MIN((int)length, 80) + 1) - 1;
            if (at != 20 && at != 21) /* fragments */
                bytes->data[at] = (uint8_t)g_test_rand_int_range(0, 256);
        }
        struct vttif_frame frame;
        bool is_fragment = vttif_frame_decode(VTTIF_LINK_ETHERNET, bytes->data, MIN(length, HEAD),
                                              length, &frame) == VTTIF_FRAME_IP &&
                           frame.fragment != VTTIF_FRAGMENT_NONE;
        if (is_fragment || !can_be_run(bytes->data, length))
            continue;
        tally_bytes(&tallied, bytes->data, length);
        pass_bytes(live, bytes->data, length, (struct passing){.hook = KERN_IN_PORT});
        if (i % 100 == 0) {
            take_snapshot(live, &snapshot);
            assert_agree(&snapshot, &tallied);
        }
    }
    live_snapshot_clear(&snapshot);
}

/* What libpcap's own interpreter says of a frame, the translated filter says of it. */
static void test_filters(void)
{
    static const char *const expressions[] = {
        "tcp",
        "udp port 5000",
        "host 10.0.0.7 or net fd00::/16",
        "tcp[tcpflags] & tcp-syn != 0",
        "ip6 proto 17 and not dst port 53",
        "greater 700",
        "ip[2:2] > 500 and ip[2:2] % 3 = 1",
        "ether src 02:00:00:00:00:01 and (portrange 4000-41000 or icmp)",
        "ether[200] = 0 and len <= 800",
        "vlan and tcp port 40000",
    };
    for (size_t e = 0; e < G_N_ELEMENTS(expressions); e++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(match_handle) match = match_new(expressions[e], 1, &error);
        g_assert_no_error(error);
        g_autoptr(live_handle) live =
            open_source(&(struct live_config){.key = VTTIF_KEY_IP, .filter = expressions[e]});
        struct live_snapshot snapshot = {0};
        struct live_sum matched = {0}, rest = {0};
        for (int i = 0; i < 1000; i++) {
            struct recipe recipe = random_recipe();
            struct vttif_frame frame;
            recipe.extensions = NULL; /* no fragments */
            g_autoptr(GByteArray) bytes = frame_make(&recipe);
            vttif_frame_decode(VTTIF_LINK_ETHERNET, bytes->data, bytes->len, bytes->len, &frame);
            pass_bytes(live, bytes->data, bytes->len, (struct passing){.hook = KERN_OUT_HOST});
            if (vttif_filter_classify(&frame, NULL) != VTTIF_REASON_KEEP)
                continue;
            add_frame(match_frame(match, bytes->data, bytes->len, bytes->len) ? &matched : &rest,
                      &frame);
        }
        take_snapshot(live, &snapshot);
        struct live_sum kept = sum_of(&snapshot);
        g_test_message("%s: %" G_GUINT64_FORMAT, expressions[e], matched.packets);
        assert_same(&kept, &matched);
        assert_same(&snapshot.filtered[VTTIF_REASON_EXPRESSION], &rest);
        live_snapshot_clear(&snapshot);
    }
}

static void test_bad_filter(void)
{
    g_autoptr(GError) error = NULL;
    struct live_config config = {.key = VTTIF_KEY_IP, .filter = "porte 80"};
    g_assert_null(live_bpf_open(&config, &error));
    g_assert_error(error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT);
    g_assert_nonnull(strstr(error->message, "porte 80"));
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    g_test_init(&argc, &argv, NULL);
    int failed;
    if (!kernel_is_there(&failed))
        return failed;
    g_test_add_func("/kern/a frame is counted by its frame, IP and payload bytes", test_bytes);
    g_test_add_func("/kern/endpoints are known by IP, MAC or port", test_keys);
    g_test_add_func("/kern/a super-packet is counted as its segments", test_super_packet);
    g_test_add_func("/kern/the inner or the outer frame of VXLAN is counted", test_vxlan);
    g_test_add_func("/kern/every port is judged as filter does", test_every_port);
    g_test_add_func("/kern/noise that is to be kept is counted", test_keep);
    g_test_add_func("/kern/later fragments belong to the first one", test_fragments);
    g_test_add_func("/kern/a frame is counted at the first hook only", test_counted_once);
    g_test_add_func("/kern/with a hosts file others are strangers", test_hosts);
    g_test_add_func("/kern/a full table counts the rest as other", test_full);
    g_test_add_func("/kern/two stamps within the time bound are a crossing", test_crossings);
    g_test_add_func("/kern/stamps that are far apart are none", test_slow_stamps);
    g_test_add_func("/kern/the kernel agrees with the decoder for captures", test_agree);
    g_test_add_func("/kern/a filter matches as libpcap's own interpreter", test_filters);
    g_test_add_func("/kern/a filter that is none is refused", test_bad_filter);
    return g_test_run();
}
