// SPDX-License-Identifier: Apache-2.0
/* The decoder: every header that it knows, every length at which a frame may be cut. */
#include "frames.h"

#include <vttif/fragment.h>

/* Decodes a frame that is whole; its addresses must be those of the recipe. */
static struct vttif_frame decode(struct recipe recipe)
{
    struct vttif_frame frame;
    g_autoptr(GByteArray) bytes = frame_make(&recipe);
    vttif_frame_decode(recipe.link, bytes->data, bytes->len, bytes->len, &frame);
    g_assert_cmpint(frame.kind, ==, VTTIF_FRAME_IP);
    frame.macs = NULL; /* in bytes, which go */
    bool ipv6 = recipe.src && strchr(recipe.src, ':');
    struct vttif_address src = address_of(recipe.src ? recipe.src : "10.0.0.1");
    struct vttif_address dst = address_of(recipe.dst ? recipe.dst : ipv6 ? "fd00::2" : "10.0.0.2");
    src.port = frame.src.port;
    dst.port = frame.dst.port;
    g_assert_cmpint(vttif_address_compare(&frame.src, &src), ==, 0);
    g_assert_cmpint(vttif_address_compare(&frame.dst, &dst), ==, 0);
    return frame;
}

static void check_bytes(const struct vttif_frame *frame, uint32_t frame_bytes, uint32_t ip_bytes,
                        uint32_t payload_bytes)
{
    g_assert_cmpuint(frame->frame_bytes, ==, frame_bytes);
    g_assert_cmpuint(frame->ip_bytes, ==, ip_bytes);
    g_assert_cmpuint(frame->payload_bytes, ==, payload_bytes);
    g_assert_cmpuint(frame->segment_headers, ==, ip_bytes - payload_bytes);
}

static void check_ports(const struct vttif_frame *frame, uint16_t src, uint16_t dst)
{
    g_assert_true(frame->has_ports);
    g_assert_cmpuint(frame->src.port, ==, src);
    g_assert_cmpuint(frame->dst.port, ==, dst);
}

static void tcp_udp_and_sctp_have_ports_and_a_payload(void)
{
    struct vttif_frame tcp = decode(
        (struct recipe){.src_port = 4000, .dst_port = 5000, .tcp_options = 12, .payload = 1000});
    check_ports(&tcp, 4000, 5000);
    check_bytes(&tcp, 14 + 20 + 32 + 1000, 20 + 32 + 1000, 1000);
    struct vttif_frame udp =
        decode((struct recipe){.protocol = 17, .src_port = 53, .dst_port = 65535, .payload = 100});
    check_ports(&udp, 53, 65535);
    check_bytes(&udp, 14 + 20 + 8 + 100, 20 + 8 + 100, 100);
    struct vttif_frame sctp =
        decode((struct recipe){.protocol = 132, .src_port = 1, .dst_port = 2, .payload = 100});
    check_ports(&sctp, 1, 2);
    check_bytes(&sctp, 14 + 20 + 12 + 100, 20 + 12 + 100, 12 + 100);
}

static void other_ip_protocols_count_all_behind_the_ip_header_as_payload(void)
{
    struct vttif_frame gre = decode((struct recipe){.protocol = 47, .payload = 64});
    g_assert_false(gre.has_ports);
    check_bytes(&gre, 14 + 20 + 64, 20 + 64, 64);
}

static void every_link_counts_as_if_it_had_a_plain_ethernet_header(void)
{
    static const enum vttif_link links[] = {VTTIF_LINK_ETHERNET, VTTIF_LINK_SLL, VTTIF_LINK_SLL2,
                                            VTTIF_LINK_RAW, VTTIF_LINK_NULL};
    for (size_t i = 0; i < G_N_ELEMENTS(links); i++) {
        struct vttif_frame v4 = decode((struct recipe){.link = links[i], .payload = 500});
        struct vttif_frame v6 =
            decode((struct recipe){.link = links[i], .src = "fd00::1", .payload = 500});
        check_bytes(&v4, 14 + 40 + 500, 40 + 500, 500);
        check_bytes(&v6, 14 + 60 + 500, 60 + 500, 500);
    }
}

static void vlan_tags_of_ethernet_are_on_the_wire(void)
{
    for (unsigned tags = 1; tags <= 4; tags++) {
        struct vttif_frame frame = decode((struct recipe){.tags = tags, .payload = 500});
        check_bytes(&frame, 14 + 4 * tags + 40 + 500, 40 + 500, 500);
    }
}

static void more_tags_than_four_are_refused(void)
{
    struct vttif_frame frame;
    g_autoptr(GByteArray) bytes = frame_make(&(struct recipe){.tags = 5});
    g_assert_cmpint(
        vttif_frame_decode(VTTIF_LINK_ETHERNET, bytes->data, bytes->len, bytes->len, &frame), ==,
        VTTIF_FRAME_MALFORMED);
}

static void the_link_says_who_and_whether_to_a_group(void)
{
    struct vttif_frame frame;
    g_autoptr(GByteArray) to_all = frame_make(
        &(struct recipe){.mac_dst = "ff:ff:ff:ff:ff:ff", .ethertype = 0x0806, .payload = 46});
    g_assert_cmpint(vttif_frame_decode(VTTIF_LINK_ETHERNET, to_all->data, 60, 60, &frame), ==,
                    VTTIF_FRAME_OTHER);
    struct vttif_address src = vttif_frame_mac_src(&frame), dst = vttif_frame_mac_dst(&frame);
    char text[VTTIF_ADDRESS_TEXT_MAX];
    vttif_address_format(&src, text);
    g_assert_cmpstr(text, ==, "02:00:00:00:00:01");
    vttif_address_format(&dst, text);
    g_assert_cmpstr(text, ==, "ff:ff:ff:ff:ff:ff");
    g_assert_true(frame.to_group);
    g_assert_cmpuint(frame.ethertype, ==, 0x0806);
    g_assert_cmpuint(frame.frame_bytes, ==, 60);

    g_autoptr(GByteArray) cooked = frame_make(&(struct recipe){.link = VTTIF_LINK_SLL});
    cooked->data[1] = 1; /* to broadcast */
    vttif_frame_decode(VTTIF_LINK_SLL, cooked->data, cooked->len, cooked->len, &frame);
    g_assert_true(frame.to_group);
    g_assert_cmpint(vttif_frame_mac_src(&frame).kind, ==, VTTIF_ADDRESS_NONE);
    g_autoptr(GByteArray) cooked2 = frame_make(&(struct recipe){.link = VTTIF_LINK_SLL2});
    vttif_frame_decode(VTTIF_LINK_SLL2, cooked2->data, cooked2->len, cooked2->len, &frame);
    g_assert_false(frame.to_group);
}

static void padding_counts_in_the_frame_only(void)
{
    struct vttif_frame frame = decode((struct recipe){.padding = 6});
    check_bytes(&frame, 60, 40, 0);
}

/* A TCP header that says it is there, in a packet that says it ends before. */
static void what_is_behind_the_packets_end_is_no_part_of_it(void)
{
    struct vttif_frame v4 = decode((struct recipe){.protocol = 47, .padding = 26}), frame;
    check_bytes(&v4, 60, 20, 0);
    g_autoptr(GByteArray) bytes = frame_make(&(struct recipe){.protocol = 47, .padding = 26});
    memset(bytes->data + 34, 0x11, 26);
    bytes->data[23] = 6;
    vttif_frame_decode(VTTIF_LINK_ETHERNET, bytes->data, 60, 60, &frame);
    g_assert_false(frame.has_ports);
    check_bytes(&frame, 60, 20, 0);
    g_autoptr(GByteArray) v6 =
        frame_make(&(struct recipe){.src = "fd00::1", .protocol = 47, .payload = 2, .padding = 30});
    memset(v6->data + 54, 0x11, 32);
    v6->data[20] = 17;
    vttif_frame_decode(VTTIF_LINK_ETHERNET, v6->data, v6->len, v6->len, &frame);
    g_assert_false(frame.has_ports);
}

static void ipv4_options_stand_before_the_ports(void)
{
    for (unsigned options = 4; options <= 40; options += 4) {
        struct vttif_frame frame = decode((struct recipe){
            .ip_options = options, .src_port = 7000, .dst_port = 7001, .payload = 10});
        check_ports(&frame, 7000, 7001);
        check_bytes(&frame, 14 + 20 + options + 20 + 10, 20 + options + 20 + 10, 10);
    }
}

static void an_ipv4_header_that_contradicts_itself_is_malformed(void)
{
    static const struct {
        size_t offset;
        uint8_t value;
    } damages[] = {
        {14, 0x55}, /* version 5 */
        {14, 0x44}, /* header of 16 bytes */
        {14, 0x4f}, /* header longer than the packet */
        {17, 19}, /* packet shorter than its header */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(damages); i++) {
        struct vttif_frame frame;
        g_autoptr(GByteArray) bytes = frame_make(&(struct recipe){.payload = 4});
        bytes->data[damages[i].offset] = damages[i].value;
        g_assert_cmpint(
            vttif_frame_decode(VTTIF_LINK_ETHERNET, bytes->data, bytes->len, bytes->len, &frame),
            ==, VTTIF_FRAME_MALFORMED);
        g_assert_cmpuint(frame.frame_bytes, ==, bytes->len);
    }
}

static void a_super_packet_too_long_for_the_length_field_has_the_frames_length(void)
{
    struct vttif_frame v4 = decode((struct recipe){.zero_length = true, .payload = 100000});
    check_bytes(&v4, 14 + 40 + 100000, 40 + 100000, 100000);
    struct vttif_frame v6 =
        decode((struct recipe){.src = "fd00::1", .zero_length = true, .payload = 100000});
    check_bytes(&v6, 14 + 60 + 100000, 60 + 100000, 100000);
}

/* Payload length 0 is the truth there, and what follows is padding. */
static void an_ipv6_packet_with_nothing_in_it_is_empty(void)
{
    struct vttif_frame frame =
        decode((struct recipe){.src = "fd00::1", .protocol = 59, .padding = 6});
    check_bytes(&frame, 60, 40, 0);
}

static void ipv6_extension_headers_stand_before_the_ports(void)
{
    static const struct {
        const char *chain;
        unsigned bytes;
    } cases[] = {{"h", 8},  {"d", 8},   {"r", 8},    {"m", 8},      {"a", 12},
                 {"D", 24}, {"hr", 16}, {"hdr", 24}, {"hdrad", 44}, {"hdDrRadm", 100}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct vttif_frame frame = decode((struct recipe){.src = "fd00::1",
                                                          .extensions = cases[i].chain,
                                                          .protocol = 17,
                                                          .src_port = 9,
                                                          .dst_port = 10,
                                                          .payload = 77});
        check_ports(&frame, 9, 10);
        g_assert_cmpuint(frame.protocol, ==, 17);
        check_bytes(&frame, 54 + cases[i].bytes + 8 + 77, 40 + cases[i].bytes + 8 + 77, 77);
    }
}

/* The first 8 bytes of an extension header say how long it is. */
static void an_extension_header_that_is_cut_off_is_still_no_payload(void)
{
    struct vttif_frame frame;
    g_autoptr(GByteArray) bytes = frame_make(
        &(struct recipe){.src = "fd00::1", .extensions = "D", .protocol = 17, .payload = 100});
    vttif_frame_decode(VTTIF_LINK_ETHERNET, bytes->data, 54 + 10, bytes->len, &frame);
    g_assert_cmpint(frame.kind, ==, VTTIF_FRAME_IP);
    g_assert_false(frame.has_ports);
    g_assert_cmpuint(frame.protocol, ==, 17);
    check_bytes(&frame, 54 + 24 + 8 + 100, 40 + 24 + 8 + 100, 100);
}

static void of_a_datagram_in_fragments_only_the_first_has_ports(void)
{
    static const struct {
        const char *src, *extensions;
        unsigned headers;
    } cases[] = {{"10.0.0.1", NULL, 20}, {"fd00::1", "f", 48}, {"fd00::1", "hf", 56}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct recipe recipe = {.src = cases[i].src,
                                .extensions = cases[i].extensions,
                                .protocol = 17,
                                .src_port = 1000,
                                .dst_port = 2000,
                                .id = 0x1234,
                                .more = true,
                                .payload = 1472};
        struct vttif_frame first = decode(recipe);
        g_assert_cmpint(first.fragment, ==, VTTIF_FRAGMENT_FIRST);
        check_ports(&first, 1000, 2000);
        check_bytes(&first, 14 + cases[i].headers + 1480, cases[i].headers + 1480, 1472);
        for (int last = 0; last < 2; last++) {
            recipe.offset = 1480;
            recipe.more = !last;
            recipe.payload = 800;
            struct vttif_frame later = decode(recipe);
            g_assert_cmpint(later.fragment, ==, VTTIF_FRAGMENT_LATER);
            g_assert_false(later.has_ports);
            check_bytes(&later, 14 + cases[i].headers + 800, cases[i].headers + 800, 800);
            g_assert_true(vttif_fragments_same(&first, &later));
        }
    }
}

/* RFC 8200, 4.5: the next header of later fragments is the first header of the fragmentable part.
 */
static void fragments_whose_extension_headers_are_fragmented_too_belong_together(void)
{
    struct vttif_frame first = decode((struct recipe){.src = "fd00::1",
                                                      .extensions = "fd",
                                                      .protocol = 17,
                                                      .id = 77,
                                                      .more = true,
                                                      .payload = 1000});
    struct vttif_frame later = decode((struct recipe){.src = "fd00::1",
                                                      .extensions = "f",
                                                      .protocol = 60,
                                                      .id = 77,
                                                      .offset = 1016,
                                                      .payload = 500});
    g_assert_true(first.has_ports);
    g_assert_true(vttif_fragments_same(&first, &later));
}

static void an_atomic_fragment_is_a_whole_datagram(void)
{
    struct vttif_frame frame = decode((struct recipe){.src = "fd00::1",
                                                      .extensions = "f",
                                                      .protocol = 17,
                                                      .src_port = 5,
                                                      .dst_port = 6,
                                                      .id = 99,
                                                      .payload = 10});
    g_assert_cmpint(frame.fragment, ==, VTTIF_FRAGMENT_NONE);
    check_ports(&frame, 5, 6);
}

static void a_syn_announces_the_segment_size(void)
{
    g_assert_cmpuint(decode((struct recipe){.mss = 1460}).tcp_mss, ==, 1460);
    g_assert_cmpuint(decode((struct recipe){.mss = 8948, .tcp_options = 40}).tcp_mss, ==, 8948);
    g_assert_cmpuint(decode((struct recipe){.tcp_options = 40}).tcp_mss, ==, 0);
}

static void damaged_tcp_options_announce_nothing(void)
{
    static const uint8_t options[][8] = {
        {2, 0, 5, 180, 1, 1, 1, 1}, /* length 0 */
        {2, 1, 5, 180, 1, 1, 1, 1}, /* length 1 */
        {2, 3, 5, 1, 1, 1, 1, 1}, /* a size of one byte */
        {3, 40, 2, 4, 5, 180, 0, 0}, /* longer than the options */
        {0, 2, 4, 5, 180, 0, 0, 0}, /* after their end */
        {1, 1, 1, 1, 1, 1, 1, 2}, /* no length */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
        struct vttif_frame frame;
        g_autoptr(GByteArray) bytes = frame_make(&(struct recipe){.tcp_options = 8, .mss = 1});
        memcpy(bytes->data + 54, options[i], 8);
        vttif_frame_decode(VTTIF_LINK_ETHERNET, bytes->data, bytes->len, bytes->len, &frame);
        g_assert_cmpuint(frame.tcp_mss, ==, 0);
    }
}

/* Each prefix in a block of exactly its size: a sanitizer sees any read beyond it. What comes out
 * is nothing or right: the same addresses, the same lengths, the same ports or none. */
static void check_snaps(const struct recipe *recipe)
{
    struct vttif_frame whole, cut;
    g_autoptr(GByteArray) bytes = frame_make(recipe);
    enum vttif_frame_kind kind =
        vttif_frame_decode(recipe->link, bytes->data, bytes->len, bytes->len, &whole);
    g_assert_cmpint(kind, ==, VTTIF_FRAME_IP);
    for (guint n = 0; n <= MIN(bytes->len, 160); n++) {
        g_autofree uint8_t *prefix = g_memdup2(bytes->data, n);
        if (vttif_frame_decode(recipe->link, prefix, n, bytes->len, &cut) != VTTIF_FRAME_IP)
            continue;
        g_assert_cmpuint(cut.frame_bytes, ==, whole.frame_bytes);
        g_assert_cmpuint(cut.ip_bytes, ==, whole.ip_bytes);
        if (cut.has_ports)
            check_ports(&cut, whole.src.port, whole.dst.port);
        cut.src.port = whole.src.port;
        cut.dst.port = whole.dst.port;
        g_assert_cmpint(vttif_address_compare(&cut.src, &whole.src), ==, 0);
        g_assert_cmpint(vttif_address_compare(&cut.dst, &whole.dst), ==, 0);
        g_assert_true(cut.tcp_mss == 0 || cut.tcp_mss == whole.tcp_mss);
    }
}

static void a_frame_cut_anywhere_gives_nothing_or_what_is_right(void)
{
    static const char *const sources[] = {"10.0.0.1", "fd00::1"};
    static const uint8_t protocols[] = {6, 17, 132, 1};
    for (int link = VTTIF_LINK_ETHERNET; link <= VTTIF_LINK_NULL; link++)
        for (size_t s = 0; s < G_N_ELEMENTS(sources); s++)
            for (size_t p = 0; p < G_N_ELEMENTS(protocols); p++)
                for (unsigned variant = 0; variant < 8; variant++)
                    check_snaps(&(struct recipe){.link = (enum vttif_link)link,
                                                 .tags = link < VTTIF_LINK_RAW ? variant % 3 : 0,
                                                 .src = sources[s],
                                                 .protocol = protocols[p],
                                                 .src_port = 4000,
                                                 .dst_port = 5000,
                                                 .ip_options = variant & 1 ? 8 : 0,
                                                 .extensions = variant & 1 ? "hdraf" : NULL,
                                                 .more = variant & 2,
                                                 .mss = variant & 4 ? 1460 : 0,
                                                 .tcp_options = variant & 4 ? 20 : 0,
                                                 .payload = 600});
}

/* Nothing is asserted of what comes out; a sanitizer watches. */
static void random_bytes_are_never_read_beyond_their_end(void)
{
    for (int round = 0; round < 200000; round++) {
        struct vttif_frame frame;
        g_autoptr(GByteArray) bytes =
            frame_make(&(struct recipe){.link = (enum vttif_link)g_test_rand_int_range(0, 5),
                                        .src = g_test_rand_bit() ? "fd00::1" : "10.0.0.1",
                                        .extensions = "hfdra",
                                        .mss = 1400,
                                        .tcp_options = 20,
                                        .payload = 10});
        for (int k = g_test_rand_int_range(0, 6); k > 0; k--)
            bytes->data[g_test_rand_int_range(0, (gint32)bytes->len)] =
                (uint8_t)g_test_rand_int_range(0, 256);
        guint n = (guint)g_test_rand_int_range(0, (gint32)bytes->len + 1);
        g_autofree uint8_t *exact = g_memdup2(bytes->data, n);
        vttif_frame_decode((enum vttif_link)(round % 5), exact, n, (size_t)g_test_rand_int(),
                           &frame);
    }
}

static void a_super_packet_is_counted_as_the_segments_that_it_becomes(void)
{
    static const struct {
        const char *src;
        unsigned payload, tags, mtu, each;
    } cases[] = {
        {"10.0.0.1", 65160, 0, 1500, 1448}, /* 45 full segments */
        {"10.0.0.1", 65161, 0, 1500, 1448}, /* and one with a byte */
        {"10.0.0.1", 1449, 0, 1500, 1448},  {"10.0.0.1", 10000, 1, 1500, 1448},
        {"10.0.0.1", 65000, 0, 9000, 8948}, {"fd00::1", 40000, 0, 1500, 1428},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct recipe recipe = {.src = cases[i].src,
                                .tags = cases[i].tags,
                                .tcp_options = 12,
                                .payload = cases[i].payload};
        struct vttif_frame whole = decode(recipe);
        uint32_t frames = 0, frame_bytes = 0, ip_bytes = 0;
        for (unsigned left = cases[i].payload; left > 0; left -= recipe.payload, frames++) {
            recipe.payload = MIN(left, cases[i].each);
            struct vttif_frame segment = decode(recipe);
            g_assert_false(vttif_frame_split(&segment, cases[i].mtu));
            frame_bytes += segment.frame_bytes;
            ip_bytes += segment.ip_bytes;
        }
        g_assert_true(vttif_frame_split(&whole, cases[i].mtu));
        g_assert_cmpuint(whole.segments, ==, frames);
        g_assert_cmpuint(whole.frame_bytes, ==, frame_bytes);
        g_assert_cmpuint(whole.ip_bytes, ==, ip_bytes);
        g_assert_cmpuint(whole.payload_bytes, ==, cases[i].payload);
    }
}

static void what_no_network_card_would_split_stays_whole(void)
{
    struct vttif_frame fragment =
        decode((struct recipe){.protocol = 17, .more = true, .id = 1, .payload = 8000});
    struct vttif_frame gre = decode((struct recipe){.protocol = 47, .payload = 8000});
    struct vttif_frame tcp = decode((struct recipe){.payload = 8000});
    g_assert_false(vttif_frame_split(&fragment, 1500));
    g_assert_false(vttif_frame_split(&gre, 1500));
    g_assert_false(vttif_frame_split(&tcp, 40)); /* no room for a payload */
    g_assert_cmpuint(tcp.segments, ==, 1);
    g_assert_cmpuint(tcp.ip_bytes, ==, 8040);
}

/* --- fragments to flows ----------------------------------------------------------------------- */

static void later_fragments_find_the_flow_of_their_first_one(void)
{
    struct vttif_fragments *fragments = vttif_fragments_new();
    struct vttif_flow flow;
    struct recipe recipe = {.protocol = 17, .id = 7, .more = true, .payload = 1472};
    struct vttif_frame first = decode(recipe);
    recipe.offset = 1480;
    struct vttif_frame later = decode(recipe);
    g_assert_false(vttif_fragments_find(fragments, &later, &flow));
    vttif_fragments_learn(fragments, &first, (struct vttif_flow){1, 2, 3});
    g_assert_true(vttif_fragments_find(fragments, &later, &flow));
    g_assert_true(flow.src_port == 1 && flow.dst_port == 2 && flow.verdict == 3);

    struct recipe others[] = {recipe, recipe, recipe, recipe};
    others[0].id = 8;
    others[1].src = "10.0.0.9";
    others[2].dst = "10.0.0.9";
    others[3].protocol = 6;
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
        struct vttif_frame other = decode(others[i]);
        g_assert_false(vttif_fragments_find(fragments, &other, &flow));
    }
    vttif_fragments_free(fragments);
}

/* 2 x 16 hosts that send each other datagrams in fragments, all at once: first fragments first. */
static void a_thousand_datagrams_at_once_are_all_remembered(void)
{
    struct vttif_fragments *fragments = vttif_fragments_new();
    struct vttif_frame frame = decode((struct recipe){.protocol = 17, .more = true});
    for (int pass = 0; pass < 2; pass++)
        for (uint32_t i = 0; i < 1024; i++) {
            struct vttif_flow flow = {(uint16_t)i, 0, 0};
            frame.src.low = 0x0a000000 + i % 16;
            frame.dst.low = 0x0a000100 + i / 16 % 16;
            frame.fragment_id = i * 7919 & 0xffff;
            if (pass == 0)
                vttif_fragments_learn(fragments, &frame, flow);
            else
                g_assert_true(vttif_fragments_find(fragments, &frame, &flow));
            g_assert_cmpuint(flow.src_port, ==, i);
        }
    vttif_fragments_free(fragments);
}

/* 100,000 datagrams at once through 4096 places: each finds its own flow or none. */
static void a_full_table_forgets_and_never_confuses(void)
{
    struct vttif_fragments *fragments = vttif_fragments_new();
    struct vttif_frame first =
        decode((struct recipe){.src = "fd00::1", .extensions = "f", .protocol = 17, .more = true});
    struct vttif_flow flow;
    for (uint32_t id = 0; id < 100000; id++) {
        first.fragment_id = id;
        vttif_fragments_learn(fragments, &first,
                              (struct vttif_flow){(uint16_t)id, (uint16_t)(id >> 16), 0});
    }
    unsigned found = 0;
    for (uint32_t id = 0; id < 100000; id++) {
        first.fragment_id = id;
        if (!vttif_fragments_find(fragments, &first, &flow))
            continue;
        g_assert_cmpuint(flow.src_port | (uint32_t)flow.dst_port << 16, ==, id);
        found++;
    }
    g_assert_cmpuint(found, >, VTTIF_FRAGMENTS / 2);
    g_assert_cmpuint(found, <=, VTTIF_FRAGMENTS);
    vttif_fragments_free(fragments);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/frame/TCP, UDP and SCTP have ports and a payload",
                    tcp_udp_and_sctp_have_ports_and_a_payload);
    g_test_add_func("/frame/other IP protocols count all behind the IP header as payload",
                    other_ip_protocols_count_all_behind_the_ip_header_as_payload);
    g_test_add_func("/frame/every link counts as if it had a plain Ethernet header",
                    every_link_counts_as_if_it_had_a_plain_ethernet_header);
    g_test_add_func("/frame/VLAN tags of Ethernet are on the wire",
                    vlan_tags_of_ethernet_are_on_the_wire);
    g_test_add_func("/frame/more tags than four are refused", more_tags_than_four_are_refused);
    g_test_add_func("/frame/the link says who and whether to a group",
                    the_link_says_who_and_whether_to_a_group);
    g_test_add_func("/frame/padding counts in the frame only", padding_counts_in_the_frame_only);
    g_test_add_func("/frame/what is behind the packet's end is no part of it",
                    what_is_behind_the_packets_end_is_no_part_of_it);
    g_test_add_func("/frame/IPv4 options stand before the ports",
                    ipv4_options_stand_before_the_ports);
    g_test_add_func("/frame/an IPv4 header that contradicts itself is malformed",
                    an_ipv4_header_that_contradicts_itself_is_malformed);
    g_test_add_func("/frame/a super-packet too long for the length field has the frame's length",
                    a_super_packet_too_long_for_the_length_field_has_the_frames_length);
    g_test_add_func("/frame/an IPv6 packet with nothing in it is empty",
                    an_ipv6_packet_with_nothing_in_it_is_empty);
    g_test_add_func("/frame/IPv6 extension headers stand before the ports",
                    ipv6_extension_headers_stand_before_the_ports);
    g_test_add_func("/frame/an extension header that is cut off is still no payload",
                    an_extension_header_that_is_cut_off_is_still_no_payload);
    g_test_add_func("/frame/of a datagram in fragments only the first has ports",
                    of_a_datagram_in_fragments_only_the_first_has_ports);
    g_test_add_func("/frame/fragments whose extension headers are fragmented too belong together",
                    fragments_whose_extension_headers_are_fragmented_too_belong_together);
    g_test_add_func("/frame/an atomic fragment is a whole datagram",
                    an_atomic_fragment_is_a_whole_datagram);
    g_test_add_func("/frame/a SYN announces the segment size", a_syn_announces_the_segment_size);
    g_test_add_func("/frame/damaged TCP options announce nothing",
                    damaged_tcp_options_announce_nothing);
    g_test_add_func("/frame/a frame cut anywhere gives nothing or what is right",
                    a_frame_cut_anywhere_gives_nothing_or_what_is_right);
    g_test_add_func("/frame/random bytes are never read beyond their end",
                    random_bytes_are_never_read_beyond_their_end);
    g_test_add_func("/frame/a super-packet is counted as the segments that it becomes",
                    a_super_packet_is_counted_as_the_segments_that_it_becomes);
    g_test_add_func("/frame/what no network card would split stays whole",
                    what_no_network_card_would_split_stays_whole);
    g_test_add_func("/fragment/later fragments find the flow of their first one",
                    later_fragments_find_the_flow_of_their_first_one);
    g_test_add_func("/fragment/a thousand datagrams at once are all remembered",
                    a_thousand_datagrams_at_once_are_all_remembered);
    g_test_add_func("/fragment/a full table forgets and never confuses",
                    a_full_table_forgets_and_never_confuses);
    return g_test_run();
}
