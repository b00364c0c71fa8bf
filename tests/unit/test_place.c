// SPDX-License-Identifier: Apache-2.0
/* What is shown of a recognition: the text, the order of the matrix, and the places in a drawing.
 */
#include <math.h>
#include <string.h>
#include <vttif/view.h>

static void exchange(struct vttif_matrix *matrix, size_t a, size_t b)
{
    vttif_matrix_add(matrix, a, b, 1000000);
    vttif_matrix_add(matrix, b, a, 1000000);
}

/*
 *     h3 ── h1 ── h5        and h7, which has next to nothing to do with it
 *     │     │     │
 *     h6 ── h2 ── h4
 *     │     │     │
 *     h8 ── h9 ── h0
 */
static struct vttif_matrix *mesh_with_stranger(void)
{
    static const char *const names[] = {"h1", "h2", "h3", "h4", "h5", "h6", "h7", "h8", "h9", "h0"};
    static const uint32_t rows[3][3] = {{2, 0, 4}, {5, 1, 3}, {7, 8, 9}};
    struct vttif_matrix *matrix = vttif_matrix_new(10, names);
    for (int row = 0; row < 3; row++) {
        for (int column = 0; column < 3; column++) {
            if (column < 2)
                exchange(matrix, rows[row][column], rows[row][column + 1]);
            if (row < 2)
                exchange(matrix, rows[row][column], rows[row + 1][column]);
        }
    }
    vttif_matrix_add(matrix, 6, 0, 1000);
    return matrix;
}

static struct vttif_matrix *star(size_t n, size_t centre)
{
    struct vttif_matrix *matrix = vttif_matrix_new(n, NULL);
    for (size_t i = 0; i < n; i++)
        if (i != centre)
            exchange(matrix, i, centre);
    return matrix;
}

static struct vttif_matrix *grid(uint32_t columns, uint32_t rows, bool around)
{
    struct vttif_matrix *matrix = vttif_matrix_new((size_t)columns * rows, NULL);
    for (uint32_t y = 0; y < rows; y++) {
        for (uint32_t x = 0; x < columns; x++) {
            if (x + 1 < columns || around)
                exchange(matrix, y * columns + x, y * columns + (x + 1) % columns);
            if (y + 1 < rows || around)
                exchange(matrix, y * columns + x, (y + 1) % rows * columns + x);
        }
    }
    return matrix;
}

static char *show(struct vttif_matrix *matrix, unsigned columns)
{
    g_autoptr(vttif_recognition) recognition = vttif_recognize(matrix, NULL, NULL);
    GString *text = g_string_new(NULL);
    vttif_view_names(recognition, matrix, columns, text);
    return g_string_free(text, FALSE);
}

/* --- text ------------------------------------------------------------------------------------ */

static void a_mesh_is_drawn_as_a_mesh(void)
{
    g_autoptr(vttif_matrix) matrix = mesh_with_stranger();
    g_autofree char *text = show(matrix, 80);
    g_assert_true(g_str_has_prefix(text, "mesh 3x3\n"));
    /* Up to the mesh's own symmetry: rows or columns, from either end, h2 in the middle. */
    g_assert_true(strstr(text, "\nh6 ── h2 ── h4\n") || strstr(text, "\nh4 ── h2 ── h6\n") ||
                  strstr(text, "\nh1 ── h2 ── h9\n") || strstr(text, "\nh9 ── h2 ── h1\n"));
    g_assert_nonnull(strstr(text, "│     │     │\n"));
    g_assert_nonnull(strstr(text, "no part in it: h7\n"));
}

static void a_star_says_who_is_in_the_middle(void)
{
    g_autoptr(vttif_matrix) matrix = star(8, 2);
    g_autofree char *text = show(matrix, 80);
    g_assert_true(g_str_has_prefix(text, "star 8, centre 3\n"));
    g_assert_nonnull(strstr(text, "\ncentre: 3\naround it: 1 2 4 5 6 7 8\n"));
}

static void a_tree_is_indented(void)
{
    g_autoptr(vttif_matrix) matrix = vttif_matrix_new(7, NULL);
    for (uint32_t child = 1; child < 7; child++)
        vttif_matrix_add(matrix, child, (child - 1) / 2, 1000000);
    g_autofree char *text = show(matrix, 80);
    g_assert_true(g_str_has_prefix(text, "binary-tree 7, root 1, to the root\n"));
    const char *tree = strstr(text, "\n1\n├─ ");
    g_assert_nonnull(tree);
    g_assert_nonnull(strstr(tree, "│  ├─ "));
    g_assert_nonnull(strstr(tree, "└─ "));
}

static void silence_has_no_name(void)
{
    g_autoptr(vttif_matrix) silent = vttif_matrix_new(4, NULL);
    g_autofree char *nothing = show(silent, 80);
    g_assert_true(g_str_has_prefix(nothing, "Too little traffic to name a topology: "));
}

static void names_do_not_command_the_terminal(void)
{
    static const char *const names[] = {"\x1b[31ma", "b", "c", "d"};
    g_autoptr(vttif_matrix) matrix = vttif_matrix_new(4, names);
    for (size_t i = 1; i < 4; i++)
        exchange(matrix, 0, i);
    g_autofree char *text = show(matrix, 80);
    g_assert_null(strchr(text, '\x1b'));
}

/* What does not fit is told by coordinates, and no line is wider than the terminal. */
static void no_line_is_wider_than_the_terminal(void)
{
    for (uint32_t size = 3; size <= 24; size += 7) {
        g_autoptr(vttif_matrix) matrix = grid(size, size + 1, size % 2 == 0);
        g_autofree char *text = show(matrix, 60);
        g_auto(GStrv) lines = g_strsplit(strstr(text, "\n\n"), "\n", -1);
        for (char **line = lines; *line; line++)
            g_assert_cmpint(g_utf8_strlen(*line, -1), <=, 60);
    }
}

/* --- the order of the matrix --------------------------------------------------------------- */

static void the_matrix_by_place_is_the_matrix_renumbered(void)
{
    g_autoptr(vttif_matrix) matrix = mesh_with_stranger();
    vttif_matrix_account(matrix)->frames = 17;
    g_autoptr(vttif_recognition) recognition = vttif_recognize(matrix, NULL, NULL);
    g_autoptr(vttif_matrix) placed = vttif_view_by_place(matrix, recognition);
    g_assert_cmpuint(vttif_matrix_size(placed), ==, 10);
    g_assert_cmpuint(vttif_matrix_account_const(placed)->frames, ==, 17);
    g_assert_cmpstr(vttif_matrix_name(placed, 9), ==, "h7"); /* has no place */
    for (size_t i = 0; i < 10; i++)
        for (size_t j = 0; j < 10; j++) {
            gssize a = vttif_matrix_find(matrix, vttif_matrix_name(placed, i));
            gssize b = vttif_matrix_find(matrix, vttif_matrix_name(placed, j));
            g_assert_cmpfloat(vttif_matrix_get(placed, i, j), ==,
                              vttif_matrix_get(matrix, (size_t)a, (size_t)b));
        }
}

static void the_band_of_a_mesh_is_narrow(void)
{
    g_autoptr(vttif_matrix) matrix = mesh_with_stranger();
    g_autoptr(vttif_recognition) recognition = vttif_recognize(matrix, NULL, NULL);
    g_autoptr(vttif_matrix) placed = vttif_view_by_place(matrix, recognition);
    for (size_t i = 0; i < 9; i++)
        for (size_t j = i + 4; j < 9; j++)
            g_assert_cmpfloat(vttif_matrix_get(placed, i, j), ==, 0);
}

static void without_a_name_the_matrix_stays(void)
{
    g_autoptr(vttif_matrix) matrix = vttif_matrix_new(3, NULL);
    g_autoptr(vttif_recognition) recognition = vttif_recognize(matrix, NULL, NULL);
    g_autoptr(vttif_matrix) same = vttif_view_by_place(matrix, recognition);
    g_assert_true(same == matrix);
}

/* --- places ------------------------------------------------------------------------------------
 */

static struct vttif_point *lay_out(struct vttif_matrix *matrix)
{
    g_autoptr(vttif_recognition) recognition = vttif_recognize(matrix, NULL, NULL);
    size_t n_names;
    const struct vttif_name *names = vttif_recognition_names(recognition, &n_names);
    g_assert_cmpuint(n_names, >, 0);
    struct vttif_point *points = g_new0(struct vttif_point, vttif_matrix_size(matrix));
    vttif_layout_place(&names[0], points);
    return points;
}

static double distance(const struct vttif_point *points, size_t a, size_t b)
{
    return hypot(points[a].x - points[b].x, points[a].y - points[b].y);
}

static void neighbours_of_a_mesh_are_all_equally_far(void)
{
    g_autoptr(vttif_matrix) matrix = grid(7, 5, false);
    g_autofree struct vttif_point *points = lay_out(matrix);
    for (size_t i = 0; i < 35; i++)
        for (size_t j = 0; j < 35; j++)
            if (vttif_matrix_get(matrix, i, j) > 0)
                g_assert_cmpfloat_with_epsilon(distance(points, i, j), 1.0 / 6, 1e-9);
}

/* A ring of 12 and one of 9, no pair of which exchanges anything. */
static struct vttif_matrix *two_rings(void)
{
    struct vttif_matrix *matrix = vttif_matrix_new(22, NULL); /* and one that does nothing */
    for (size_t i = 0; i < 12; i++)
        exchange(matrix, i, (i + 1) % 12);
    for (size_t i = 0; i < 9; i++)
        exchange(matrix, 12 + i, 12 + (i + 1) % 9);
    return matrix;
}

static void programs_stand_beside_each_other(void)
{
    g_autoptr(vttif_matrix) matrix = two_rings();
    g_autoptr(vttif_recognition) recognition = vttif_recognize(matrix, NULL, NULL);
    struct vttif_point points[22];
    g_assert_true(vttif_layout_recognition(recognition, points));
    for (size_t i = 0; i < 12; i++)
        for (size_t j = 12; j < 21; j++)
            g_assert_cmpfloat(points[i].x, <, points[j].x); /* the larger one at the left */
    for (size_t i = 0; i < 21; i++)
        g_assert_cmpfloat(points[21].y, <, points[i].y); /* the idle one below */
    for (size_t i = 0; i < 22; i++)
        g_assert_true(points[i].x >= 0 && points[i].x <= 1 && points[i].y >= 0 && points[i].y <= 1);
}

static void without_a_name_there_are_no_places(void)
{
    g_autoptr(vttif_matrix) matrix = vttif_matrix_new(3, NULL);
    g_autoptr(vttif_recognition) recognition = vttif_recognize(matrix, NULL, NULL);
    struct vttif_point points[3] = {{7, 7}};
    g_assert_false(vttif_layout_recognition(recognition, points));
    g_assert_cmpfloat(points[0].x, ==, 7);
}

static void programs_are_drawn_one_after_the_other(void)
{
    g_autoptr(vttif_matrix) matrix = two_rings();
    g_autoptr(vttif_recognition) recognition = vttif_recognize(matrix, NULL, NULL);
    g_autoptr(GString) text = g_string_new(NULL);
    vttif_view_names(recognition, matrix, 80, text);
    const char *parts = strstr(text->str, "all of it: ring 12 57.1 % + ring 9 42.9 %\n");
    const char *first = strstr(text->str, "ring 12:\n"), *second = strstr(text->str, "ring 9:\n");
    const char *rest = strstr(text->str, "no part in it: 22\n");
    g_assert_true(parts && parts < first && first < second && second < rest);
}

/* The matrix in the order of the programs has a band for each. */
static void programs_are_blocks_of_the_matrix(void)
{
    g_autoptr(vttif_matrix) matrix = two_rings();
    g_autoptr(vttif_recognition) recognition = vttif_recognize(matrix, NULL, NULL);
    g_autoptr(vttif_matrix) placed = vttif_view_by_place(matrix, recognition);
    for (size_t i = 0; i < 12; i++)
        for (size_t j = 12; j < 22; j++)
            g_assert_cmpfloat(vttif_matrix_get(placed, i, j), ==, 0);
}

static void the_centre_of_a_star_is_in_the_middle(void)
{
    g_autoptr(vttif_matrix) matrix = star(9, 4);
    g_autofree struct vttif_point *points = lay_out(matrix);
    for (size_t i = 0; i < 9; i++)
        if (i != 4)
            g_assert_cmpfloat_with_epsilon(distance(points, 4, i), 0.5, 0.02);
}

/* Whatever the archetype: inside of the drawing, and no two at one place. */
static void assert_apart(struct vttif_matrix *matrix)
{
    size_t n = vttif_matrix_size(matrix);
    g_autofree struct vttif_point *points = lay_out(matrix);
    for (size_t i = 0; i < n; i++) {
        g_assert_cmpfloat(points[i].x, >=, -1e-9);
        g_assert_cmpfloat(points[i].x, <=, 1 + 1e-9);
        g_assert_cmpfloat(points[i].y, >=, -1e-9);
        g_assert_cmpfloat(points[i].y, <=, 1 + 1e-9);
        for (size_t j = 0; j < i; j++)
            g_assert_cmpfloat(distance(points, i, j), >, 0.001);
    }
}

static void no_two_endpoints_are_at_one_place(void)
{
    for (uint32_t size = 3; size < 12; size += 2) {
        g_autoptr(vttif_matrix) mesh = grid(size, size, false);
        assert_apart(mesh);
        g_autoptr(vttif_matrix) torus = grid(size + 1, size, true);
        assert_apart(torus);
        g_autoptr(vttif_matrix) cube = vttif_matrix_new((size_t)1 << size / 2, NULL);
        for (uint32_t bit = 1; bit < vttif_matrix_size(cube); bit *= 2)
            for (uint32_t i = 0; i < vttif_matrix_size(cube); i++)
                if ((i & bit) == 0)
                    exchange(cube, i, i | bit);
        if (size > 3)
            assert_apart(cube);
    }
    g_autoptr(vttif_matrix) stranger = mesh_with_stranger();
    assert_apart(stranger);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/place/a mesh is drawn as a mesh", a_mesh_is_drawn_as_a_mesh);
    g_test_add_func("/place/a star says who is in the middle", a_star_says_who_is_in_the_middle);
    g_test_add_func("/place/a tree is indented", a_tree_is_indented);
    g_test_add_func("/place/silence has no name", silence_has_no_name);
    g_test_add_func("/place/names do not command the terminal", names_do_not_command_the_terminal);
    g_test_add_func("/place/no line is wider than the terminal",
                    no_line_is_wider_than_the_terminal);
    g_test_add_func("/place/the matrix by place is the matrix renumbered",
                    the_matrix_by_place_is_the_matrix_renumbered);
    g_test_add_func("/place/the band of a mesh is narrow", the_band_of_a_mesh_is_narrow);
    g_test_add_func("/place/without a name the matrix stays", without_a_name_the_matrix_stays);
    g_test_add_func("/place/neighbours of a mesh are all equally far",
                    neighbours_of_a_mesh_are_all_equally_far);
    g_test_add_func("/place/programs stand beside each other", programs_stand_beside_each_other);
    g_test_add_func("/place/without a name there are no places",
                    without_a_name_there_are_no_places);
    g_test_add_func("/place/programs are drawn one after the other",
                    programs_are_drawn_one_after_the_other);
    g_test_add_func("/place/programs are blocks of the matrix", programs_are_blocks_of_the_matrix);
    g_test_add_func("/place/the centre of a star is in the middle",
                    the_centre_of_a_star_is_in_the_middle);
    g_test_add_func("/place/no two endpoints are at one place", no_two_endpoints_are_at_one_place);
    return g_test_run();
}
