// SPDX-License-Identifier: Apache-2.0
/* From many captures to one matrix. */
#include "tallies.h"

#include <vttif/error.h>

/*
 *   h1 ----+
 *   h2 ----+---- switch ---- mirror port
 *   h3 ----+
 */
#define HOSTS 3

/* What a capture saw of a list of frames. */
static struct vttif_tally *see(const unsigned (*frames)[2], size_t n, unsigned host)
{
    struct vttif_tally *tally = tally_new(VTTIF_COUNT_PAYLOAD);
    for (size_t i = 0; i < n; i++)
        if (host == 0 || frames[i][0] == host || frames[i][1] == host)
            send(tally, frames[i][0], frames[i][1], (int64_t)i * MS);
    vttif_tally_finish(tally);
    return tally;
}

static const unsigned talk[][2] = {{1, 2}, {1, 2}, {2, 1}, {1, 3}, {3, 1}, {3, 1}, {3, 1},
                                   {2, 3}, {3, 2}, {1, 2}, {2, 3}, {3, 1}, {1, 2}, {2, 1}};

static void check_talk(const struct vttif_matrix *matrix)
{
    static const double expected[HOSTS][HOSTS] = {{0, 400, 100}, {200, 0, 200}, {400, 100, 0}};
    g_assert_cmpuint(vttif_matrix_size(matrix), ==, HOSTS);
    for (size_t i = 0; i < HOSTS; i++)
        for (size_t j = 0; j < HOSTS; j++)
            g_assert_cmpfloat(vttif_matrix_get(matrix, i, j), ==, expected[i][j]);
    g_assert_cmpuint(vttif_matrix_account_const(matrix)->frames, ==, G_N_ELEMENTS(talk));
    g_assert_cmpfloat(vttif_matrix_account_const(matrix)->seconds, ==,
                      (double)(G_N_ELEMENTS(talk) - 1) / 1e3);
}

static void captures_of_all_hosts_count_each_frame_once_in_any_order(void)
{
    struct vttif_tally *tallies[HOSTS + 1];
    struct vttif_capture captures[HOSTS + 1];
    static const char *const names[] = {"mirror", "h1", "h2", "h3"};
    for (unsigned i = 0; i <= HOSTS; i++) {
        tallies[i] = see(talk, G_N_ELEMENTS(talk), i);
        captures[i] = (struct vttif_capture){.name = names[i], .tally = tallies[i]};
    }
    g_autoptr(vttif_hosts) hosts =
        vttif_hosts_parse("h1 10.0.0.1\nh2 10.0.0.2\nh3 10.0.0.3\n", "hosts", NULL);
    for (int round = 0; round < 100; round++) {
        struct vttif_capture given[2 * HOSTS];
        size_t n = 0;
        for (int i = 0; i < 2 * HOSTS; i++) /* some of them, some twice; the first is whole */
            if (i == 0 || g_test_rand_bit())
                given[n++] = captures[i == 0 ? 0 : g_test_rand_int_range(0, HOSTS + 1)];
        for (size_t i = 1; i < n; i++) {
            size_t k = (size_t)g_test_rand_int_range(0, (gint32)i + 1);
            struct vttif_capture swapped = given[i];
            given[i] = given[k];
            given[k] = swapped;
        }
        g_autoptr(vttif_matrix) matrix = merge(given, n, round % 2 ? hosts : NULL);
        check_talk(matrix);
    }
    g_autoptr(vttif_matrix) without_mirror = merge(captures + 1, HOSTS, NULL);
    check_talk(without_mirror);
    for (unsigned i = 0; i <= HOSTS; i++)
        vttif_tally_free(tallies[i]);
}

static void a_pair_is_taken_from_the_sender_even_if_others_saw_more(void)
{
    static const unsigned sent[][2] = {{1, 2}, {1, 3}}, arrived[][2] = {{1, 2}, {1, 2}, {3, 2}},
                          seen[][2] = {{1, 2}, {1, 2}, {1, 2}, {1, 3}, {3, 2}, {3, 2}};
    g_autoptr(vttif_tally) at_1 = see(sent, 2, 1);
    g_autoptr(vttif_tally) at_2 = see(arrived, 3, 2);
    g_autoptr(vttif_tally) mirror = see(seen, 6, 0);
    struct vttif_capture captures[] = {{.name = "mirror", .tally = mirror},
                                       {.name = "h2", .tally = at_2},
                                       {.name = "h1", .tally = at_1}};
    g_autoptr(vttif_matrix) matrix = merge(captures, 3, NULL);
    g_assert_cmpfloat(cell(matrix, "10.0.0.1", "10.0.0.2"), ==, 100); /* the sender's */
    g_assert_cmpfloat(cell(matrix, "10.0.0.3", "10.0.0.2"), ==, 100); /* the receiver's */
    g_autoptr(vttif_matrix) alone = merge(captures, 1, NULL);
    g_assert_cmpfloat(cell(alone, "10.0.0.3", "10.0.0.2"), ==, 200);
}

static void a_broadcast_that_every_host_saw_counts_once(void)
{
    struct vttif_tally *tallies[HOSTS];
    struct vttif_capture captures[HOSTS];
    for (unsigned i = 0; i < HOSTS; i++) {
        tallies[i] = tally_new(VTTIF_COUNT_FRAME);
        for (int k = 0; k < 5; k++) {
            add(tallies[i],
                (struct recipe){.mac_dst = "ff:ff:ff:ff:ff:ff", .ethertype = 0x0806, .payload = 46},
                k * MS);
            send(tallies[i], i + 1, (i + 1) % HOSTS + 1, k * MS);
        }
        vttif_tally_finish(tallies[i]);
        captures[i] = (struct vttif_capture){.name = "x", .tally = tallies[i]};
    }
    g_autoptr(vttif_matrix) matrix = merge(captures, HOSTS, NULL);
    g_assert_cmpuint(vttif_matrix_account(matrix)->filtered[VTTIF_REASON_ARP].frames, ==, 5);
    g_assert_cmpuint(vttif_matrix_account(matrix)->filtered[VTTIF_REASON_ARP].bytes, ==, 300);
    for (unsigned i = 0; i < HOSTS; i++)
        vttif_tally_free(tallies[i]);
}

/* A capture cut into pieces at random, given in random order: the same as the whole. */
static void pieces_of_a_capture_add_up_to_the_whole(void)
{
    for (int round = 0; round < 60; round++) {
        size_t n = (size_t)g_test_rand_int_range(1, 9);
        unsigned host = (unsigned)g_test_rand_int_range(0, 2);
        struct vttif_tally *tallies[8];
        struct vttif_capture captures[8];
        for (size_t i = 0; i < n; i++)
            tallies[i] = tally_new(VTTIF_COUNT_PAYLOAD);
        double total = 0;
        int64_t time_ns = 0;
        for (size_t i = 0; i < 400; i++) {
            unsigned from = host ? host : (unsigned)g_test_rand_int_range(1, 4);
            unsigned to = from % 3 + 1;
            send(tallies[i * n / 400], from, to, time_ns);
            total += 100;
            time_ns += g_test_rand_bit() ? MS : 0; /* the last of one, the first of the next */
        }
        for (size_t i = 0; i < n; i++) {
            size_t k = (size_t)g_test_rand_int_range(0, (gint32)i + 1);
            vttif_tally_finish(tallies[i]);
            captures[i] = captures[k];
            captures[k] = (struct vttif_capture){.name = "piece", .tally = tallies[i]};
        }
        g_autoptr(vttif_matrix) matrix = merge(captures, n, NULL);
        g_assert_cmpfloat(vttif_matrix_total(matrix), ==, total);
        for (size_t i = 0; i < n; i++)
            vttif_tally_free(tallies[i]);
    }
}

/* Two interfaces of h1, each capture in two pieces:
 *
 *     eth0 10.0.0.1 --- 10.0.0.2     [--- a ---][--- b ---]
 *     eth1 10.0.0.3 --- 10.0.0.4      [--- c ---][--- d ---]
 */
static void pieces_of_two_interfaces_of_a_host_are_not_mixed_up(void)
{
    struct vttif_tally *tallies[4];
    struct vttif_capture captures[4];
    struct vttif_address both[] = {address_of("10.0.0.1"), address_of("10.0.0.3")};
    for (int i = 0; i < 4; i++) {
        tallies[i] = tally_new(VTTIF_COUNT_PAYLOAD);
        for (int k = 0; k < 100; k++)
            send(tallies[i], i < 2 ? 1 : 3, i < 2 ? 2 : 4, (i % 2 * 100 + i / 2 + k) * MS);
        vttif_tally_finish(tallies[i]);
    }
    static const int orders[][4] = {{0, 1, 2, 3}, {0, 2, 3, 1}, {3, 2, 1, 0}, {2, 0, 3, 1}};
    for (size_t o = 0; o < G_N_ELEMENTS(orders); o++) {
        for (int i = 0; i < 4; i++)
            captures[i] = (struct vttif_capture){
                .name = "x", .tally = tallies[orders[o][i]], .addresses = both, .n_addresses = 2};
        g_autoptr(vttif_matrix) matrix = merge(captures, 4, NULL);
        g_assert_cmpfloat(cell(matrix, "10.0.0.1", "10.0.0.2"), ==, 20000);
        g_assert_cmpfloat(cell(matrix, "10.0.0.3", "10.0.0.4"), ==, 20000);
    }
    for (int i = 0; i < 4; i++)
        vttif_tally_free(tallies[i]);
}

static void a_capture_given_twice_counts_once(void)
{
    g_autoptr(vttif_tally) whole = see(talk, G_N_ELEMENTS(talk), 0);
    g_autoptr(vttif_tally) one_frame = see(talk, 1, 1);
    struct vttif_capture twice[] = {{.name = "a", .tally = whole}, {.name = "a", .tally = whole}};
    struct vttif_capture instant[] = {{.name = "b", .tally = one_frame},
                                      {.name = "b", .tally = one_frame}};
    g_autoptr(GString) notes = g_string_new(NULL);
    g_autoptr(vttif_matrix) matrix = vttif_merge(twice, 2, NULL, notes, NULL);
    check_talk(matrix);
    g_assert_cmpstr(notes->str, ==,
                    "a: no address is common to its frames: taken for a mirror port's\n"
                    "a: no address is common to its frames: taken for a mirror port's; another one "
                    "of the same overlaps it in time: of each pair the larger count is taken\n");
    g_autoptr(vttif_matrix) one = merge(instant, 2, NULL);
    g_assert_cmpfloat(vttif_matrix_total(one), ==, 100);
}

/* A rotated capture of h2 whose second piece happens to be of one pair alone, and so may be taken
 * for h1's:   [1>2 3>2 1>2 3>2 ...][1>2 1>2 ...]
 */
static void a_guess_that_is_wrong_for_one_piece_loses_nothing(void)
{
    g_autoptr(vttif_tally) first = tally_new(VTTIF_COUNT_PAYLOAD);
    g_autoptr(vttif_tally) second = tally_new(VTTIF_COUNT_PAYLOAD);
    for (int i = 0; i < 10; i++) {
        send(first, 1, 2, i * MS);
        send(first, 3, 2, i * MS);
        send(second, 1, 2, (100 + i) * MS);
    }
    vttif_tally_finish(first);
    vttif_tally_finish(second);
    struct vttif_capture captures[] = {{.name = "a", .tally = first},
                                       {.name = "b", .tally = second}};
    g_autoptr(vttif_matrix) matrix = merge(captures, 2, NULL);
    g_assert_cmpfloat(cell(matrix, "10.0.0.1", "10.0.0.2"), ==, 2000);
    g_assert_cmpfloat(cell(matrix, "10.0.0.3", "10.0.0.2"), ==, 1000);
}

/* What h1 sends to h2, as seen at both ends from a given frame on; h2's clock is off by an hour. */
static struct vttif_matrix *merge_ends(unsigned frames, unsigned from_1, unsigned from_2,
                                       GString *notes)
{
    g_autoptr(vttif_tally) at_1 = tally_new(VTTIF_COUNT_PAYLOAD);
    g_autoptr(vttif_tally) at_2 = tally_new(VTTIF_COUNT_PAYLOAD);
    struct vttif_address h1 = address_of("10.0.0.1"), h2 = address_of("10.0.0.2");
    for (unsigned i = 0; i < frames; i++) {
        if (i >= from_1)
            send(at_1, 1, 2, i * MS);
        if (i >= from_2)
            send(at_2, 1, 2, (3600000 + i) * MS);
    }
    vttif_tally_finish(at_1);
    vttif_tally_finish(at_2);
    struct vttif_capture captures[] = {
        {.name = "h1", .tally = at_1, .addresses = &h1, .n_addresses = 1},
        {.name = "h2", .tally = at_2, .addresses = &h2, .n_addresses = 1}};
    return vttif_merge(captures, 2, NULL, notes, NULL);
}

/* Given owners hold even if the clocks of the two hosts are an hour apart. */
static void clocks_that_disagree_count_nothing_twice(void)
{
    g_autoptr(vttif_matrix) matrix = merge_ends(10, 0, 0, NULL);
    g_assert_cmpfloat(cell(matrix, "10.0.0.1", "10.0.0.2"), ==, 1000);
}

/*
 * A rotated capture of h1 whose clock is set back within the first piece: the last frames of this
 * one and the first ones of the next bear the same times; or one frame bears a time of long after.
 *
 *     first[]:  0 ............ 95, 88 .. 91        or  0 .. 999999 .. 90
 *     then:                          91 ......... 190
 */
static void check_pieces(const int64_t *first, size_t n)
{
    g_autoptr(vttif_tally) piece_1 = tally_new(VTTIF_COUNT_PAYLOAD);
    g_autoptr(vttif_tally) piece_2 = tally_new(VTTIF_COUNT_PAYLOAD);
    for (size_t i = 0; i < n; i++)
        send(piece_1, 1, 2, first[i] * 100 * MS);
    for (int64_t i = 0; i < 100; i++)
        send(piece_2, 1, 2, (91 + i) * 100 * MS);
    vttif_tally_finish(piece_1);
    vttif_tally_finish(piece_2);
    struct vttif_capture captures[] = {{.name = "a", .tally = piece_1},
                                       {.name = "b", .tally = piece_2}};
    g_autoptr(vttif_matrix) matrix = merge(captures, 2, NULL);
    g_assert_cmpfloat(cell(matrix, "10.0.0.1", "10.0.0.2"), ==, 100 * (double)(n + 100));
}

static void a_clock_that_is_set_back_in_a_piece_loses_nothing(void)
{
    int64_t times[2000];
    for (int64_t i = 0; i < 100; i++)
        times[i] = i < 96 ? i : i - 8; /* 95, then 88 to 91 */
    check_pieces(times, 100);
    for (int64_t i = 0; i < 2000; i++)
        times[i] = i * 90 / 2000;
    times[700] = 999999; /* one frame of long after, so the clock is set back after it */
    check_pieces(times, 2000);
    times[700] = -999999;
    check_pieces(times, 2000);
}

/* The same, but the second capture is a copy of the first: it is not counted twice. */
static void a_copy_of_a_capture_whose_clock_is_set_back_counts_once(void)
{
    g_autoptr(vttif_tally) tally = tally_new(VTTIF_COUNT_PAYLOAD);
    for (int64_t i = 0; i < 500; i++)
        send(tally, 1, 2, (i < 300 ? i : i - 250) * 100 * MS);
    vttif_tally_finish(tally);
    struct vttif_capture captures[] = {{.name = "a", .tally = tally},
                                       {.name = "b", .tally = tally}};
    g_autoptr(vttif_matrix) matrix = merge(captures, 2, NULL);
    g_assert_cmpfloat(vttif_matrix_total(matrix), ==, 50000);
}

static void what_the_senders_capture_clearly_missed_makes_a_lower_bound(void)
{
    g_autoptr(GString) notes = g_string_new(NULL);
    g_autoptr(vttif_matrix) matrix = merge_ends(1000, 990, 0, notes);
    const struct vttif_account *account = vttif_matrix_account(matrix);
    g_assert_cmpfloat(cell(matrix, "10.0.0.1", "10.0.0.2"), ==, 1000); /* the rule holds */
    g_assert_true(vttif_account_is_lower_bound(account));
    g_assert_cmpuint(account->missed.bytes, ==, 99000);
    g_assert_cmpuint(account->missed.frames, ==, 990);
    if (!g_str_has_suffix(notes->str, "10.0.0.1 to 10.0.0.2: 1000 bytes in the sender's capture, "
                                      "but 100000 in the receiver's: the sender's is not whole\n"))
        g_error("%s", notes->str);
}

static void what_got_lost_on_the_way_or_at_the_edges_makes_no_lower_bound(void)
{
    static const unsigned from[][2] = {{0, 990}, {0, 0}, {9, 0}};
    for (size_t i = 0; i < G_N_ELEMENTS(from); i++) {
        g_autoptr(vttif_matrix) matrix = merge_ends(1000, from[i][0], from[i][1], NULL);
        g_assert_false(vttif_account_is_lower_bound(vttif_matrix_account(matrix)));
        g_assert_cmpfloat(vttif_matrix_total(matrix), ==, 100 * (1000.0 - from[i][0]));
    }
}

/* Both addresses are common to all frames of both captures. */
static void two_hosts_alone_need_no_names(void)
{
    static const unsigned frames[][2] = {{1, 2}, {2, 1}, {1, 2}, {1, 2}};
    g_autoptr(vttif_tally) at_1 = see(frames, 4, 1);
    g_autoptr(vttif_tally) at_2 = see(frames, 4, 2);
    struct vttif_capture captures[] = {{.name = "a", .tally = at_1}, {.name = "b", .tally = at_2}};
    g_autoptr(vttif_matrix) matrix = merge(captures, 2, NULL);
    g_assert_cmpfloat(cell(matrix, "10.0.0.1", "10.0.0.2"), ==, 300);
    g_assert_cmpfloat(cell(matrix, "10.0.0.2", "10.0.0.1"), ==, 100);
}

static void a_host_is_the_sum_of_its_addresses_and_strangers_are_left_out(void)
{
    static const unsigned frames[][2] = {{1, 3}, {2, 3}, {3, 2}, {1, 2}, {9, 3}, {3, 9}, {3, 8}};
    g_autoptr(vttif_tally) tally = see(frames, 7, 0);
    g_autoptr(vttif_hosts) hosts =
        vttif_hosts_parse("east 10.0.0.1,10.0.0.2\nwest 10.0.0.3\nsilent 10.0.0.77\n", "h", NULL);
    g_autoptr(vttif_matrix) matrix =
        merge(&(struct vttif_capture){.name = "x", .tally = tally}, 1, hosts);
    const struct vttif_account *account = vttif_matrix_account(matrix);
    g_assert_cmpuint(vttif_matrix_size(matrix), ==, 3);
    g_assert_cmpfloat(cell(matrix, "east", "west"), ==, 200);
    g_assert_cmpfloat(cell(matrix, "west", "east"), ==, 100);
    g_assert_cmpfloat(vttif_matrix_total(matrix), ==, 300);
    g_assert_cmpuint(account->filtered[VTTIF_REASON_STRANGER].bytes, ==, 300);
    g_assert_cmpuint(account->filtered[VTTIF_REASON_SELF].frames, ==, 1);
    g_assert_cmpuint(account->frames, ==, 3);
}

static void what_captures_lost_is_in_the_account(void)
{
    g_autoptr(vttif_tally) a = see(talk, 3, 0);
    struct vttif_capture captures[] = {{.name = "a", .tally = a, .kernel_drops = 5},
                                       {.name = "a", .tally = a, .kernel_drops = 2}};
    g_autoptr(vttif_matrix) matrix = merge(captures, 2, NULL);
    g_assert_cmpuint(vttif_matrix_account(matrix)->kernel_drops, ==, 7);
    g_assert_false(vttif_matrix_account(matrix)->truncated);
    captures[1].truncated = true;
    g_autoptr(vttif_matrix) cut = merge(captures, 2, NULL);
    g_assert_true(vttif_matrix_account(cut)->truncated);
}

static void captures_without_frames_give_a_matrix_without_endpoints(void)
{
    g_autoptr(vttif_tally) tally = tally_new(VTTIF_COUNT_FRAME);
    g_autoptr(GString) notes = g_string_new(NULL);
    vttif_tally_finish(tally);
    vttif_tally_finish(tally); /* once more does nothing */
    g_autoptr(vttif_matrix) matrix =
        vttif_merge(&(struct vttif_capture){.name = "empty", .tally = tally}, 1, NULL, notes, NULL);
    g_assert_cmpuint(vttif_matrix_size(matrix), ==, 0);
    g_assert_cmpfloat(vttif_matrix_account(matrix)->seconds, ==, 0);
    g_assert_cmpstr(notes->str, ==, "empty: no frames\n");
}

static void more_endpoints_than_a_matrix_holds_are_refused(void)
{
    g_autoptr(vttif_tally) tally = tally_new(VTTIF_COUNT_FRAME);
    g_autoptr(GError) error = NULL;
    for (int i = 0; i < VTTIF_MATRIX_MAX; i++) {
        g_autofree char *dst =
            g_strdup_printf("10.%d.%d.%d", 1 + i / 65536, i / 256 % 256, i % 256);
        add(tally, (struct recipe){.dst = dst, .protocol = 17, .payload = 10}, 0);
    }
    vttif_tally_finish(tally);
    g_assert_null(
        vttif_merge(&(struct vttif_capture){.name = "x", .tally = tally}, 1, NULL, NULL, &error));
    g_assert_error(error, VTTIF_ERROR, VTTIF_ERROR_LIMIT);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/merge/captures of all hosts count each frame once, in any order",
                    captures_of_all_hosts_count_each_frame_once_in_any_order);
    g_test_add_func("/merge/a pair is taken from the sender, even if others saw more",
                    a_pair_is_taken_from_the_sender_even_if_others_saw_more);
    g_test_add_func("/merge/a broadcast that every host saw counts once",
                    a_broadcast_that_every_host_saw_counts_once);
    g_test_add_func("/merge/pieces of a capture add up to the whole",
                    pieces_of_a_capture_add_up_to_the_whole);
    g_test_add_func("/merge/pieces of two interfaces of a host are not mixed up",
                    pieces_of_two_interfaces_of_a_host_are_not_mixed_up);
    g_test_add_func("/merge/a capture given twice counts once", a_capture_given_twice_counts_once);
    g_test_add_func("/merge/a guess that is wrong for one piece loses nothing",
                    a_guess_that_is_wrong_for_one_piece_loses_nothing);
    g_test_add_func("/merge/clocks that disagree count nothing twice",
                    clocks_that_disagree_count_nothing_twice);
    g_test_add_func("/merge/a clock that is set back in a piece loses nothing",
                    a_clock_that_is_set_back_in_a_piece_loses_nothing);
    g_test_add_func("/merge/a copy of a capture whose clock is set back counts once",
                    a_copy_of_a_capture_whose_clock_is_set_back_counts_once);
    g_test_add_func("/merge/what the sender's capture clearly missed makes a lower bound",
                    what_the_senders_capture_clearly_missed_makes_a_lower_bound);
    g_test_add_func("/merge/what got lost on the way or at the edges makes no lower bound",
                    what_got_lost_on_the_way_or_at_the_edges_makes_no_lower_bound);
    g_test_add_func("/merge/two hosts alone need no names", two_hosts_alone_need_no_names);
    g_test_add_func("/merge/a host is the sum of its addresses, strangers are left out",
                    a_host_is_the_sum_of_its_addresses_and_strangers_are_left_out);
    g_test_add_func("/merge/what captures lost is in the account",
                    what_captures_lost_is_in_the_account);
    g_test_add_func("/merge/captures without frames give a matrix without endpoints",
                    captures_without_frames_give_a_matrix_without_endpoints);
    g_test_add_func("/merge/more endpoints than a matrix holds are refused",
                    more_endpoints_than_a_matrix_holds_are_refused);
    return g_test_run();
}
