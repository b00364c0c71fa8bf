// SPDX-License-Identifier: Apache-2.0
/* From frames to pairs. */
#include "tallies.h"

/* The matrix of one capture. */
static struct vttif_matrix *finish(struct vttif_tally *tally)
{
    vttif_tally_finish(tally);
    return merge(&(struct vttif_capture){.name = "one", .tally = tally}, 1, NULL);
}

/* --- counting --------------------------------------------------------------------------------- */

static void a_byte_is_what_the_count_says(void)
{
    static const struct {
        enum vttif_count count;
        double tcp, padded_ack, later_fragment;
    } cases[] = {{VTTIF_COUNT_FRAME, 14 + 52 + 1000, 60, 14 + 20 + 800},
                 {VTTIF_COUNT_IP, 52 + 1000, 40, 20 + 800},
                 {VTTIF_COUNT_PAYLOAD, 1000, 0, 800}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(vttif_tally) tally = tally_new(cases[i].count);
        add(tally, (struct recipe){.tcp_options = 12, .src_port = 4000, .payload = 1000}, 0);
        add(tally, (struct recipe){.dst = "10.0.0.3", .src_port = 4000, .padding = 6}, 0);
        add(tally,
            (struct recipe){.dst = "10.0.0.4", .protocol = 17, .offset = 1480, .payload = 800}, 0);
        g_autoptr(vttif_matrix) matrix = finish(tally);
        g_assert_cmpfloat(cell(matrix, "10.0.0.1", "10.0.0.2"), ==, cases[i].tcp);
        g_assert_cmpfloat(cell(matrix, "10.0.0.1", "10.0.0.3"), ==, cases[i].padded_ack);
        g_assert_cmpfloat(cell(matrix, "10.0.0.1", "10.0.0.4"), ==, cases[i].later_fragment);
        g_assert_cmpuint(vttif_matrix_account(matrix)->frames, ==, 3);
        g_assert_cmpint(vttif_matrix_account(matrix)->count, ==, cases[i].count);
    }
}

static void an_endpoint_is_what_the_key_says(void)
{
    static const struct {
        enum vttif_key key;
        const char *from, *to;
    } cases[] = {{VTTIF_KEY_IP, "10.0.0.1", "10.0.0.2"},
                 {VTTIF_KEY_MAC, "02:00:00:00:00:01", "02:00:00:00:00:02"},
                 {VTTIF_KEY_PORT, "10.0.0.1:4000", "10.0.0.2:5000"}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(vttif_tally) tally = vttif_tally_new(
            &(struct vttif_tally_options){.count = VTTIF_COUNT_PAYLOAD, .key = cases[i].key});
        add(tally, (struct recipe){.src_port = 4000, .dst_port = 5000, .payload = 7}, 0);
        g_autoptr(vttif_matrix) matrix = finish(tally);
        g_assert_cmpuint(vttif_matrix_size(matrix), ==, 2);
        g_assert_cmpfloat(cell(matrix, cases[i].from, cases[i].to), ==, 7);
    }
}

static void noise_is_in_the_account_and_not_in_the_cells(void)
{
    g_autoptr(vttif_tally) tally = tally_new(VTTIF_COUNT_PAYLOAD);
    add(tally, (struct recipe){.src_port = 4000, .dst_port = 22, .payload = 500}, 0);
    add(tally, (struct recipe){.ethertype = 0x0806, .payload = 46}, 0);
    add(tally, (struct recipe){.src_port = 4000, .dst_port = 5000, .payload = 7}, 0);
    g_autoptr(vttif_matrix) matrix = finish(tally);
    const struct vttif_account *account = vttif_matrix_account(matrix);
    g_assert_cmpfloat(vttif_matrix_total(matrix), ==, 7);
    g_assert_cmpuint(account->filtered[VTTIF_REASON_SSH].bytes, ==, 500);
    g_assert_cmpuint(account->filtered[VTTIF_REASON_ARP].bytes, ==, 60);
    g_assert_cmpuint(account->filtered[VTTIF_REASON_ARP].frames, ==, 1);
    g_assert_cmpuint(account->frames, ==, 1);
    g_assert_false(vttif_account_is_lower_bound(account));
}

static void noise_that_is_to_be_kept_is_the_programs(void)
{
    g_autoptr(vttif_tally) tally = vttif_tally_new(&(struct vttif_tally_options){
        .count = VTTIF_COUNT_PAYLOAD, .keep = 1u << VTTIF_REASON_SSH});
    add(tally, (struct recipe){.src_port = 4000, .dst_port = 22, .payload = 500}, 0);
    add(tally, (struct recipe){.src_port = 4000, .dst_port = 53, .payload = 500}, 0);
    g_autoptr(vttif_matrix) matrix = finish(tally);
    g_assert_cmpfloat(vttif_matrix_total(matrix), ==, 500);
    g_assert_cmpuint(vttif_matrix_account(matrix)->filtered[VTTIF_REASON_SSH].frames, ==, 0);
}

static void frames_that_cannot_be_decoded_make_a_lower_bound(void)
{
    g_autoptr(vttif_tally) tally = tally_new(VTTIF_COUNT_FRAME);
    vttif_tally_add(tally, VTTIF_LINK_ETHERNET, (const uint8_t *)"short", 5, 1514, 0);
    g_autoptr(vttif_matrix) matrix = finish(tally);
    g_assert_cmpuint(vttif_matrix_account(matrix)->undecodable, ==, 1);
    g_assert_true(vttif_account_is_lower_bound(vttif_matrix_account(matrix)));
}

/* Ten pairs into a table of four: what has no place is in the account, with the fast lane or
 * without. */
static void what_does_not_fit_the_table_is_counted_as_overflow(void)
{
    g_autoptr(vttif_tally) tally = vttif_tally_new(
        &(struct vttif_tally_options){.count = VTTIF_COUNT_PAYLOAD, .max_pairs = 4});
    for (unsigned round = 0; round < 3; round++)
        for (unsigned i = 0; i < 10; i++)
            send(tally, 1, 2 + i, 0);
    g_autoptr(vttif_matrix) matrix = finish(tally);
    const struct vttif_account *account = vttif_matrix_account(matrix);
    g_assert_cmpfloat(vttif_matrix_total(matrix), ==, 4 * 300);
    g_assert_cmpuint(account->overflow.frames, ==, 6 * 3);
    g_assert_cmpuint(account->overflow.bytes, ==, 6 * 300);
    g_assert_true(vttif_account_is_lower_bound(account));
}

/* 5000 pairs need a table of 16384; many tallies wait for the merge at once. */
static void a_finished_tally_holds_its_pairs_and_nothing_else(void)
{
    g_autoptr(vttif_tally) tally = tally_new(VTTIF_COUNT_PAYLOAD);
    for (unsigned i = 0; i < 5000; i++) {
        g_autofree char *dst = g_strdup_printf("10.1.%u.%u", i / 256, i % 256);
        add(tally, (struct recipe){.dst = dst, .protocol = 17, .src_port = 4000, .payload = 1 + i},
            0);
    }
    g_assert_cmpuint(tally->pairs.size, >=, 8192);
    g_autoptr(vttif_matrix) matrix = finish(tally);
    g_assert_cmpuint(tally->pairs.size, ==, 5000);
    g_assert_cmpfloat(vttif_matrix_total(matrix), ==, 5000 * 5001 / 2);
}

static void the_time_is_from_the_first_frame_that_counts_to_the_last(void)
{
    g_autoptr(vttif_tally) tally = tally_new(VTTIF_COUNT_PAYLOAD);
    add(tally, (struct recipe){.ethertype = 0x0806, .payload = 46}, 0);
    send(tally, 1, 2, 1000 * MS);
    send(tally, 2, 1, 3500 * MS);
    add(tally, (struct recipe){.src_port = 4000, .dst_port = 22}, 9000 * MS);
    g_autoptr(vttif_matrix) matrix = finish(tally);
    g_assert_cmpfloat(vttif_matrix_account(matrix)->seconds, ==, 2.5);
}

/* --- super-packets ---------------------------------------------------------------------------- */

/* h1 and h2 announce what they take, then h1 sends 10,000 bytes in one super-packet. */
static void check_segments(enum vttif_key key, uint16_t mss1, uint16_t mss2, unsigned payload,
                           double segments, uint64_t estimated)
{
    g_autoptr(vttif_tally) tally =
        vttif_tally_new(&(struct vttif_tally_options){.count = VTTIF_COUNT_IP, .key = key});
    struct recipe back = {.src = "10.0.0.2",
                          .dst = "10.0.0.1",
                          .mac_src = "02:00:00:00:00:02",
                          .mac_dst = "02:00:00:00:00:01",
                          .src_port = 5000,
                          .dst_port = 4000,
                          .mss = mss2};
    if (mss1)
        add(tally, (struct recipe){.src_port = 4000, .dst_port = 5000, .mss = mss1}, 0);
    if (mss2)
        add(tally, back, 0);
    add(tally, (struct recipe){.src_port = 4000, .dst_port = 5000, .payload = payload}, 0);
    g_autoptr(vttif_matrix) matrix = finish(tally);
    double syns = (mss1 ? 44 : 0) + (mss2 ? 44 : 0);
    g_assert_cmpfloat(vttif_matrix_total(matrix) - syns, ==, payload + 40 * segments);
    g_assert_cmpuint(vttif_matrix_account(matrix)->estimated, ==, estimated);
}

static void a_super_packet_is_split_as_both_ends_announced(void)
{
    static const enum vttif_key keys[] = {VTTIF_KEY_IP, VTTIF_KEY_MAC, VTTIF_KEY_PORT};
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        check_segments(keys[i], 1460, 1460, 10000, 7, 0);
        check_segments(keys[i], 8960, 8960, 10000, 2, 0);
        check_segments(keys[i], 8960, 1460, 10000, 7, 0);
        check_segments(keys[i], 1460, 8960, 10000, 7, 0);
        check_segments(keys[i], 0, 8960, 10000, 2, 0); /* a capture that began late */
        check_segments(keys[i], 8960, 0, 10000, 2, 0);
    }
}

static void a_segment_size_that_nobody_announced_is_an_estimate(void)
{
    check_segments(VTTIF_KEY_IP, 0, 0, 10000, 7, 1);
    check_segments(VTTIF_KEY_IP, 0, 0, 1460, 1, 0);
}

static void segments_smaller_than_usual_are_counted_too(void)
{
    check_segments(VTTIF_KEY_IP, 536, 536, 1400, 3, 0);
    check_segments(VTTIF_KEY_IP, 1240, 1460, 1460, 2, 0);
}

static void a_datagram_may_be_longer_than_what_tcp_was_told(void)
{
    g_autoptr(vttif_tally) tally = tally_new(VTTIF_COUNT_IP);
    add(tally, (struct recipe){.src_port = 4000, .dst_port = 5000, .mss = 536}, 0);
    add(tally, (struct recipe){.protocol = 17, .src_port = 4000, .payload = 1472}, 0);
    g_autoptr(vttif_matrix) matrix = finish(tally);
    g_assert_cmpfloat(vttif_matrix_total(matrix), ==, 44 + 1500);
}

/* Whatever is known of the link: QUIC, for one, sends 1200 bytes at a time. */
static void how_a_udp_super_packet_is_cut_is_an_estimate(void)
{
    for (uint32_t mtu = 0; mtu <= 1500; mtu += 1500) {
        g_autoptr(vttif_tally) tally =
            vttif_tally_new(&(struct vttif_tally_options){.count = VTTIF_COUNT_IP, .mtu = mtu});
        add(tally, (struct recipe){.src_port = 4000, .dst_port = 5000, .mss = 1460}, 0);
        add(tally, (struct recipe){.protocol = 17, .src_port = 4000, .payload = 10000}, 0);
        g_autoptr(vttif_matrix) matrix = finish(tally);
        g_assert_cmpuint(vttif_matrix_account(matrix)->estimated, ==, 1);
    }
}

static void the_mtu_of_the_user_is_believed(void)
{
    g_autoptr(vttif_tally) tally =
        vttif_tally_new(&(struct vttif_tally_options){.count = VTTIF_COUNT_IP, .mtu = 576});
    add(tally, (struct recipe){.src_port = 4000, .dst_port = 5000, .mss = 1460}, 0);
    add(tally, (struct recipe){.src_port = 4000, .dst_port = 5000, .payload = 1072}, 0);
    g_autoptr(vttif_matrix) matrix = finish(tally);
    g_assert_cmpfloat(vttif_matrix_total(matrix), ==, 44 + 1072 + 2 * 40);
    g_assert_cmpuint(vttif_matrix_account(matrix)->estimated, ==, 0);
}

/* --- fragments -------------------------------------------------------------------------------- */

/* As a filter expression "dst port 5000" works: a later fragment has no ports to match. */
static bool match_port_5000(void *context, const uint8_t *bytes, uint32_t captured, uint32_t wire)
{
    (void)context, (void)wire;
    return captured >= 38 && !(bytes[20] & 0x1f) && !bytes[21] && bytes[36] == 0x13 &&
           bytes[37] == 0x88;
}

static const struct recipe pieces_to_5000[] = {
    {.protocol = 17, .src_port = 4000, .dst_port = 5000, .id = 9, .more = true, .payload = 1472},
    {.protocol = 17, .id = 9, .offset = 1480, .more = true, .payload = 1480},
    {.protocol = 17, .id = 9, .offset = 2960, .payload = 1128},
};

/* The payload that is kept when these of the three fragments come, in this order. */
static double kept_of(const char *order, enum vttif_key key, uint64_t *filtered)
{
    g_autoptr(vttif_tally) tally = vttif_tally_new(&(struct vttif_tally_options){
        .count = VTTIF_COUNT_PAYLOAD, .key = key, .match = match_port_5000});
    for (int i = 0; order[i]; i++)
        add(tally, pieces_to_5000[order[i] - '0'], i);
    g_autoptr(vttif_matrix) matrix = finish(tally);
    *filtered = vttif_matrix_account(matrix)->filtered[VTTIF_REASON_EXPRESSION].bytes;
    if (key == VTTIF_KEY_PORT && vttif_matrix_size(matrix) > 0)
        g_assert_cmpfloat(cell(matrix, "10.0.0.1:4000", "10.0.0.2:5000"), ==,
                          vttif_matrix_total(matrix));
    return vttif_matrix_total(matrix);
}

static void fragments_belong_to_their_flow_in_any_order(void)
{
    static const char *const orders[] = {"012", "021", "102", "120", "201", "210"};
    uint64_t filtered;
    for (size_t i = 0; i < G_N_ELEMENTS(orders); i++) {
        g_assert_cmpfloat(kept_of(orders[i], VTTIF_KEY_IP, &filtered), ==, 4080);
        g_assert_cmpfloat(kept_of(orders[i], VTTIF_KEY_PORT, &filtered), ==, 4080);
        g_assert_cmpuint(filtered, ==, 0);
    }
}

static void fragments_without_their_first_one_are_judged_alone(void)
{
    uint64_t filtered;
    g_assert_cmpfloat(kept_of("12", VTTIF_KEY_IP, &filtered), ==, 0);
    g_assert_cmpuint(filtered, ==, 2608);
    g_autoptr(vttif_tally) tally = tally_new(VTTIF_COUNT_PAYLOAD);
    add(tally, pieces_to_5000[1], 0);
    add(tally, pieces_to_5000[2], 0);
    g_autoptr(vttif_matrix) matrix = finish(tally);
    g_assert_cmpfloat(vttif_matrix_total(matrix), ==, 2608);
}

static void fragments_of_a_service_are_that_services(void)
{
    g_autoptr(vttif_tally) tally = tally_new(VTTIF_COUNT_PAYLOAD);
    for (int i = 2; i >= 0; i--) {
        struct recipe nfs = pieces_to_5000[i];
        nfs.dst_port = 2049;
        add(tally, nfs, 0);
    }
    g_autoptr(vttif_matrix) matrix = finish(tally);
    g_assert_cmpfloat(vttif_matrix_total(matrix), ==, 0);
    g_assert_cmpuint(vttif_matrix_account(matrix)->filtered[VTTIF_REASON_NFS].bytes, ==, 4080);
}

/* More than can wait, all without a first one; every byte is somewhere. */
static void no_fragment_is_lost_when_too_many_wait(void)
{
    g_autoptr(vttif_tally) tally = tally_new(VTTIF_COUNT_PAYLOAD);
    for (uint32_t id = 0; id < 5 * PENDING_MAX; id++) {
        struct recipe later = pieces_to_5000[2];
        later.id = id;
        add(tally, later, 0);
    }
    g_autoptr(vttif_matrix) matrix = finish(tally);
    g_assert_cmpfloat(vttif_matrix_total(matrix), ==, 5 * PENDING_MAX * 1128);
    g_assert_cmpuint(vttif_matrix_account(matrix)->frames, ==, 5 * PENDING_MAX);
}

/* --- the fast lane ---------------------------------------------------------------------------- */

static bool match_all(void *context, const uint8_t *bytes, uint32_t captured, uint32_t wire)
{
    (void)context, (void)bytes, (void)captured, (void)wire;
    return true;
}

static uint8_t one_of(const uint8_t *list, int n)
{
    return list[g_test_rand_int_range(0, n)];
}

/* Mostly what the lane takes; one in a few is damaged, cut, or unusual in one of many ways. */
static void add_random(struct vttif_tally *fast, struct vttif_tally *slow)
{
    static const uint8_t firsts[] = {10, 10, 10, 10, 192, 127, 224, 239, 240, 255, 0};
    static const uint16_t ports[] = {40000, 5000, 1024, 22, 2049, 6010, 0};
    static const uint8_t protocols[] = {6, 6, 6, 17, 17, 132, 1, 47};
    g_autofree char *src = g_strdup_printf("%u.0.0.%d", one_of(firsts, g_test_rand_bit() ? 4 : 11),
                                           g_test_rand_int_range(0, 4));
    g_autofree char *dst =
        g_strdup_printf("%u.0.%d.%d", one_of(firsts, g_test_rand_bit() ? 4 : 11),
                        g_test_rand_int_range(0, 3000) / 256, g_test_rand_int_range(0, 256));
    bool odd = g_test_rand_int_range(0, 4) == 0;
    uint8_t head[PVM_HEAD_BYTES];
    put_random_pvm_head(head);
    struct recipe recipe = {
        .src = src,
        .dst = dst,
        .tags = odd ? (unsigned)g_test_rand_int_range(0, 3) : 0,
        .mac_dst = odd && g_test_rand_bit() ? "01:00:5e:00:00:01" : NULL,
        .protocol = one_of(protocols, 8),
        .src_port = ports[g_test_rand_int_range(0, odd ? 7 : 3)],
        .dst_port = ports[g_test_rand_int_range(0, odd ? 7 : 3)],
        .ip_options = odd ? 4u * (unsigned)g_test_rand_int_range(0, 11) : 0,
        .id = (uint32_t)g_test_rand_int_range(0, 8),
        .offset = odd && g_test_rand_bit() ? 8u * (unsigned)g_test_rand_int_range(0, 100) : 0,
        .more = odd && g_test_rand_bit(),
        .mss = g_test_rand_int_range(0, 40) == 0 ? (uint16_t)g_test_rand_int_range(1, 9000) : 0,
        .tcp_options = 4u * (unsigned)g_test_rand_int_range(0, 6),
        .payload = (unsigned)g_test_rand_int_range(0, odd ? 30000 : 1600),
        .padding = (unsigned)g_test_rand_int_range(0, 20),
    };
    recipe.head = head;
    recipe.head_bytes = g_test_rand_bit() ? MIN(recipe.payload, PVM_HEAD_BYTES) : 0;
    g_autoptr(GByteArray) bytes = frame_make(&recipe);
    static const uint8_t telling[] = {12, 13, 14, 16, 17, 20, 21, 23, 46, 47};
    for (int k = odd ? g_test_rand_int_range(0, 3) : 0; k > 0; k--) {
        guint at = g_test_rand_bit() ? one_of(telling, sizeof telling)
                                     : (guint)g_test_rand_int_range(0, 60);
        if (at < bytes->len)
            bytes->data[at] = (uint8_t)g_test_rand_int_range(0, 256);
    }
    uint32_t captured = g_test_rand_bit()
                            ? bytes->len
                            : (uint32_t)g_test_rand_int_range(0, (gint32)MIN(bytes->len, 100) + 1);
    g_autofree uint8_t *exact = g_memdup2(bytes->data, captured);
    int64_t time_ns = g_test_rand_int_range(0, G_MAXINT32);
    vttif_tally_add(fast, VTTIF_LINK_ETHERNET, exact, captured, bytes->len, time_ns);
    vttif_tally_add(slow, VTTIF_LINK_ETHERNET, exact, captured, bytes->len, time_ns);
}

static int compare_pairs(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct pair_key));
}

/* Of a finished tally, in the order of their keys. */
static GArray *list_pairs(const struct vttif_tally *tally)
{
    GArray *list = g_array_new(FALSE, FALSE, sizeof(struct pair));
    for (const struct pair *pair = pairs_next(&tally->pairs, NULL); pair;
         pair = pairs_next(&tally->pairs, pair))
        g_array_append_vals(list, pair, 1);
    g_array_sort(list, compare_pairs);
    return list;
}

static void check_same_tally(const struct vttif_tally *fast, const struct vttif_tally *slow)
{
    g_autoptr(GArray) pairs = list_pairs(fast), others = list_pairs(slow);
    g_assert_cmpuint(pairs->len, ==, others->len);
    for (guint i = 0; i < pairs->len; i++) {
        const struct pair *pair = &g_array_index(pairs, struct pair, i);
        const struct pair *other = &g_array_index(others, struct pair, i);
        g_assert_cmpint(compare_pairs(pair, other), ==, 0);
        g_assert_cmpuint(pair->bytes, ==, other->bytes);
        g_assert_cmpuint(pair->frames, ==, other->frames);
    }
    g_assert_cmpuint(fast->undecodable, ==, slow->undecodable);
    g_assert_cmpuint(fast->estimated, ==, slow->estimated);
    g_assert_true(memcmp(&fast->seen, &slow->seen, sizeof fast->seen) == 0);
    g_assert_true(memcmp(&fast->kept, &slow->kept, sizeof fast->kept) == 0);
    g_assert_true(memcmp(&fast->window, &slow->window, sizeof fast->window) == 0);
}

/* A filter that matches everything closes the lane and changes nothing else. */
static void the_fast_lane_and_the_long_way_give_the_same(void)
{
    for (int round = 0; round < 12; round++) {
        struct vttif_tally_options options = {.count = (enum vttif_count)(1 + round % 3),
                                              .mtu = round % 4 == 0 ? 1280 : 0,
                                              .keep = round % 5 == 0 ? 1u << VTTIF_REASON_SSH : 0};
        if (round % 3 == 0)
            g_assert_true(vttif_ports_add(&options.launcher, "5000-5001,22"));
        g_autoptr(vttif_tally) fast = vttif_tally_new(&options);
        options.match = match_all;
        g_autoptr(vttif_tally) slow = vttif_tally_new(&options);
        g_assert_true(fast->lane->open && !slow->lane->open);
        for (int i = 0; i < 8000; i++)
            add_random(fast, slow);
        vttif_tally_finish(fast);
        vttif_tally_finish(slow);
        check_same_tally(fast, slow);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tally/a byte is what the count says", a_byte_is_what_the_count_says);
    g_test_add_func("/tally/an endpoint is what the key says", an_endpoint_is_what_the_key_says);
    g_test_add_func("/tally/noise is in the account and not in the cells",
                    noise_is_in_the_account_and_not_in_the_cells);
    g_test_add_func("/tally/noise that is to be kept is the program's",
                    noise_that_is_to_be_kept_is_the_programs);
    g_test_add_func("/tally/frames that cannot be decoded make a lower bound",
                    frames_that_cannot_be_decoded_make_a_lower_bound);
    g_test_add_func("/tally/what does not fit the table is counted as overflow",
                    what_does_not_fit_the_table_is_counted_as_overflow);
    g_test_add_func("/tally/a finished tally holds its pairs and nothing else",
                    a_finished_tally_holds_its_pairs_and_nothing_else);
    g_test_add_func("/tally/the time is from the first frame that counts to the last",
                    the_time_is_from_the_first_frame_that_counts_to_the_last);
    g_test_add_func("/tally/a super-packet is split as both ends announced",
                    a_super_packet_is_split_as_both_ends_announced);
    g_test_add_func("/tally/a segment size that nobody announced is an estimate",
                    a_segment_size_that_nobody_announced_is_an_estimate);
    g_test_add_func("/tally/segments smaller than usual are counted too",
                    segments_smaller_than_usual_are_counted_too);
    g_test_add_func("/tally/a datagram may be longer than what TCP was told",
                    a_datagram_may_be_longer_than_what_tcp_was_told);
    g_test_add_func("/tally/how a UDP super-packet is cut is an estimate",
                    how_a_udp_super_packet_is_cut_is_an_estimate);
    g_test_add_func("/tally/the MTU of the user is believed", the_mtu_of_the_user_is_believed);
    g_test_add_func("/tally/fragments belong to their flow in any order",
                    fragments_belong_to_their_flow_in_any_order);
    g_test_add_func("/tally/fragments without their first one are judged alone",
                    fragments_without_their_first_one_are_judged_alone);
    g_test_add_func("/tally/fragments of a service are that service's",
                    fragments_of_a_service_are_that_services);
    g_test_add_func("/tally/no fragment is lost when too many wait",
                    no_fragment_is_lost_when_too_many_wait);
    g_test_add_func("/tally/the fast lane and the long way give the same",
                    the_fast_lane_and_the_long_way_give_the_same);
    return g_test_run();
}
