// SPDX-License-Identifier: Apache-2.0
/* Pictures through Graphviz and cairo: that there are any, of the kind asked for, in bounded time.
 */
#include "view/picture.h"

#include <string.h>
#include <time.h>
#include <vttif/error.h>

static struct vttif_matrix *all_to_all(size_t n)
{
    struct vttif_matrix *matrix = vttif_matrix_new(n, NULL);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            if (i != j)
                vttif_matrix_add(matrix, i, j, 1e6 + (double)((7 * i + 13 * j) % 100) * 1e4);
    return matrix;
}

/*  1 ==> 2, and a little back:  two arrows between each two neighbours of a ring */
static struct vttif_matrix *uneven_ring(size_t n)
{
    struct vttif_matrix *matrix = vttif_matrix_new(n, NULL);
    for (size_t i = 0; i < n; i++) {
        vttif_matrix_add(matrix, i, (i + 1) % n, 4e6);
        vttif_matrix_add(matrix, (i + 1) % n, i, 1e6);
    }
    return matrix;
}

static void assert_begins(GBytes *bytes, const char *start)
{
    gsize size;
    const char *data = g_bytes_get_data(bytes, &size);
    g_assert_cmpuint(size, >, strlen(start));
    g_assert_true(memcmp(data, start, strlen(start)) == 0);
}

static const struct {
    const char *format, *start;
} formats[] = {
    {"svg", "<?xml"},
    {"png", "\x89PNG\r\n"},
    {"pdf", "%PDF-"},
};

static void graphs_are_drawn_in_each_format(void)
{
    g_autoptr(vttif_matrix) matrix = uneven_ring(5);
    g_autoptr(vttif_topology) topology = vttif_topology_infer(matrix, 0.1, NULL);
    g_autoptr(GString) dot = g_string_new(NULL);
    struct vttif_point points[5];
    g_autoptr(GError) error = NULL;
    vttif_layout_circle(5, points);
    vttif_view_dot(topology, points, dot);
    for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
        g_autoptr(GBytes) bytes = NULL;
        picture_render_dot(dot->str, NULL, formats[i].format, &bytes, &error);
        g_assert_no_error(error);
        assert_begins(bytes, formats[i].start);
    }
    g_autoptr(GBytes) bytes = NULL;
    picture_render_dot(dot->str, "nop2", "dot", &bytes, &error);
    g_assert_no_error(error);
    assert_begins(bytes, "digraph vttif {");
}

static void heat_maps_are_drawn_in_each_format(void)
{
    size_t sizes[] = {1, 8, 200};
    for (size_t k = 0; k < G_N_ELEMENTS(sizes); k++) {
        g_autoptr(vttif_matrix) matrix = all_to_all(sizes[k]);
        for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
            g_autoptr(GBytes) bytes = NULL;
            g_autoptr(GError) error = NULL;
            picture_heatmap(matrix, formats[i].format, &bytes, &error);
            g_assert_no_error(error);
            assert_begins(bytes, formats[i].start);
        }
    }
}

static void an_svg_tells_each_edge_in_a_tooltip(void)
{
    g_autoptr(vttif_matrix) matrix = vttif_matrix_new(2, (const char *[]){"a<b>&c", "h\\n\"2"});
    vttif_matrix_add(matrix, 0, 1, 1.2e6);
    g_autoptr(vttif_topology) topology = vttif_topology_infer(matrix, 0.1, NULL);
    g_autoptr(GString) dot = g_string_new(NULL);
    struct vttif_point points[2];
    g_autoptr(GBytes) bytes = NULL;
    g_autoptr(GError) error = NULL;
    vttif_layout_circle(2, points);
    vttif_view_dot(topology, points, dot);
    picture_render_dot(dot->str, NULL, "svg", &bytes, &error);
    g_assert_no_error(error);
    g_autofree char *svg = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    g_assert_nonnull(strstr(svg, "a&lt;b&gt;&amp;c &#45;&gt; h\\n&quot;2: 1.20 MB"));
}

static void graphviz_finds_places_for_rings_trees_and_silence(void)
{
    for (int kind = 0; kind < 3; kind++) {
        g_autoptr(vttif_matrix) matrix = kind == 0 ? uneven_ring(20) : vttif_matrix_new(20, NULL);
        for (size_t child = 1; kind == 1 && child < 20; child++)
            vttif_matrix_add(matrix, child, (child - 1) / 2, 1000);
        g_autoptr(vttif_topology) topology = vttif_topology_infer(matrix, 0.1, NULL);
        struct vttif_point points[20];
        g_autoptr(GError) error = NULL;
        picture_place(topology, points, &error);
        g_assert_no_error(error);
        for (size_t i = 0; i < 20; i++) {
            g_assert_true(points[i].x >= -1e-9 && points[i].x <= 1 + 1e-9);
            g_assert_true(points[i].y >= -1e-9 && points[i].y <= 1 + 1e-9);
            for (size_t j = 0; j < i; j++)
                g_assert_true(points[i].x != points[j].x || points[i].y != points[j].y);
        }
        g_assert_true(kind != 1 || points[0].y > points[19].y);
    }
}

static void what_graphviz_complains_of_is_in_the_error(void)
{
    g_autoptr(GBytes) bytes = NULL;
    g_autoptr(GError) error = NULL;
    g_assert_false(picture_render_dot("digraph { a -> ; }", NULL, "svg", &bytes, &error));
    g_assert_error(error, VTTIF_ERROR, VTTIF_ERROR_FORMAT);
    g_assert_nonnull(strstr(error->message, "syntax error in line"));
    g_clear_error(&error);
    g_assert_false(picture_render_dot("digraph { a }", "no-such-engine", "svg", &bytes, &error));
    g_assert_error(error, VTTIF_ERROR, VTTIF_ERROR_FORMAT);
    g_assert_nonnull(strstr(error->message, "no-such-engine"));
}

static void an_unknown_format_is_refused(void)
{
    g_autoptr(vttif_matrix) matrix = vttif_matrix_new(1, NULL);
    g_autoptr(GBytes) bytes = NULL;
    g_autoptr(GError) error = NULL;
    g_assert_false(picture_render_dot("digraph { a }", NULL, "gif", &bytes, &error));
    g_assert_error(error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT);
    g_clear_error(&error);
    g_assert_false(picture_heatmap(matrix, "dot", &bytes, &error));
    g_assert_error(error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT);
    g_assert_true(picture_format_is_known("png"));
    g_assert_false(picture_format_is_known("gif"));
}

/* 39,800 edges: 0.8 s as SVG on an idle processor. */
static void two_hundred_hosts_all_to_all_are_drawn_in_bounded_time(void)
{
    g_autoptr(vttif_matrix) matrix = all_to_all(200);
    g_autoptr(vttif_topology) topology = vttif_topology_infer(matrix, 0.1, NULL);
    g_autofree struct vttif_point *points = g_new(struct vttif_point, 200);
    g_autoptr(GString) dot = g_string_new(NULL);
    g_autoptr(GBytes) bytes = NULL;
    g_autoptr(GError) error = NULL;
    clock_t begin = clock();
    vttif_layout_circle(200, points);
    vttif_view_dot(topology, points, dot);
    picture_render_dot(dot->str, NULL, "svg", &bytes, &error);
    g_assert_no_error(error);
    g_assert_cmpfloat((double)(clock() - begin) / CLOCKS_PER_SEC, <, 60);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(sentence, function) g_test_add_func("/picture/" sentence, function)
    TEST("graphs are drawn in each format", graphs_are_drawn_in_each_format);
    TEST("heat maps are drawn in each format", heat_maps_are_drawn_in_each_format);
    TEST("an SVG tells each edge in a tooltip", an_svg_tells_each_edge_in_a_tooltip);
    TEST("Graphviz finds places for rings, trees and silence",
         graphviz_finds_places_for_rings_trees_and_silence);
    TEST("what Graphviz complains of is in the error", what_graphviz_complains_of_is_in_the_error);
    TEST("an unknown format is refused", an_unknown_format_is_refused);
    TEST("two hundred hosts all to all are drawn in bounded time",
         two_hundred_hosts_all_to_all_are_drawn_in_bounded_time);
    return g_test_run();
}
