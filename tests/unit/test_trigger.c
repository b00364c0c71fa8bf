// SPDX-License-Identifier: Apache-2.0
/*
 * Timelines are drawn with a character for each 100 ms:
 *
 *     #  a crossing of the rate threshold at the begin of this tenth of a second
 *     .  none
 *
 * and below them what must happen, at the tenth where it is due:
 *
 *     A  IDLE > ACTIVE    F  ACTIVE > FADING    S  alert sustained    Q  alert quiet, > IDLE
 *     a  FADING > ACTIVE  *  a > S at once
 *
 * time_bound is 250 ms, so a pair that crosses every tenth or every second one sustains its rate;
 * tmax is 2 s, twait 1 s, unless the test says otherwise. An event at 250 ms after a tenth is drawn
 * in the tenth that it lies in.
 */
#include "matrix/trigger.h"

#include <string.h>

#define TENTH INT64_C(100000000)
#define START INT64_C(1700000000000000000)

static const struct trigger_options usual = {.byte_threshold = 1000,
                                             .time_bound_ns = 250000000,
                                             .tmax_ns = 20 * TENTH,
                                             .twait_ns = 10 * TENTH};

static void mark(char *drawn, size_t tenths, int64_t time_ns, char what)
{
    size_t at = (size_t)((time_ns - START) / TENTH);
    g_assert_cmpuint(at, <, tenths);
    drawn[at] = drawn[at] == 'a' && what == 'S' ? '*' : what;
}

/* Takes all that is due up to a time, one event after the other, and draws it. */
static void pass(struct trigger *trigger, int64_t now_ns, char *drawn, size_t tenths)
{
    while (trigger_due_ns(trigger) <= now_ns) {
        int64_t due_ns = trigger_due_ns(trigger), time_ns = 0;
        enum trigger_alert alert = trigger_next(trigger, due_ns, &time_ns);
        g_assert_cmpint(time_ns, ==, due_ns);
        mark(drawn, tenths, due_ns,
             alert == TRIGGER_NONE    ? 'F'
             : alert == TRIGGER_QUIET ? 'Q'
                                      : 'S');
    }
}

/* Plays the crossings with a clock that moves a millisecond at a time, and draws what happens. */
static char *play(const struct trigger_options *options, const char *crossings)
{
    size_t tenths = strlen(crossings);
    char *drawn = g_strnfill(tenths, ' ');
    struct trigger trigger = {.options = *options};
    for (int64_t ms = 0; ms < (int64_t)tenths * 100; ms++) {
        int64_t now_ns = START + ms * 1000000;
        pass(&trigger, now_ns, drawn, tenths);
        if (ms % 100 == 0 && crossings[ms / 100] == '#') {
            bool faded = trigger.state == TRIGGER_FADING;
            bool begins = trigger_cross(&trigger, now_ns);
            if (begins || faded)
                mark(drawn, tenths, now_ns, begins ? 'A' : 'a');
            pass(&trigger, now_ns, drawn, tenths);
        }
    }
    return g_strchomp(drawn);
}

static void assert_plays(const struct trigger_options *options, const char *crossings,
                         const char *expected)
{
    g_autofree char *drawn = play(options, crossings);
    g_assert_cmpstr(drawn, ==, expected);
}

/* Fig. 7: fast for a moment. Triggered at once, below the threshold 250 ms after the last crossing
 * (0.4 + 0.25 = 0.65 s), quiet a second later (1.65 s). tmax is never reached. */
static void a_burst_is_followed_by_a_quiet_alert(void)
{
    assert_plays(&usual, "..###...............", /**/
                 "  A   F         Q");
}

/* Triggered at 0.1 s, so sustained at 2.1 s, told of once though it goes on until 4.9 s. Below at
 * 5.15 s, quiet at 6.15 s. */
static void a_rate_that_lasts_for_tmax_is_told_of_once_and_then_its_end(void)
{
    assert_plays(&usual, ".#################################################................",
                 " A                   S                             F         Q");
}

/* Crossings 300 ms apart: below after 250 ms each time, but never for twait. tmax is 1.78 s, over
 * at 1.88 s, in the dip from 1.85 to 1.9 s: told of when the rate is high again. */
static void dips_shorter_than_twait_belong_to_the_same_traffic(void)
{
    struct trigger_options options = usual;
    options.tmax_ns = 1780000000;
    assert_plays(&options, ".#..#..#..#..#..#..#..#..#................", /**/
                 " A Fa Fa Fa Fa Fa F* Fa Fa F         Q");
}

/* Quiet at 0.1 + 0.25 + 1 = 1.35 s: what follows is new traffic, with a tmax of its own, from 1.5 s
 * to 3.5 s. Its last crossing is at 3.6 s. */
static void after_quiet_everything_begins_anew(void)
{
    assert_plays(&usual, ".#.............######################..............", /**/
                 " A F         Q A                   S  F         Q");
}

/* One pair's last crossing is at 0.4 s, another's first at 0.6 s, and so on; nobody crosses between
 * 0.9 + 0.25 = 1.15 s and 1.2 s. Whoever it is, the rate is sustained for 2 s. */
static void one_fast_pair_at_a_time_is_enough(void)
{
    assert_plays(&usual, "#####.##.#..#########.............", /**/
                 "A          Fa       S F         Q");
}

/* Nothing ever crosses: no state, nothing due. */
static void a_slow_program_leaves_no_trace(void)
{
    assert_plays(&usual, "..............................", "");
    struct trigger trigger = {.options = usual};
    g_assert_cmpint(trigger_due_ns(&trigger), ==, INT64_MAX);
}

/* tmax as short as time_bound: a single crossing is high for just so long. The alert comes first.
 */
static void sustained_comes_before_fading_when_both_are_due(void)
{
    struct trigger trigger = {.options = usual};
    trigger.options.tmax_ns = trigger.options.time_bound_ns;
    int64_t time_ns;
    g_assert_true(trigger_cross(&trigger, START));
    g_assert_cmpint(trigger_next(&trigger, START + 249999999, &time_ns), ==, TRIGGER_NONE);
    g_assert_cmpint(trigger_next(&trigger, START + 250000000, &time_ns), ==, TRIGGER_SUSTAINED);
    g_assert_cmpint(time_ns, ==, START + 250000000);
    g_assert_cmpint(trigger_next(&trigger, START + 250000000, &time_ns), ==, TRIGGER_NONE);
    g_assert_cmpint(trigger.state, ==, TRIGGER_FADING);
}

/* A clock that stood still (a busy machine) gives the same alerts, with the times they were due. */
static void late_calls_give_the_same_alerts_with_their_times(void)
{
    struct trigger trigger = {.options = usual};
    int64_t time_ns = 0;
    trigger_cross(&trigger, START);
    for (int tenth = 1; tenth <= 21; tenth++)
        g_assert_false(trigger_cross(&trigger, START + tenth * TENTH));
    int64_t late_ns = START + 3600 * 10 * TENTH;
    g_assert_cmpint(trigger_next(&trigger, late_ns, &time_ns), ==, TRIGGER_SUSTAINED);
    g_assert_cmpint(time_ns, ==, START + 21 * TENTH); /* what is known of the rate is that old */
    g_assert_cmpint(trigger_next(&trigger, late_ns, &time_ns), ==, TRIGGER_QUIET);
    g_assert_cmpint(time_ns, ==, START + 21 * TENTH + 250000000 + 10 * TENTH);
    g_assert_cmpint(trigger_next(&trigger, late_ns, &time_ns), ==, TRIGGER_NONE);
    g_assert_cmpint(trigger_due_ns(&trigger), ==, INT64_MAX);
}

/* --- stamps --------------------------------------------------------------------------------- */

struct packet {
    int64_t ms;
    uint64_t bytes;
    bool crosses;
};

static void assert_crossings(const struct packet *packets, size_t n)
{
    struct rate_stamp stamp = {0};
    for (size_t i = 0; i < n; i++)
        g_assert_cmpint(
            rate_stamp_add(&stamp, &usual, packets[i].bytes, START + packets[i].ms * 1000000), ==,
            packets[i].crosses);
}

/*  bytes                                    byte_threshold 1000, time_bound 250 ms
 *  3000 |- - - - - - - - - - - - - - -x
 *  2000 |- - - - - - -x- - - - -x
 *  1000 |- - -x- - - -'                       stamps: 200, 400, 700 ms
 *       +--0--1--2--3--4--5--6--7---> tenths  200 > 400: 200 ms, a crossing; 400 > 700: none   */
static void two_stamps_within_time_bound_are_a_crossing(void)
{
    assert_crossings((const struct packet[]){{0, 400, false},
                                             {100, 400, false},
                                             {200, 400, false}, /* 1200: the first stamp */
                                             {300, 400, false},
                                             {400, 400, true}, /* 2000: reached is passed */
                                             {600, 900, false},
                                             {700, 100, false}}, /* 3000, 300 ms later */
                     7);
}

static void time_bound_itself_is_not_within(void)
{
    assert_crossings(
        (const struct packet[]){{0, 1000, false}, {250, 1000, false}, {499, 1000, true}}, 3);
}

/* A super-packet passes several multiples at once, but at one time: one stamp. */
static void one_packet_makes_one_stamp(void)
{
    assert_crossings(
        (const struct packet[]){
            {0, 65000, false}, {300, 65000, false}, {400, 999, false}, {401, 1, true}},
        4);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/trigger/a burst is followed by a quiet alert",
                    a_burst_is_followed_by_a_quiet_alert);
    g_test_add_func("/trigger/a rate that lasts for tmax is told of once and then its end",
                    a_rate_that_lasts_for_tmax_is_told_of_once_and_then_its_end);
    g_test_add_func("/trigger/dips shorter than twait belong to the same traffic",
                    dips_shorter_than_twait_belong_to_the_same_traffic);
    g_test_add_func("/trigger/after quiet everything begins anew",
                    after_quiet_everything_begins_anew);
    g_test_add_func("/trigger/one fast pair at a time is enough",
                    one_fast_pair_at_a_time_is_enough);
    g_test_add_func("/trigger/a slow program leaves no trace", a_slow_program_leaves_no_trace);
    g_test_add_func("/trigger/sustained comes before fading when both are due",
                    sustained_comes_before_fading_when_both_are_due);
    g_test_add_func("/trigger/late calls give the same alerts with their times",
                    late_calls_give_the_same_alerts_with_their_times);
    g_test_add_func("/trigger/two stamps within time bound are a crossing",
                    two_stamps_within_time_bound_are_a_crossing);
    g_test_add_func("/trigger/time bound itself is not within", time_bound_itself_is_not_within);
    g_test_add_func("/trigger/one packet makes one stamp", one_packet_makes_one_stamp);
    return g_test_run();
}
