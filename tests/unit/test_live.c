// SPDX-License-Identifier: Apache-2.0
/* Live sources beside the kernel's own (test_kern): AF_PACKET's counting and replays. */
#include "captures.h"
#include "counted.h"
#include "source/live.h"
#include "source/packet_count.h"
#include "tally/pairs.h"

#include <vttif/error.h>

/* --- AF_PACKET -------------------------------------------------------------------------------- */

/* 2000 bytes of TCP within VXLAN, in one piece that becomes two frames: as test_kern has it. */
static void a_vxlan_super_packet_repeats_all_headers(void)
{
    g_autoptr(GByteArray) bytes =
        frame_in_vxlan(&(struct recipe){.src_port = 40000, .dst_port = 50000, .payload = 2000});
    struct packet_frame frame = {
        .bytes = bytes->data, .captured = 256, .wire = bytes->len, .gso_size = 1000};
    for (int inner = 0; inner < 2; inner++) {
        struct live_snapshot snapshot = {0};
        struct packet_count *count =
            packet_count_new(&(struct live_config){.key = VTTIF_KEY_IP, .vxlan = inner}, NULL);
        packet_count_add(count, &frame, RANK_IN_PORT, 0, 1);
        packet_count_read(count, 1, &snapshot);
        g_assert_cmpuint(snapshot.n_pairs, ==, 1);
        assert_address(&snapshot.pairs[0].from, inner ? "10.0.0.1" : "192.168.0.1");
        if (inner)
            assert_sum(&snapshot.sums[0], 2000 + 2 * 54, 2000 + 2 * 40, 2000, 2);
        else
            assert_sum(&snapshot.sums[0], 2000 + 2 * 104, 2000 + 2 * 90, 2000 + 2 * 62, 2);
        live_snapshot_clear(&snapshot);
        packet_count_free(count);
    }
}

static void count_datagram(struct packet_count *count, unsigned port, unsigned payload,
                           int64_t now_ns)
{
    g_autoptr(GByteArray) bytes = frame_make(&(struct recipe){
        .protocol = 17, .src_port = (uint16_t)port, .dst_port = 5001, .payload = payload});
    packet_count_add(
        count,
        &(struct packet_frame){.bytes = bytes->data, .captured = bytes->len, .wire = bytes->len},
        RANK_IN_PORT, 0, now_ns);
}

/* As the kernel's pairs do: test_kern_forget. */
static void a_silent_pair_leaves_a_table_that_is_over_half_full(void)
{
    struct live_snapshot snapshot = {0};
    struct packet_count *count = packet_count_new(
        &(struct live_config){.key = VTTIF_KEY_PORT, .max_pairs = 4, .idle_ns = 1000}, NULL);
    for (unsigned i = 0; i < 3; i++)
        count_datagram(count, 7000 + i, 100 + i, 10);
    for (unsigned i = 0; i < LIVE_MANY_PACKETS; i++)
        count_datagram(count, 7001, 1, 20); /* silent, too, but not pushed out by those */
    packet_count_read(count, 1600, &snapshot); /* 7000 and 7002 are in it for the last time */
    g_assert_cmpuint(snapshot.n_pairs, ==, 3);
    g_assert_cmpuint(snapshot.sums[0].payload_bytes, ==, 100);
    uint32_t life = snapshot.pairs[0].life;
    packet_count_read(count, 1601, &snapshot);
    g_assert_cmpuint(snapshot.n_pairs, ==, 3);
    g_assert_cmpint(snapshot.pairs[0].from.kind, ==, VTTIF_ADDRESS_NONE);
    g_assert_cmpint(snapshot.pairs[2].from.kind, ==, VTTIF_ADDRESS_NONE);
    g_assert_cmpuint(snapshot.pairs[0].life, !=, life);
    g_assert_cmpuint(snapshot.sums[0].packets, ==, 0);
    g_assert_cmpuint(snapshot.sums[1].payload_bytes, ==, 109);
    for (unsigned i = 0; i < 3; i++) /* there is place again */
        count_datagram(count, 8000 + i, 7, 1700);
    packet_count_read(count, 1800, &snapshot);
    g_assert_cmpuint(snapshot.n_pairs, ==, 4);
    g_assert_cmpuint(snapshot.other.packets, ==, 0);
    for (unsigned i = 0; i < 4; i++)
        g_assert_cmpuint(snapshot.sums[i].payload_bytes, ==, i == 1 ? 109 : 7);
    live_snapshot_clear(&snapshot);
    packet_count_free(count);
}

/* Senders choose addresses, so without a seed they could choose where pairs fall in a table. */
static void the_hash_of_a_pair_hangs_on_the_seed(void)
{
    unsigned same = 0;
    for (uint32_t i = 0; i < 1000; i++) {
        struct vttif_address from = {.low = 0x0a000000 + i, .kind = VTTIF_ADDRESS_IPV4};
        struct vttif_address to = {.low = 0x0b000000, .kind = VTTIF_ADDRESS_IPV4};
        struct pair_key key = pair_key(&from, &to, VTTIF_REASON_KEEP, false);
        struct pair_seeded one = {key, 1}, two = {key, 2};
        same += pair_seeded_hash(&one) % 1024 == pair_seeded_hash(&two) % 1024;
        g_assert_true(pair_seeded_equal(&one, &two));
    }
    g_assert_cmpuint(same, <, 20); /* of 1000 that fall on 1024 places, one is to be expected */
}

/* --- replays ---------------------------------------------------------------------------------- */

/* Outer frames between tunnels' ends, inner ones between virtual machines, and a plain one. */
static char *write_tunnelled(const char *folder)
{
    g_autoptr(GByteArray) file = g_byte_array_new();
    g_autoptr(GByteArray) within =
        frame_in_vxlan(&(struct recipe){.src_port = 40000, .dst_port = 50000, .payload = 700});
    g_autoptr(GByteArray) plain = frame_make(&(struct recipe){
        .src = "10.0.0.9", .protocol = 17, .src_port = 7000, .dst_port = 7001, .payload = 30});
    put_pcap_header(file, LITTLE, true, 1);
    put_pcap_record(file, LITTLE, 1000, 0, within->data, within->len, within->len);
    put_pcap_record(file, LITTLE, 1000, 1, plain->data, plain->len, plain->len);
    return folder_write(folder, "vxlan.pcap", file->data, file->len);
}

static void assert_replay(const char *path, const struct live_config *config, const char *pairs)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(live_handle) live = live_replay_open(path, config, 0, &error);
    g_assert_no_error(error);
    struct live_snapshot snapshot = {0};
    g_autoptr(GString) text = g_string_new(NULL);
    live_play(live, INT64_MAX);
    g_assert_true(live_read(live, &snapshot, NULL));
    for (size_t i = 0; i < snapshot.n_pairs; i++) {
        char from[VTTIF_ADDRESS_TEXT_MAX];
        vttif_address_format(&snapshot.pairs[i].from, from);
        g_string_append_printf(text, "%s %" G_GUINT64_FORMAT "\n", from,
                               snapshot.sums[i].frame_bytes);
    }
    g_assert_cmpstr(text->str, ==, pairs);
    live_snapshot_clear(&snapshot);
}

static void a_replay_counts_frames_within_vxlan_where_wanted(void)
{
    char *folder = folder_new();
    g_autofree char *path = write_tunnelled(folder);
    struct live_config config = {.key = VTTIF_KEY_IP, .count = VTTIF_COUNT_FRAME};
    assert_replay(path, &config, "192.168.0.1 804\n10.0.0.9 72\n");
    config.vxlan = true;
    assert_replay(path, &config, "10.0.0.1 754\n10.0.0.9 72\n");
    config.filter = "port 4789"; /* of the frames that passed */
    assert_replay(path, &config, "10.0.0.1 754\n");
    folder_remove(folder);
}

/* --- all of them ------------------------------------------------------------------------------ */

static void a_negative_time_bound_is_refused(void)
{
    char *folder = folder_new();
    g_autofree char *path = write_tunnelled(folder);
    struct live_config config = {
        .key = VTTIF_KEY_IP, .count = VTTIF_COUNT_FRAME, .byte_threshold = 1, .time_bound_ns = -1};
    g_autoptr(GError) packet = NULL, replay = NULL, later = NULL;
    g_assert_null(live_packet_open(&config, &packet));
    g_assert_error(packet, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT);
    g_assert_null(live_replay_open(path, &config, 0, &replay));
    g_assert_error(replay, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT);
    config.time_bound_ns = 1;
    g_autoptr(live_handle) live = live_replay_open(path, &config, 0, NULL);
    g_assert_false(live_set_threshold(live, 1, INT64_MIN, &later));
    g_assert_error(later, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT);
    folder_remove(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/live/a VXLAN super-packet repeats all headers",
                    a_vxlan_super_packet_repeats_all_headers);
    g_test_add_func("/live/a silent pair leaves a table that is over half full",
                    a_silent_pair_leaves_a_table_that_is_over_half_full);
    g_test_add_func("/live/the hash of a pair hangs on the seed",
                    the_hash_of_a_pair_hangs_on_the_seed);
    g_test_add_func("/live/a replay counts frames within VXLAN where wanted",
                    a_replay_counts_frames_within_vxlan_where_wanted);
    g_test_add_func("/live/a negative time bound is refused", a_negative_time_bound_is_refused);
    return g_test_run();
}
