// SPDX-License-Identifier: Apache-2.0
/* Matrices as CSV and JSON: written, read back, and refused. */
#include <math.h>
#include <string.h>
#include <vttif/error.h>
#include <vttif/filter.h>
#include <vttif/topology.h>
#include <vttif/view.h>

static struct vttif_matrix *read_text(const char *text, GError **error)
{
    return vttif_view_read(text, strlen(text), "m", 1, NULL, error);
}

/* Reads text that must be right. */
static struct vttif_matrix *read_good(const char *text)
{
    g_autoptr(GError) error = NULL;
    struct vttif_matrix *matrix = read_text(text, &error);
    g_assert_no_error(error);
    return matrix;
}

static struct vttif_matrix *read_data(const char *folder, const char *name, double unit)
{
    g_autofree char *path = g_test_build_filename(G_TEST_DIST, "..", "data", folder, name, NULL);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    gsize length;
    g_assert_true(g_file_get_contents(path, &text, &length, &error));
    struct vttif_matrix *matrix = vttif_view_read(text, length, name, unit, NULL, &error);
    g_assert_no_error(error);
    return matrix;
}

/* The matrix in CSV: what the readers' tests compare with. */
static void assert_csv(const struct vttif_matrix *matrix, const char *expected)
{
    g_autoptr(GString) csv = g_string_new(NULL);
    vttif_view_csv(matrix, csv);
    g_assert_cmpstr(csv->str, ==, expected);
}

static void assert_reads_as(const char *text, const char *expected)
{
    g_autoptr(vttif_matrix) matrix = read_good(text);
    assert_csv(matrix, expected);
}

static void assert_refused(const char *text, const char *message)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(read_text(text, &error));
    g_assert_nonnull(error);
    g_assert_true(error->domain == VTTIF_ERROR);
    g_assert_cmpstr(error->message, ==, message);
    g_assert_null(read_text(text, NULL)); /* works without asking why, too */
}

/* h1 --1200--> h2 --1180--> h1 */
static void the_three_forms_of_csv_are_told_apart_by_their_first_line(void)
{
    const char *expected = ",h1,h2\nh1,0,1200\nh2,1180,0\n";
    assert_reads_as(",h1,h2\nh1,0,1200\nh2,1180,0\n", expected);
    assert_reads_as("from,to,bytes\nh1,h2,1200\nh2,h1,1180\n", expected);
    assert_reads_as("0,1200\n1180,0\n", ",1,2\n1,0,1200\n2,1180,0\n");
}

static void csv_is_read_as_spreadsheets_write_it(void)
{
    const char *expected = ",h1,h2\nh1,0,1200\nh2,1180,0\n";
    assert_reads_as(",h1,h2\r\nh1,,1200\r\nh2,1180,\r\n", expected);
    assert_reads_as(",h1,h2\nh1,,1200\nh2,1180,", expected);
    assert_reads_as("\xef\xbb\xbf,h1,h2\nh1,,1200\nh2,1180,0", expected);
    assert_reads_as("\xef\xbb\xbf\"\",\"h1\",\"h2\"\n\"h1\",\"0\",\"1200\"\nh2,1180,0", expected);
    assert_reads_as("\n, h1 ,\th2\n\n h1 , 0 , 1.2e3 \n\n\"h2\" ,+1180,-0\n\r\n  \n", expected);
    assert_reads_as("sender\\receiver,h1,h2\nh1,0,1200\nh2,1180,0\n", expected);
    assert_reads_as("From, To, Bytes\r\nh1,h2,1200\r\nh2,h1,1180", expected);
}

static void rows_with_names_may_come_in_any_order(void)
{
    assert_reads_as(",a,b,c\nc,7,8,9\na,1,2,3\nb,4,5,6\n", ",a,b,c\na,1,2,3\nb,4,5,6\nc,7,8,9\n");
}

static void quoted_names_keep_commas_quotes_and_blanks(void)
{
    const char *text = ",\"a,b\",\" \"\"c\"\" \"\n\"a,b\",0,1\n\" \"\"c\"\" \",2,0\n";
    g_autoptr(vttif_matrix) matrix = read_good(text);
    g_assert_cmpstr(vttif_matrix_name(matrix, 0), ==, "a,b");
    g_assert_cmpstr(vttif_matrix_name(matrix, 1), ==, " \"c\" ");
    assert_csv(matrix, text);
}

static void pairs_that_occur_twice_in_a_sparse_file_are_added(void)
{
    assert_reads_as("from,to,bytes\na,b,1\nc,a,5\na,b,2\n", ",a,b,c\na,0,3,0\nb,0,0,0\nc,5,0,0\n");
}

static void fractions_are_kept_and_other_units_become_whole_bytes(void)
{
    assert_reads_as("0,0.1\n.5,0\n", ",1,2\n1,0,0.1\n2,0.5,0\n");
    g_autoptr(vttif_matrix) matrix = vttif_view_read("0,8.78\n19.6,0", 13, "m", 1e6, NULL, NULL);
    assert_csv(matrix, ",1,2\n1,0,8780000\n2,19600000,0\n");
}

static void a_matrix_without_endpoints_is_written_and_read(void)
{
    g_autoptr(vttif_matrix) matrix = vttif_matrix_new(0, NULL);
    assert_csv(matrix, "from,to,bytes\n");
    assert_reads_as("from,to,bytes\n", "from,to,bytes\n");
    assert_reads_as("{\"schema\": \"vttif.matrix/1\", \"endpoints\": [], \"matrix\": []}",
                    "from,to,bytes\n");
}

static void json_is_read_dense_and_sparse_with_members_in_any_order(void)
{
    const char *expected = ",h1,h2\nh1,0,1200\nh2,1180,0\n";
    assert_reads_as("{\"matrix\": [[0, 1200], [1180, 0]], \"endpoints\": [\"h1\", \"h2\"],"
                    " \"later\": [{\"x\": [null, true, -1.5e3]}], \"schema\": \"vttif.matrix/1\"}",
                    expected);
    assert_reads_as(" {\"schema\": \"vttif.topology/1\", \"bmin\": 0.1, \"edges\": [],"
                    " \"endpoints\": [\"h1\", \"\\u0068\\u0032\"],"
                    " \"cells\": [[1, 0, 1180], [0, 1, 1000], [0, 1, 200]]} \r\n",
                    expected);
}

static void a_topology_file_gives_its_threshold_and_others_none(void)
{
    double bmin = 7;
    const char *text = "{\"schema\": \"vttif.topology/1\", \"bmin\": 0.35, \"endpoints\": [],"
                       " \"matrix\": []}";
    g_autoptr(vttif_matrix) matrix = vttif_view_read(text, strlen(text), "m", 1, &bmin, NULL);
    g_assert_cmpfloat(bmin, ==, 0.35);
    g_autoptr(vttif_matrix) other = vttif_view_read("0", 1, "m", 1, &bmin, NULL);
    g_assert_nonnull(other);
    g_assert_cmpfloat(bmin, ==, 0);
}

static void a_lower_bound_without_a_reason_stays_a_lower_bound(void)
{
    g_autoptr(vttif_matrix) matrix =
        read_good("{\"schema\": \"vttif.matrix/1\", \"lower_bound\": true, \"endpoints\": [],"
                  " \"matrix\": []}");
    g_assert_true(vttif_account_is_lower_bound(vttif_matrix_account_const(matrix)));
}

/* The example of doc/design.md, less the names. */
static void json_is_written_as_documented(void)
{
    g_autoptr(vttif_matrix) matrix = vttif_matrix_new(2, (const char *[]){"h1", "h\"2\x1b"});
    vttif_matrix_add(matrix, 0, 1, 1200);
    vttif_matrix_add(matrix, 1, 0, 300.5);
    *vttif_matrix_account(matrix) = (struct vttif_account){
        .count = VTTIF_COUNT_PAYLOAD,
        .seconds = 12.4,
        .frames = 9,
        .kernel_drops = 3,
        .undecodable = 1,
        .overflow = {.bytes = 60, .frames = 1},
        .missed = {.bytes = 7, .frames = 2},
        .estimated = 4,
        .truncated = true,
        .filtered[VTTIF_REASON_ARP] = {.bytes = 84, .frames = 2},
        .filtered[VTTIF_REASON_SSH] = {.bytes = 7, .frames = 1},
    };
    g_autoptr(vttif_topology) topology = vttif_topology_infer(matrix, 0.1, NULL);
    g_autoptr(GString) json = g_string_new(NULL);
    vttif_view_json_topology(topology, NULL, json);
    g_assert_cmpstr(
        json->str, ==,
        "{\"schema\": \"vttif.topology/1\", \"count\": \"payload\", \"seconds\": 12.4,"
        " \"lower_bound\": true, \"frames\": 9, \"bmin\": 0.1,\n"
        " \"endpoints\": [\"h1\", \"h\\\"2\\u001b\"],\n"
        " \"matrix\": [\n  [0, 1200],\n  [300.5, 0]],\n"
        " \"edges\": [\n"
        "  {\"from\": \"h1\", \"to\": \"h\\\"2\\u001b\", \"bytes\": 1200, \"ratio\": 1},\n"
        "  {\"from\": \"h\\\"2\\u001b\", \"to\": \"h1\", \"bytes\": 300.5,"
        " \"ratio\": 0.2504166666666667}],\n"
        " \"dropped\": {\"kernel\": 3, \"filtered\": {\"arp\": 84, \"ssh\": 7},"
        " \"filtered_frames\": {\"arp\": 2, \"ssh\": 1}, \"undecodable\": 1,"
        " \"overflow\": {\"bytes\": 60, \"frames\": 1},"
        " \"missed\": {\"bytes\": 7, \"frames\": 2}, \"estimated\": 4, \"truncated\": true}}\n");
}

/* --- reading what was written --------------------------------------------------------------- */

static double random_bytes(void)
{
    switch (g_test_rand_int_range(0, 4)) {
    case 0:
        return g_test_rand_int_range(1, 100);
    case 1:
        return floor(g_test_rand_double_range(1, 9e15));
    case 2:
        return g_test_rand_double_range(1e-9, 1e6);
    default:
        return ldexp(g_test_rand_double_range(1, 2), g_test_rand_int_range(0, 64));
    }
}

static uint64_t random_count(void)
{
    uint64_t high = (uint32_t)g_test_rand_int(), low = (uint32_t)g_test_rand_int();
    return g_test_rand_bit() ? 0 : (high << 32 | low) >> g_test_rand_int_range(0, 64);
}

static char **random_names(size_t n)
{
    static const char *const parts[] = {"h", ",", "\"", " ", "é", "節", "-", "0", "\\", "#", "{"};
    char **names = g_new0(char *, n + 1);
    for (size_t i = 0; i < n; i++) {
        GString *name = g_string_new(NULL);
        for (int k = g_test_rand_int_range(0, 4); k > 0; k--)
            g_string_append(name, parts[g_test_rand_int_range(0, G_N_ELEMENTS(parts))]);
        g_string_append_printf(name, "<%" G_GSIZE_FORMAT ">", i); /* so that they differ */
        g_string_append(name, g_test_rand_bit() ? "" : parts[g_test_rand_int_range(0, 11)]);
        names[i] = g_string_free(name, FALSE);
    }
    return names;
}

static void fill_account(struct vttif_account *account)
{
    account->count = (enum vttif_count)g_test_rand_int_range(0, 4);
    account->seconds = g_test_rand_double_range(0, 1e5);
    account->frames = random_count();
    account->kernel_drops = random_count();
    account->undecodable = random_count();
    account->overflow = (struct vttif_dropped){random_count(), random_count()};
    account->missed = (struct vttif_dropped){random_count(), random_count()};
    account->estimated = random_count();
    account->truncated = g_test_rand_bit();
    for (int reason = 1; reason < VTTIF_REASONS; reason++)
        account->filtered[reason] = (struct vttif_dropped){random_count(), random_count()};
}

static struct vttif_matrix *random_matrix(size_t n)
{
    g_auto(GStrv) names = random_names(n);
    struct vttif_matrix *matrix = vttif_matrix_new(n, (const char *const *)names);
    for (int k = n == 0 ? 0 : g_test_rand_int_range(0, 3 * (int)n); k > 0; k--) {
        size_t from = (size_t)g_test_rand_int_range(0, (gint32)n);
        size_t to = (size_t)g_test_rand_int_range(0, (gint32)n);
        if (vttif_matrix_get(matrix, from, to) == 0)
            vttif_matrix_add(matrix, from, to, random_bytes());
    }
    fill_account(vttif_matrix_account(matrix));
    return matrix;
}

static void assert_same_cells(const struct vttif_matrix *a, const struct vttif_matrix *b)
{
    g_assert_cmpuint(vttif_matrix_size(a), ==, vttif_matrix_size(b));
    for (size_t i = 0; i < vttif_matrix_size(a); i++) {
        g_assert_cmpstr(vttif_matrix_name(a, i), ==, vttif_matrix_name(b, i));
        size_t na, nb;
        const struct vttif_cell *ca = vttif_matrix_row(a, i, &na);
        const struct vttif_cell *cb = vttif_matrix_row(b, i, &nb);
        g_assert_cmpuint(na, ==, nb);
        for (size_t k = 0; k < na; k++) {
            g_assert_cmpuint(ca[k].to, ==, cb[k].to);
            g_assert_cmpfloat(ca[k].bytes, ==, cb[k].bytes);
        }
    }
}

static void assert_same_account(const struct vttif_matrix *a, const struct vttif_matrix *b)
{
    g_assert_cmpmem(vttif_matrix_account_const(a), sizeof(struct vttif_account),
                    vttif_matrix_account_const(b), sizeof(struct vttif_account));
}

static void check_round_trip(size_t n)
{
    g_autoptr(vttif_matrix) matrix = random_matrix(n);
    g_autoptr(vttif_topology) topology = vttif_topology_infer(matrix, 0.25, NULL);
    g_autoptr(GString) csv = g_string_new(NULL), json = g_string_new(NULL),
                       pruned = g_string_new(NULL);
    vttif_view_csv(matrix, csv);
    vttif_view_json_matrix(matrix, json);
    vttif_view_json_topology(topology, NULL, pruned);
    g_autoptr(vttif_matrix) from_csv = read_good(csv->str);
    g_autoptr(vttif_matrix) from_json = read_good(json->str);
    g_autoptr(vttif_matrix) from_topology = read_good(pruned->str);
    assert_same_cells(matrix, from_csv);
    assert_same_cells(matrix, from_json);
    assert_same_cells(matrix, from_topology);
    assert_same_account(matrix, from_json);
    assert_same_account(matrix, from_topology);
}

static void what_was_written_reads_back_the_same(void)
{
    for (int round = 0; round < 300; round++)
        check_round_trip((size_t)g_test_rand_int_range(0, 20));
    check_round_trip(VTTIF_DENSE_MAX);
    check_round_trip(VTTIF_DENSE_MAX + 1);
    check_round_trip(3000);
}

/* --- the paper's and others' matrices ------------------------------------------------------ */

static size_t edges_at(struct vttif_matrix *matrix, double bmin, bool *all_touch_first)
{
    g_autoptr(vttif_topology) topology = vttif_topology_infer(matrix, bmin, NULL);
    size_t n_edges;
    const struct vttif_edge *edges = vttif_topology_edges(topology, &n_edges);
    *all_touch_first = true;
    for (size_t e = 0; e < n_edges; e++)
        *all_touch_first &= edges[e].from == 0 || edges[e].to == 0;
    return n_edges;
}

static void figure_4_keeps_56_edges_at_0_35_and_the_14_of_h1_at_0_50(void)
{
    g_autoptr(vttif_matrix) matrix = read_data("paper", "fig04-is-8-hosts-offline.csv", 1e6);
    bool at_h1;
    g_assert_cmpfloat(vttif_matrix_get(matrix, 2, 1), ==, 8780000);
    g_assert_cmpuint(edges_at(matrix, 0.35, &at_h1), ==, 56);
    g_assert_false(at_h1);
    g_assert_cmpuint(edges_at(matrix, 0.50, &at_h1), ==, 14);
    g_assert_true(at_h1);
}

static void published_matrices_are_read(void)
{
    static const struct {
        const char *folder, *name;
        size_t size, cells;
    } files[] = {
        {"paper", "fig12-is-4-vms-online.csv", 4, 12},
        {"paper", "fig13-is-4-hosts-offline.csv", 4, 12},
        {"maplib", "amg-64.csv", 64, 0},
        {"maplib", "btmz-64.csv", 64, 0},
        {"maplib", "cg-64.csv", 64, 0},
        {"maplib", "lulesh-64.csv", 64, 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autoptr(vttif_matrix) matrix = read_data(files[i].folder, files[i].name, 1);
        g_assert_cmpuint(vttif_matrix_size(matrix), ==, files[i].size);
        if (files[i].cells > 0)
            g_assert_cmpuint(vttif_matrix_cells(matrix), ==, files[i].cells);
    }
}

/* --- what is refused ----------------------------------------------------------------------- */

static void bad_csv_is_refused_with_its_place(void)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "m:1:1: the file is empty; expected a CSV or JSON matrix"},
        {"\xef\xbb\xbf\r\n\n  \n", "m:1:1: the file is empty; expected a CSV or JSON matrix"},
        {"0,1\n1\n", "m:2:1: this row has 1 cells; expected 2, one a column"},
        {"0,1\n1,0,2\n", "m:2:5: this row has more cells than the 2 columns of the first line"},
        {"0,1\n", "m:2:1: the matrix ends after 1 rows; expected 2, as many as it has columns"},
        {"0,1\n1,0\n2,0\n", "m:3:1: more rows than the 2 columns of the first line; expected a "
                            "square matrix"},
        {"0,-1\n1,0\n",
         "m:1:3: \"-1\" is negative; expected a number of bytes, at least 0 and below 2^64"},
        {"0,1\n12 kB,0\n", "m:2:1: \"12 kB\" is not a number; expected a number of bytes, at least "
                           "0 and below 2^64"},
        {"0,nan\n1,0\n", "m:1:3: \"nan\" is not a number; expected a number of bytes, at least 0 "
                         "and below 2^64"},
        {"nan,1,2\n1,0,2\n2,1,0\n",
         "m:1:1: \"nan\" is not a number; expected a number of bytes, at least 0 and below 2^64"},
        {"0,0x10\n1,0\n", "m:1:3: \"0x10\" is not a number; expected a number of bytes, at least 0 "
                          "and below 2^64"},
        {"0,1e400\n1,0\n", "m:1:3: \"1e400\" is too large; expected a number of bytes, at least 0 "
                           "and below 2^64"},
        {"0,18446744073709551616\n1,0\n", "m:1:3: \"18446744073709551616\" is too large; expected "
                                          "a number of bytes, at least 0 and below 2^64"},
        {",h1,h2\nh1,0,\"x\"\nh2,1,0", "m:2:6: \"x\" is not a number; expected a number of bytes, "
                                       "at least 0 and below 2^64"},
        {",h1,h1\nh1,0,1\n", "m:1:5: two columns are named \"h1\"; expected different names"},
        {",h1,\nh1,0,1\n", "m:1:5: an endpoint's name is empty; expected a name"},
        {",h1,h2\nh1,0,1\nh1,1,0\n", "m:3:1: a second row \"h1\"; expected one row an endpoint"},
        {",h1,h2\nh1\n", "m:2:1: row \"h1\" has no cells; expected 2, one a column"},
        {",é,h2\né,0,1\nh3,1,0\n",
         "m:3:1: row \"h3\" is none of the columns; expected the same endpoints in rows and "
         "columns (a file without names must begin with a number)"},
        {"é,1;\n", "m:2:1: the matrix ends after 0 rows; expected 1, as many as it has columns"},
        {"0;1\n1;0\n", "m:1:1: the first line is neither \"from,to,bytes\" nor a row of numbers "
                       "nor a row of names (its cells must be separated by commas)"},
        {"from,to,bytes\nh1,h2\n", "m:2:4: the bytes are missing; expected from,to,bytes"},
        {"from,to,bytes\nh1\n", "m:2:1: a cell is missing; expected from,to,bytes"},
        {"from,to,bytes\nh1,h2,3,4\n", "m:2:9: a fourth cell; expected from,to,bytes"},
        {"from,to,bytes\nh1,,3\n", "m:2:4: an endpoint's name is empty; expected a name"},
        {"from,to,bytes\na,b,1e19\na,b,1e19\n",
         "m: the entries of the pair a, b add up to 2^64 bytes or more"},
        {",\"h1\nh2\n", "m:1:2: a quote is opened here and never closed"},
        {",\"h1\"x\nh2\n",
         "m:1:6: text after a closing quote; expected a comma or the end of the line (a quote "
         "within a quoted cell is written twice)"},
        {",h\x1b[2J\nh,1\n",
         "m:1:2: an endpoint's name has a control character in it; expected printable text"},
        {"0,\x1b[31mred\n1,0\n", "m:1:3: \"\\x1b[31mred\" is not a number; expected a number of "
                                 "bytes, at least 0 and below 2^64"},
        {"0,1\n\xff,0\n", "m:2:1: byte 0xff is not UTF-8 text; expected a CSV or JSON matrix"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_refused(cases[i].text, cases[i].message);
}

#define HEAD "{\"schema\": \"vttif.matrix/1\", \"endpoints\": [\"a\", \"b\"],\n"

static void bad_json_is_refused_with_its_place(void)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"{", "m:1:2: the file ends here; expected a string in double quotes"},
        {"{} x", "m:1:4: \"x\"; expected nothing after the end of the JSON object"},
        {"{}", "m:1:1: the JSON object has no \"schema\"; expected schema vttif.matrix/1 or "
               "vttif.topology/1"},
        {"{\"schema\": \"vttif.matrix/2\"}", "m:1:12: schema is \"vttif.matrix/2\"; expected "
                                             "\"vttif.matrix/1\" or \"vttif.topology/1\""},
        {"{\"schema\": 1, \"schema\": 2}", "m:1:25: a second member \"schema\"; expected one"},
        {"{\"schema\": \"vttif.matrix/1\"}",
         "m:1:1: the JSON object has no \"endpoints\"; expected schema vttif.matrix/1 or "
         "vttif.topology/1"},
        {HEAD "\"matrix\": [[0, 1]]}", "m:2:11: the matrix has fewer rows than the 2 endpoints"},
        {HEAD "\"matrix\": [[0, 1], [1, 0], []]}",
         "m:2:11: the matrix has more rows than the 2 endpoints"},
        {HEAD "\"matrix\": [[0, 1],\n [1]]}",
         "m:3:2: row 2 of the matrix has fewer cells than the 2 endpoints"},
        {HEAD "\"matrix\": [[0, 1, 2], [1, 0]]}",
         "m:2:12: row 1 of the matrix has more cells than the 2 endpoints"},
        {HEAD "\"matrix\": [[0, -1], [1, 0]]}",
         "m:2:16: \"-1\" is negative; expected a number of bytes, at least 0 and below 2^64"},
        {HEAD "\"matrix\": [[0, \"1\"], [1, 0]]}", "m:2:16: \"\"1\"; expected a number"},
        {HEAD "\"matrix\": [[0, 1e20], [1, 0]]}",
         "m:2:16: \"1e20\" is too large; expected a number of bytes, at least 0 and below 2^64"},
        {HEAD "\"matrix\": [[0, 010], [1, 0]]}", "m:2:16: \"010\"; expected a number"},
        {HEAD "\"matrix\": [[0, NaN], [1, 0]]}", "m:2:16: \"NaN\"; expected a JSON value"},
        {HEAD "\"matrix\": [[0, 1,], [1, 0]]}", "m:2:18: \"]\"; expected a JSON value"},
        {HEAD "\"cells\": [[0, 2, 1]]}",
         "m:2:15: there is no endpoint 2; expected an index from 0, below 2"},
        {HEAD "\"cells\": [[0, 1.5, 1]]}",
         "m:2:15: \"1.5\"; expected a whole number, at least 0 and below 2^64"},
        {HEAD "\"cells\": [[0, 1]]}", "m:2:16: \"]\"; expected \",\""},
        {HEAD "\"cells\": [], \"matrix\": []}",
         "m:2:24: \"matrix\" and \"cells\" in one file; expected one of them"},
        {HEAD "\"count\": \"bits\", \"cells\": []}",
         "m:2:10: count is \"bits\"; expected frame, ip, payload or unknown"},
        {HEAD "\"seconds\": -1, \"cells\": []}",
         "m:2:12: seconds are negative; expected at least 0"},
        {HEAD "\"bmin\": 0, \"cells\": []}",
         "m:2:9: bmin is 0; expected a number above 0 and at most 1"},
        {HEAD "\"lower_bound\": 1, \"cells\": []}", "m:2:16: \"1\"; expected true or false"},
        {HEAD "\"dropped\": {\"kernel\": 18446744073709551616}, \"cells\": []}",
         "m:2:23: \"18446744073709551616\"; expected a whole number, at least 0 and below 2^64"},
        {"{\"schema\": \"vttif.matrix/1\", \"endpoints\": [\"a\", \"a\"]}",
         "m:1:49: two endpoints are named \"a\"; expected different names"},
        {"{\"schema\": \"vttif.matrix/1\", \"endpoints\": [\"\\u001b\"]}",
         "m:1:44: an endpoint's name has a control character in it; expected printable text"},
        {"{\"a\": \"\\u0000\"}",
         "m:1:10: \"0000\"; expected a character, neither \\u0000 nor half of a pair"},
        {"{\"a\": \"\\ud800\"}",
         "m:1:10: \"d800\"; expected a character, neither \\u0000 nor half of a pair"},
        {"{\"a\": \"x\n\"}", "m:1:9: \"\\x0a\"; expected the string to be closed on its line"},
        {"{\"a\": \"\\x\"}", "m:1:9: \"x\"; expected one of \" \\ / b f n r t u after a backslash"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_refused(cases[i].text, cases[i].message);
}

static void more_endpoints_than_a_matrix_may_have_are_refused(void)
{
    g_autoptr(GString) bare = g_string_new("0"), named = g_string_new(NULL);
    g_autoptr(GString) sparse = g_string_new("from,to,bytes\n");
    g_autoptr(GString) json =
        g_string_new("{\"schema\": \"vttif.matrix/1\", \"endpoints\": [\"x\"");
    for (int i = 1; i <= VTTIF_MATRIX_MAX; i++) {
        g_string_append(bare, ",0");
        g_string_append_printf(named, ",h%d", i);
        g_string_append_printf(sparse, "h,h%d,1\n", i);
        g_string_append_printf(json, ",\"h%d\"", i);
    }
    g_string_append(named, ",h");
    g_string_append(json, "]}");
    const GString *texts[] = {bare, named, sparse, json};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(read_text(texts[i]->str, &error));
        g_assert_error(error, VTTIF_ERROR, VTTIF_ERROR_LIMIT);
    }
}

static void nesting_without_end_is_refused(void)
{
    g_autoptr(GString) text = g_string_new("{\"a\":");
    for (int i = 0; i < 1000000; i++)
        g_string_append_c(text, '[');
    assert_refused(text->str, "m:1:70: \"[\"; expected a value nested less deep (at most 64)");
}

/* Time must grow with the text, not with its square: the second of each pair is 8 times the first,
 * and may take 40 times as long (64 would be quadratic), or be too fast to measure. */
static void assert_linear(GString *(*make)(int))
{
    double seconds[2];
    for (int i = 0; i < 2; i++) {
        GString *text = make(i == 0 ? 1 : 8);
        gint64 start = g_get_monotonic_time();
        g_autoptr(vttif_matrix) matrix = vttif_view_read(text->str, text->len, "m", 1, NULL, NULL);
        seconds[i] = (double)(g_get_monotonic_time() - start) / 1e6;
        g_string_free(text, TRUE);
    }
    g_assert_true(seconds[1] < 0.5 || seconds[1] < 40 * seconds[0]);
}

/* One sender, receivers from the last to the first: the worst order for a sorted row. */
static GString *descending_pairs(int scale)
{
    GString *text = g_string_new("from,to,bytes\n");
    for (int i = 1; i < 8000 * scale; i++)
        g_string_append_printf(text, "h%d,h%d,0\n", i, i);
    for (int i = 8000 * scale - 1; i > 0; i--)
        g_string_append_printf(text, "h1,h%d,1\n", i);
    return text;
}

static GString *many_quotes(int scale)
{
    GString *text = g_string_new(NULL);
    for (int i = 0; i < 100000 * scale; i++)
        g_string_append(text, "\"\"");
    return text;
}

static GString *many_members(int scale)
{
    GString *text = g_string_new("{");
    for (int i = 0; i < 20000 * scale; i++)
        g_string_append_printf(text, "%s\"k%d\": [1, {}]", i ? "," : "", i);
    return g_string_append_c(text, '}');
}

static void reading_takes_no_quadratic_time(void)
{
    assert_linear(descending_pairs);
    assert_linear(many_quotes);
    assert_linear(many_members);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(sentence, function) g_test_add_func("/view/" sentence, function)
    TEST("the three forms of CSV are told apart by their first line",
         the_three_forms_of_csv_are_told_apart_by_their_first_line);
    TEST("CSV is read as spreadsheets write it", csv_is_read_as_spreadsheets_write_it);
    TEST("rows with names may come in any order", rows_with_names_may_come_in_any_order);
    TEST("quoted names keep commas, quotes and blanks", quoted_names_keep_commas_quotes_and_blanks);
    TEST("pairs that occur twice in a sparse file are added",
         pairs_that_occur_twice_in_a_sparse_file_are_added);
    TEST("fractions are kept and other units become whole bytes",
         fractions_are_kept_and_other_units_become_whole_bytes);
    TEST("a matrix without endpoints is written and read",
         a_matrix_without_endpoints_is_written_and_read);
    TEST("JSON is read dense and sparse, with members in any order",
         json_is_read_dense_and_sparse_with_members_in_any_order);
    TEST("a topology file gives its threshold, and others none",
         a_topology_file_gives_its_threshold_and_others_none);
    TEST("a lower bound without a reason stays a lower bound",
         a_lower_bound_without_a_reason_stays_a_lower_bound);
    TEST("JSON is written as documented", json_is_written_as_documented);
    TEST("what was written reads back the same", what_was_written_reads_back_the_same);
    TEST("figure 4 keeps 56 edges at 0.35 and the 14 of h1 at 0.50",
         figure_4_keeps_56_edges_at_0_35_and_the_14_of_h1_at_0_50);
    TEST("published matrices are read", published_matrices_are_read);
    TEST("bad CSV is refused with its place", bad_csv_is_refused_with_its_place);
    TEST("bad JSON is refused with its place", bad_json_is_refused_with_its_place);
    TEST("more endpoints than a matrix may have are refused",
         more_endpoints_than_a_matrix_may_have_are_refused);
    TEST("nesting without end is refused", nesting_without_end_is_refused);
    TEST("reading takes no quadratic time", reading_takes_no_quadratic_time);
    return g_test_run();
}
