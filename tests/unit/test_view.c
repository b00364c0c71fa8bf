// SPDX-License-Identifier: Apache-2.0
/* What people and drawing programs get to see. */
#include "view/terminal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <vttif/error.h>
#include <vttif/filter.h>
#include <vttif/view.h>

/*  a --5.0 MB--> b      d is silent
 *  a <--1.0 MB-- b
 *  b <--3.0/2.9 MB--> c     c --> a: 400 kB  */
static struct vttif_matrix *example(void)
{
    struct vttif_matrix *matrix = vttif_matrix_new(4, (const char *[]){"a", "b", "c", "d"});
    vttif_matrix_add(matrix, 0, 1, 5e6);
    vttif_matrix_add(matrix, 1, 0, 1e6);
    vttif_matrix_add(matrix, 1, 2, 3e6);
    vttif_matrix_add(matrix, 2, 1, 2.9e6);
    vttif_matrix_add(matrix, 2, 0, 4e5);
    return matrix;
}

static struct vttif_topology *infer(struct vttif_matrix *matrix, double bmin)
{
    return vttif_topology_infer(matrix, bmin, NULL);
}

static struct vttif_matrix *all_to_all(size_t n, double bytes)
{
    struct vttif_matrix *matrix = vttif_matrix_new(n, NULL);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            if (i != j)
                vttif_matrix_add(matrix, i, j, bytes);
    return matrix;
}

static size_t widest_line(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    size_t widest = 0;
    for (char **line = lines; *line; line++)
        widest = MAX(widest, terminal_width(*line));
    return widest;
}

/* --- text ------------------------------------------------------------------------------------ */

static void a_table_has_one_unit_and_sums_and_dots_for_silence(void)
{
    g_autoptr(vttif_matrix) matrix = example();
    g_autoptr(GString) out = g_string_new(NULL);
    vttif_view_table(matrix, 120, out);
    g_assert_cmpstr(out->str, ==,
                    "Traffic in MB, row = sender, column = receiver:\n"
                    "            a    b    c d   sent\n"
                    "a           . 5.00    . .   5.00\n"
                    "b        1.00    . 3.00 .   4.00\n"
                    "c        0.40 2.90    . .   3.30\n"
                    "d           .    .    . .      .\n"
                    "received 1.40 7.90 3.00 .  12.30\n");
}

static void a_table_of_24_hosts_fits_120_columns(void)
{
    g_autoptr(vttif_matrix) matrix = all_to_all(24, 19.6e6);
    g_autoptr(GString) out = g_string_new(NULL);
    vttif_view_table(matrix, 120, out);
    g_assert_true(g_str_has_prefix(out->str, "Traffic in MB, row = sender"));
    g_assert_nonnull(strstr(out->str, "received"));
    g_assert_cmpuint(widest_line(out->str), <=, 120);
}

static void a_wide_matrix_becomes_a_heat_map_with_the_largest_pairs(void)
{
    g_autoptr(vttif_matrix) matrix = all_to_all(64, 1000);
    g_autoptr(GString) out = g_string_new(NULL);
    vttif_matrix_add(matrix, 6, 3, 500);
    vttif_view_table(matrix, 100, out);
    g_assert_nonnull(strstr(out->str, "Largest pairs:\n  7 -> 4  1.50 kB\n  1 -> 2  1.00 kB\n"));
    g_assert_cmpuint(widest_line(out->str), <=, 100);
}

static void a_heat_map_shades_cells_by_their_share(void)
{
    g_autoptr(vttif_matrix) matrix = example();
    g_autoptr(GString) out = g_string_new(NULL);
    vttif_view_heatmap(matrix, 80, false, out);
    g_assert_cmpstr(out->str, ==,
                    "Traffic, row = sender, column = receiver, at most 5.00 MB:\n"
                    "  1 2 3 4\n"
                    "a   ██    \n"
                    "b ▓▓  ██  \n"
                    "c ░░██    \n"
                    "d         \n"
                    "██ ≥ 2.50 MB  ▓▓ ≥ 1.00 MB  ▒▒ ≥ 500 kB  ░░ ≥ 50.0 kB  ·· less\n");
}

/* Of one or two bytes there are no shares of a tenth. */
static void a_heat_map_explains_only_shades_that_can_be(void)
{
    const struct {
        double bytes;
        const char *legend;
    } cases[] = {
        {3, "\n██ ≥ 2 B  ▓▓ ≥ 1 B  \n"},
        {1, "\n██ ≥ 1 B  \n"},
        {40, "\n██ ≥ 20 B  ▓▓ ≥ 8 B  ▒▒ ≥ 4 B  ░░ ≥ 1 B  \n"},
        {0, "\nb     \n"}, /* and no legend at all */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *const names[] = {"a", "b"};
        g_autoptr(vttif_matrix) matrix = vttif_matrix_new(2, names);
        g_autoptr(GString) out = g_string_new(NULL);
        if (cases[i].bytes > 0)
            vttif_matrix_add(matrix, 0, 1, cases[i].bytes);
        vttif_view_heatmap(matrix, 80, false, out);
        g_assert_true(g_str_has_suffix(out->str, cases[i].legend));
    }
}

static void a_heat_map_too_wide_sums_up_and_says_so(void)
{
    g_autoptr(vttif_matrix) matrix = all_to_all(200, 1000);
    g_autoptr(GString) out = g_string_new(NULL);
    vttif_view_heatmap(matrix, 80, true, out);
    g_assert_nonnull(strstr(out->str, "\neach cell the sum of 3 x 3 pairs"));
    g_assert_nonnull(strstr(out->str, "\x1b[48;5;226m"));
    g_string_truncate(out, 0);
    vttif_view_heatmap(matrix, 80, false, out);
    g_assert_cmpuint(widest_line(out->str), <=, 80);
    g_assert_null(strchr(out->str, '\x1b'));
}

static void a_topology_lists_the_partners_of_each_endpoint(void)
{
    g_autoptr(vttif_matrix) matrix = example();
    g_autoptr(vttif_topology) topology = infer(matrix, 0.1);
    g_autoptr(vttif_topology) pruned = infer(matrix, 0.5);
    g_autoptr(GString) out = g_string_new(NULL);
    vttif_view_topology(pruned, 80, out);
    g_assert_cmpstr(out->str, ==,
                    "Topology at bmin 0.5: 4 endpoints, 3 edges (1 pair both ways, 1 one way)\n"
                    "a  -> b\n"
                    "b  <-> c  <- a\n"
                    "c  <-> b\n"
                    "d  no partners\n");
}

static void many_partners_are_wrapped_or_said_in_short(void)
{
    g_autoptr(vttif_matrix) matrix = all_to_all(30, 1000);
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(vttif_topology) topology = infer(matrix, 0.1);
    vttif_view_topology(topology, 40, out);
    g_assert_nonnull(strstr(out->str, "\n30  <-> all 29 others\n"));
    g_autoptr(vttif_matrix) star = vttif_matrix_new(30, NULL);
    for (size_t i = 1; i < 29; i++)
        vttif_matrix_add(star, 0, i, 1000);
    g_autoptr(vttif_topology) spokes = infer(star, 0.1);
    g_string_truncate(out, 0);
    vttif_view_topology(spokes, 40, out);
    g_assert_nonnull(strstr(out->str, "1   -> 2 3 4 5 6 7 8 9 10 11 12 13 14 15\n"
                                      "       16 17 18 19 20 21 22 23 24 25 26\n"
                                      "       27 28 29\n"));
}

static void an_account_names_every_loss_and_only_those(void)
{
    g_autoptr(vttif_matrix) matrix = example();
    struct vttif_account *account = vttif_matrix_account(matrix);
    g_autoptr(GString) out = g_string_new(NULL);
    account->count = VTTIF_COUNT_PAYLOAD;
    account->seconds = 12.4;
    account->frames = 9000;
    account->filtered[VTTIF_REASON_ARP] = (struct vttif_dropped){84, 2};
    vttif_view_account(matrix, out);
    g_assert_cmpstr(out->str, ==,
                    "Counted: TCP and UDP payload (--count payload), 12.3 MB in 9000 frames, "
                    "12.4 s\n"
                    "Filtered, and not in the matrix:\n"
                    "  ARP: 84 B in 2 frames\n");
    account->kernel_drops = 3;
    account->undecodable = 1;
    account->overflow = (struct vttif_dropped){1500, 1};
    account->missed = (struct vttif_dropped){2500, 2};
    account->estimated = 7;
    account->truncated = true;
    account->filtered[VTTIF_REASON_ARP] = (struct vttif_dropped){0, 0};
    g_string_truncate(out, 0);
    vttif_view_account(matrix, out);
    g_assert_cmpstr(out->str, ==,
                    "Counted: TCP and UDP payload (--count payload), 12.3 MB in 9000 frames, "
                    "12.4 s\n"
                    "Incomplete: the matrix is a lower bound.\n"
                    "  dropped by the kernel before the capture saw them: 3 frames\n"
                    "  too short or malformed to say who sent them: 1 frame\n"
                    "  of pairs that no table had room for: 1.50 kB in 1 frame\n"
                    "  seen where they arrived, but not by the captures at their senders: 2.50 kB "
                    "in 2 frames\n"
                    "  a capture or table ended before its end\n"
                    "Estimated: 7 segments of super-packets were counted with an assumed segment "
                    "size.\n");
}

/* --- hostile names ---------------------------------------------------------------------------- */

static void wide_and_combining_characters_keep_the_columns(void)
{
    g_assert_cmpuint(terminal_width("h1"), ==, 2);
    g_assert_cmpuint(terminal_width("節点"), ==, 4);
    g_assert_cmpuint(terminal_width("e\u0301"), ==, 1);
    g_autoptr(GString) out = g_string_new(NULL);
    terminal_append_left(out, "節点点", 5); /* four columns and the dots */
    g_assert_cmpstr(out->str, ==, "節点\u2026");
    g_string_truncate(out, 0);
    terminal_append_right(out, "節", 4);
    g_assert_cmpstr(out->str, ==, "  節");
}

static void assert_harmless(const GString *text)
{
    for (const char *at = text->str; *at; at++)
        g_assert_true(*at == '\n' || ((unsigned char)*at >= 0x20 && *at != 0x7f));
    g_assert_true(g_utf8_validate(text->str, -1, NULL));
}

static void no_name_reaches_a_terminal_as_a_command(void)
{
    const char *names[] = {"\x1b[2J\x1b]0;x\x07", "a\nb\tc\r", "\xff\xfe\x80",
                           "\u202e\u2028\xc2\x9b"};
    g_autoptr(vttif_matrix) matrix = vttif_matrix_new(4, names);
    for (size_t i = 0; i < 4; i++)
        vttif_matrix_add(matrix, i, (i + 1) % 4, 1000);
    g_autoptr(vttif_topology) topology = infer(matrix, 0.1);
    g_autoptr(GString) out = g_string_new(NULL);
    vttif_view_table(matrix, 120, out);
    vttif_view_table(matrix, 40, out);
    vttif_view_heatmap(matrix, 80, false, out);
    vttif_view_topology(topology, 80, out);
    vttif_view_json_topology(topology, NULL, out);
    vttif_view_dot(topology, NULL, out);
    vttif_view_samba(topology, NULL, out);
    assert_harmless(out);
    g_assert_null(strstr(out->str, "\u202e"));
    g_assert_null(strstr(out->str, "\xc2\x9b"));
}

static void views_of_no_and_of_one_endpoint_are_no_problem(void)
{
    for (size_t n = 0; n < 2; n++) {
        g_autoptr(vttif_matrix) matrix = vttif_matrix_new(n, NULL);
        g_autoptr(vttif_topology) topology = infer(matrix, 0.1);
        struct vttif_point points[2];
        g_autoptr(GString) out = g_string_new(NULL);
        vttif_layout_circle(n, points);
        vttif_layout_grid(n, points);
        vttif_view_table(matrix, 80, out);
        vttif_view_heatmap(matrix, 80, false, out);
        vttif_view_topology(topology, 80, out);
        vttif_view_dot(topology, points, out);
        vttif_view_dot(topology, NULL, out);
        vttif_view_samba(topology, points, out);
        assert_harmless(out);
    }
}

/* --- layouts --------------------------------------------------------------------------------- */

static void assert_point(struct vttif_point point, double x, double y)
{
    g_assert_cmpfloat_with_epsilon(point.x, x, 1e-9);
    g_assert_cmpfloat_with_epsilon(point.y, y, 1e-9);
}

/*     1
 *  4     2
 *     3      */
static void a_circle_goes_clockwise_from_the_top(void)
{
    struct vttif_point points[4];
    vttif_layout_circle(4, points);
    assert_point(points[0], 0.5, 1);
    assert_point(points[1], 1, 0.5);
    assert_point(points[2], 0.5, 0);
    assert_point(points[3], 0, 0.5);
}

/*  1 2 3
 *  4 5 6  */
static void a_grid_goes_in_rows_from_the_top_left(void)
{
    struct vttif_point points[6];
    vttif_layout_grid(6, points);
    assert_point(points[0], 0, 0.75);
    assert_point(points[2], 1, 0.75);
    assert_point(points[3], 0, 0.25);
    assert_point(points[5], 1, 0.25);
}

static void a_layout_stays_in_the_drawing_and_gives_each_endpoint_its_own_place(void)
{
    struct vttif_point points[70];
    for (size_t n = 2; n <= 70; n++)
        for (int grid = 0; grid < 2; grid++) {
            if (grid)
                vttif_layout_grid(n, points);
            else
                vttif_layout_circle(n, points);
            for (size_t i = 0; i < n; i++) {
                g_assert_true(points[i].x >= -1e-9 && points[i].x <= 1 + 1e-9);
                g_assert_true(points[i].y >= -1e-9 && points[i].y <= 1 + 1e-9);
                for (size_t j = 0; j < i; j++)
                    g_assert_cmpfloat(hypot(points[i].x - points[j].x, points[i].y - points[j].y),
                                      >, 0.01);
            }
        }
}

static void a_file_of_places_is_fitted_into_the_drawing(void)
{
    const char *names[] = {"h1", "rack 2"};
    g_autoptr(vttif_matrix) matrix = vttif_matrix_new(2, names);
    struct vttif_point points[2];
    g_autoptr(GError) error = NULL;
    vttif_layout_parse("# places\r\n\n h1 -100 1e1 \nrack 2\t300 110\nh9 0 0\n", "f", matrix,
                       points, &error);
    g_assert_no_error(error);
    assert_point(points[0], 0, 0.375);
    assert_point(points[1], 1, 0.625);
}

static void a_bad_file_of_places_is_refused_with_its_place(void)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"h1 1\n", "f:1:1: \"h1\" is not a coordinate; expected a line \"NAME X Y\""},
        {"h1 0 0\nh2 1 top\n", "f:2:6: \"top\" is not a coordinate; expected a line \"NAME X Y\""},
        {"h1 0 0\nh1 1 1\n", "f:2:1: a second place for \"h1\"; expected one"},
        {"h1 0 0\n", "f:2:1: the file ends without a place for \"h2\"; expected a line \"NAME X "
                     "Y\" for each endpoint"},
        {"h1 nan 0\n", "f:1:4: \"nan\" is not a coordinate; expected a line \"NAME X Y\""},
        {"h1 1e999 0\n", "f:1:4: \"1e999\" is not a coordinate; expected a line \"NAME X Y\""},
    };
    g_autoptr(vttif_matrix) matrix = vttif_matrix_new(2, (const char *[]){"h1", "h2"});
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct vttif_point points[2];
        g_autoptr(GError) error = NULL;
        g_assert_false(vttif_layout_parse(cases[i].text, "f", matrix, points, &error));
        g_assert_error(error, VTTIF_ERROR, VTTIF_ERROR_FORMAT);
        g_assert_cmpstr(error->message, ==, cases[i].message);
    }
}

/* --- drawing programs ------------------------------------------------------------------------ */

/* The lines of DOT that draw edges between two endpoints, either way. */
static size_t count_lines(const char *dot, const char *tail, const char *head)
{
    g_autofree char *one = g_strdup_printf("\n  \"%s\" -> \"%s\"", tail, head);
    size_t lines = 0;
    for (const char *at = dot; (at = strstr(at, one)) != NULL; at++)
        lines++;
    return lines;
}

static char *draw_dot(struct vttif_matrix *matrix, double bmin, const struct vttif_point *points)
{
    g_autoptr(vttif_topology) topology = infer(matrix, bmin);
    GString *dot = g_string_new(NULL);
    vttif_view_dot(topology, points, dot);
    return g_string_free(dot, FALSE);
}

static void equal_directions_are_one_line_and_others_are_arrows(void)
{
    g_autoptr(vttif_matrix) matrix = example();
    struct vttif_point points[4];
    vttif_layout_circle(4, points);
    g_autofree char *dot = draw_dot(matrix, 0.1, points);
    g_assert_cmpuint(count_lines(dot, "a", "b"), ==, 1);
    g_assert_cmpuint(count_lines(dot, "b", "a"), ==, 1);
    g_assert_cmpuint(count_lines(dot, "b", "c"), ==, 1);
    g_assert_cmpuint(count_lines(dot, "c", "b"), ==, 0);
    g_assert_nonnull(strstr(dot, "\"b\" -> \"c\" [dir=none, color=\"#56b4e9e6;0.5:#009e73e6\""));
    g_assert_nonnull(strstr(dot, "tooltip=\"b -> c: 3.00 MB\\nc -> b: 2.90 MB\""));
    g_assert_nonnull(strstr(dot, "tooltip=\"a -> b: 5.00 MB\""));
    g_assert_nonnull(strstr(dot, "layout=nop2"));
}

static void width_is_the_square_root_of_the_bytes(void)
{
    g_autoptr(vttif_matrix) matrix = vttif_matrix_new(3, NULL);
    vttif_matrix_add(matrix, 0, 1, 4000);
    vttif_matrix_add(matrix, 1, 2, 1000);
    g_autofree char *dot = draw_dot(matrix, 0.1, NULL);
    g_assert_nonnull(strstr(dot, "penwidth=5,"));
    g_assert_nonnull(strstr(dot, "penwidth=2.5,"));
}

/* The middle of the line from 1 to 3, which would run through 2:   1--2--3  */
static void an_edge_bends_around_the_host_in_its_way(void)
{
    g_autoptr(vttif_matrix) matrix = vttif_matrix_new(3, NULL);
    struct vttif_point points[] = {{0, 0.5}, {0.5, 0.5}, {1, 0.5}};
    vttif_matrix_add(matrix, 0, 2, 1000);
    vttif_matrix_add(matrix, 2, 0, 1000);
    vttif_matrix_add(matrix, 0, 1, 1000);
    vttif_matrix_add(matrix, 1, 0, 1000);
    g_autofree char *dot = draw_dot(matrix, 0.1, points);
    double x[4], y[4];
    const char *bent = strstr(strstr(dot, "\"1\" -> \"3\""), "pos=\"");
    const char *straight = strstr(strstr(dot, "\"1\" -> \"2\""), "pos=\"");
    g_assert_cmpint(sscanf(bent, "pos=\"%lf,%lf %lf,%lf %lf,%lf %lf,%lf\"", &x[0], &y[0], &x[1],
                           &y[1], &x[2], &y[2], &x[3], &y[3]),
                    ==, 8);
    g_assert_cmpfloat(fabs(0.75 * (y[1] - y[0])), >, 15); /* the radius */
    g_assert_cmpint(sscanf(straight, "pos=\"%lf,%lf %lf,%lf %lf,%lf %lf,%lf\"", &x[0], &y[0], &x[1],
                           &y[1], &x[2], &y[2], &x[3], &y[3]),
                    ==, 8);
    g_assert_cmpfloat(y[0], ==, y[1]);
}

/*      1
 *    2   3
 *   4 5 6 7  */
static void a_tree_hangs_from_its_root_in_rows(void)
{
    g_autoptr(vttif_matrix) matrix = vttif_matrix_new(7, NULL);
    for (size_t child = 1; child < 7; child++)
        vttif_matrix_add(matrix, child, (child - 1) / 2, 1000);
    g_autofree char *dot = draw_dot(matrix, 0.1, NULL);
    g_assert_nonnull(strstr(dot, "layout=dot"));
    for (int child = 2; child <= 7; child++) {
        g_autofree char *edge = g_strdup_printf("\"%d\" -> \"%d\" [dir=back", child / 2, child);
        g_assert_nonnull(strstr(dot, edge));
    }
    vttif_matrix_add(matrix, 3, 4, 1000); /* a ring, and it is no tree any more */
    g_autofree char *ring = draw_dot(matrix, 0.1, NULL);
    g_assert_nonnull(strstr(ring, "layout=neato"));
}

static void graphviz_is_not_asked_to_lead_two_edges_between_two_hosts(void)
{
    g_autoptr(vttif_matrix) matrix = example();
    g_autofree char *uneven = draw_dot(matrix, 0.1, NULL);
    g_assert_nonnull(strstr(uneven, "splines=line"));
    g_autoptr(vttif_matrix) even = all_to_all(4, 10);
    g_autofree char *dot = draw_dot(even, 0.1, NULL);
    g_assert_nonnull(strstr(dot, "splines=true"));
}

static void samba_gets_lines_circles_and_names_in_blocks(void)
{
    g_autoptr(vttif_matrix) matrix = example();
    g_autoptr(vttif_topology) topology = infer(matrix, 0.5);
    g_autoptr(GString) out = g_string_new(NULL);
    vttif_view_samba(topology, NULL, out);
    g_assert_cmpstr(out->str, ==,
                    "comment communication topology, drawn by vttif\n"
                    "{\n"
                    "line 1 0.5000 0.9000 0.4000 -0.4000 orange thick\n"
                    "line 2 0.9000 0.5000 -0.2000 -0.2000 skyblue medthick\n"
                    "line 3 0.5000 0.1000 0.2000 0.2000 seagreen medthick\n"
                    "}\n"
                    "{\n"
                    "circle 4 0.5000 0.9000 0.0400 orange solid\n"
                    "circle 5 0.9000 0.5000 0.0400 skyblue solid\n"
                    "circle 6 0.5000 0.1000 0.0400 seagreen solid\n"
                    "circle 7 0.1000 0.5000 0.0400 saddlebrown solid\n"
                    "text 8 0.5000 0.8400 1 black a\n"
                    "text 9 0.9000 0.4400 1 black b\n"
                    "text 10 0.5000 0.0400 1 black c\n"
                    "text 11 0.1000 0.4400 1 black d\n"
                    "}\n"
                    "text 12 0.5000 0.0200 1 black count unknown, bmin 0.5, widest edge 5.00 MB\n");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(sentence, function) g_test_add_func("/view/" sentence, function)
    TEST("a table has one unit and sums, and dots for silence",
         a_table_has_one_unit_and_sums_and_dots_for_silence);
    TEST("a table of 24 hosts fits 120 columns", a_table_of_24_hosts_fits_120_columns);
    TEST("a wide matrix becomes a heat map with the largest pairs",
         a_wide_matrix_becomes_a_heat_map_with_the_largest_pairs);
    TEST("a heat map shades cells by their share", a_heat_map_shades_cells_by_their_share);
    TEST("a heat map explains only shades that can be",
         a_heat_map_explains_only_shades_that_can_be);
    TEST("a heat map too wide sums up and says so", a_heat_map_too_wide_sums_up_and_says_so);
    TEST("a topology lists the partners of each endpoint",
         a_topology_lists_the_partners_of_each_endpoint);
    TEST("many partners are wrapped or said in short", many_partners_are_wrapped_or_said_in_short);
    TEST("an account names every loss and only those", an_account_names_every_loss_and_only_those);
    TEST("wide and combining characters keep the columns",
         wide_and_combining_characters_keep_the_columns);
    TEST("no name reaches a terminal as a command", no_name_reaches_a_terminal_as_a_command);
    TEST("views of no and of one endpoint are no problem",
         views_of_no_and_of_one_endpoint_are_no_problem);
    TEST("a circle goes clockwise from the top", a_circle_goes_clockwise_from_the_top);
    TEST("a grid goes in rows from the top left", a_grid_goes_in_rows_from_the_top_left);
    TEST("a layout stays in the drawing and gives each endpoint its own place",
         a_layout_stays_in_the_drawing_and_gives_each_endpoint_its_own_place);
    TEST("a file of places is fitted into the drawing",
         a_file_of_places_is_fitted_into_the_drawing);
    TEST("a bad file of places is refused with its place",
         a_bad_file_of_places_is_refused_with_its_place);
    TEST("equal directions are one line, and others are arrows",
         equal_directions_are_one_line_and_others_are_arrows);
    TEST("width is the square root of the bytes", width_is_the_square_root_of_the_bytes);
    TEST("an edge bends around the host in its way", an_edge_bends_around_the_host_in_its_way);
    TEST("a tree hangs from its root in rows", a_tree_hangs_from_its_root_in_rows);
    TEST("Graphviz is not asked to lead two edges between two hosts",
         graphviz_is_not_asked_to_lead_two_edges_between_two_hosts);
    TEST("Samba gets lines, circles and names in blocks",
         samba_gets_lines_circles_and_names_in_blocks);
    return g_test_run();
}
