// SPDX-License-Identifier: Apache-2.0
/* Capture files in, one matrix out: whose each file is, and what becomes of bad ones. */
#include "captures.h"
#include "generate/generate.h"
#include "generate/sidecar.h"

#include <sys/resource.h>
#include <vttif/error.h>

/* What generate_matrix gave. */
struct result {
    struct vttif_matrix *matrix;
    GPtrArray *problems;
    GString *notes;
    GError *error;
};

static struct result generate(const char *const *files, size_t n, struct generate_options options)
{
    struct result result = {.problems = g_ptr_array_new_with_free_func(g_free),
                            .notes = g_string_new(NULL)};
    if (options.count == VTTIF_COUNT_UNKNOWN)
        options.count = VTTIF_COUNT_PAYLOAD;
    result.matrix =
        generate_matrix(files, n, &options, result.problems, result.notes, &result.error);
    g_assert_true((result.matrix == NULL) == (result.error != NULL));
    return result;
}

static void result_clear(struct result *result)
{
    g_clear_pointer(&result->matrix, vttif_matrix_unref);
    g_ptr_array_unref(result->problems);
    g_string_free(result->notes, TRUE);
    g_clear_error(&result->error);
}

#define DATAGRAM_PORT 5000
static void put_datagram(GByteArray *bytes, uint32_t second, const char *src, const char *dst,
                         unsigned payload)
{
    g_autoptr(GByteArray) frame = frame_make(&(struct recipe){.src = src,
                                                              .dst = dst,
                                                              .protocol = 17,
                                                              .src_port = 4000,
                                                              .dst_port = DATAGRAM_PORT,
                                                              .payload = payload});
    put_pcap_record(bytes, LITTLE, second, 0, frame->data, frame->len, frame->len);
}

/* A capture at h1 that sends 100 bytes to h2 and 10 to h3, and gets 1 byte from h2. */
static char *write_h1(const char *folder, const char *name)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    put_pcap_header(bytes, LITTLE, false, 1);
    put_datagram(bytes, 1, "10.0.0.1", "10.0.0.2", 100);
    put_datagram(bytes, 2, "10.0.0.1", "10.0.0.3", 10);
    put_datagram(bytes, 3, "10.0.0.2", "10.0.0.1", 1);
    return folder_write(folder, name, bytes->data, bytes->len);
}

/* The same time at h2: it saw what it sent, and a byte less of what it got. */
static char *write_h2(const char *folder, const char *name)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    put_pcap_header(bytes, LITTLE, false, 1);
    put_datagram(bytes, 1, "10.0.0.1", "10.0.0.2", 99);
    put_datagram(bytes, 2, "10.0.0.2", "10.0.0.3", 1000);
    put_datagram(bytes, 3, "10.0.0.2", "10.0.0.1", 2);
    return folder_write(folder, name, bytes->data, bytes->len);
}

static double cell(const struct vttif_matrix *matrix, const char *from, const char *to)
{
    gssize i = vttif_matrix_find(matrix, from), j = vttif_matrix_find(matrix, to);
    g_assert_true(i >= 0 && j >= 0);
    return vttif_matrix_get(matrix, (size_t)i, (size_t)j);
}

static void write_text(const char *folder, const char *name, const char *text)
{
    g_autofree char *path = folder_write(folder, name, text, strlen(text));
}

#define SIDECAR(host, addresses, rest)                                                             \
    "{\"schema\": \"vttif.capture/1\", \"host\": \"" host "\", \"addresses\": [" addresses         \
    "]" rest "}"

static void without_names_the_endpoints_are_the_addresses(void)
{
    char *folder = folder_new();
    g_autofree char *a = write_h1(folder, "a.pcap"), *b = write_h2(folder, "b.pcap");
    struct result result = generate((const char *[]){a, b}, 2, (struct generate_options){0});
    g_assert_no_error(result.error);
    g_assert_cmpuint(vttif_matrix_size(result.matrix), ==, 3);
    g_assert_cmpfloat(cell(result.matrix, "10.0.0.1", "10.0.0.2"), ==, 100);
    g_assert_cmpfloat(cell(result.matrix, "10.0.0.2", "10.0.0.1"), ==, 2);
    g_assert_cmpfloat(cell(result.matrix, "10.0.0.2", "10.0.0.3"), ==, 1000);
    g_assert_cmpuint(result.problems->len, ==, 0);
    g_assert_nonnull(
        strstr(result.notes->str, "a.pcap: capture of 10.0.0.1 (common to its frames)"));
    result_clear(&result);
    folder_remove(folder);
}

static void the_files_name_says_whose_capture_it_is(void)
{
    char *folder = folder_new();
    g_autoptr(vttif_hosts) hosts =
        vttif_hosts_parse("h1 10.0.0.1\nh1-b 10.0.0.2\nh10 10.0.0.3\n", "hosts", NULL);
    static const struct {
        const char *file, *host;
    } cases[] = {{"h1-20260131-120000.pcap", "h1 (given)"},
                 {"h1.pcap", "h1 (given)"},
                 {"h1-b-20260131.pcap", "h1-b (given)"}, /* the longest */
                 {"h10.pcap", "h10 (given)"},
                 {"h11.pcap", "h1 (common to its frames)"}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = write_h1(folder, cases[i].file);
        g_autofree char *note = g_strdup_printf("capture of %s\n", cases[i].host);
        struct result result =
            generate((const char *const *)&path, 1, (struct generate_options){.hosts = hosts});
        g_assert_no_error(result.error);
        if (!g_str_has_suffix(result.notes->str, note))
            g_error("expected '%s', got '%s'", note, result.notes->str);
        result_clear(&result);
    }
    folder_remove(folder);
}

static void sidecars_of_all_files_name_the_endpoints(void)
{
    char *folder = folder_new();
    g_autofree char *a = write_h1(folder, "x.pcap"), *b = write_h2(folder, "y.pcap");
    write_text(folder, "x.json", SIDECAR("h10", "\"10.0.0.1\"", ", \"dropped\": 4"));
    write_text(folder, "y.json", SIDECAR("h2", "\"10.0.0.2\", \"10.0.0.3\"", ", \"dropped\": 1"));
    struct result result = generate((const char *[]){a, b}, 2, (struct generate_options){0});
    g_assert_no_error(result.error);
    g_assert_cmpuint(vttif_matrix_size(result.matrix), ==, 2);
    g_assert_cmpstr(vttif_matrix_name(result.matrix, 0), ==, "h2"); /* before h10 */
    g_assert_cmpfloat(cell(result.matrix, "h10", "h2"), ==, 110);
    g_assert_cmpuint(vttif_matrix_account(result.matrix)->kernel_drops, ==, 5);
    g_assert_cmpuint(vttif_matrix_account(result.matrix)->filtered[VTTIF_REASON_SELF].bytes, ==,
                     1000);
    result_clear(&result);
    folder_remove(folder);
}

static const enum vttif_key ip = VTTIF_KEY_IP, mac = VTTIF_KEY_MAC;

static void sidecars_say_what_endpoints_are_told_apart_by(void)
{
    static const struct {
        const char *a, *b;
    } cases[] = {
        {"\"10.0.0.1\", \"02:00:00:00:00:0a\"", "\"10.0.0.2\""},
        {"\"10.0.0.1:4000\", \"10.0.0.1:5000\"", "\"10.0.0.2\""},
        {"\"10.0.0.1:4000\", \"10.0.0.1:5000\"", "\"10.0.0.2:4000\", \"10.0.0.2:5000\""},
    };
    char *folder = folder_new();
    g_autofree char *a = write_h1(folder, "x.pcap"), *b = write_h2(folder, "y.pcap");
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *of_a = g_strdup_printf(SIDECAR("a", "%s", ""), cases[i].a);
        g_autofree char *of_b = g_strdup_printf(SIDECAR("b", "%s", ""), cases[i].b);
        write_text(folder, "x.json", of_a);
        write_text(folder, "y.json", of_b);
        struct result result = generate((const char *[]){a, b}, 2, (struct generate_options){0});
        g_assert_no_error(result.error);
        g_assert_cmpfloat(cell(result.matrix, "a", "b"), ==, 100);
        g_assert_cmpfloat(cell(result.matrix, "b", "a"), ==, 2);
        result_clear(&result);
    }
    folder_remove(folder);
}

/* As a sidecar of MAC addresses where the other file has none: the endpoints are IP addresses. */
static void a_sidecar_of_another_kind_of_address_leaves_the_frames_to_say(void)
{
    char *folder = folder_new();
    g_autofree char *a = write_h1(folder, "x.pcap"), *b = write_h2(folder, "y.pcap");
    write_text(folder, "x.json", SIDECAR("a", "\"02:00:00:00:00:01\"", ""));
    struct result result = generate((const char *[]){a, b}, 2, (struct generate_options){0});
    g_assert_no_error(result.error);
    g_assert_cmpfloat(cell(result.matrix, "10.0.0.1", "10.0.0.2"), ==, 100);
    if (!strstr(result.notes->str, "x.pcap: capture of 10.0.0.1 (common to its frames)"))
        g_error("%s", result.notes->str);
    result_clear(&result);
    folder_remove(folder);
}

static void hosts_that_cannot_be_told_apart_so_are_refused(void)
{
    static const struct {
        const char *hosts, *words;
        const enum vttif_key *key;
    } cases[] = {
        {"a 10.0.0.1,02:00:00:00:00:01\nb 10.0.0.2\n", "host 'b' has no MAC address", &mac},
        {"a 02:00:00:00:00:01\nb 10.0.0.2\n", "host 'a' has no IP address", NULL},
        {"a 02:00:00:00:00:01\nb 10.0.0.2:80\n", "host 'a' has no IP address, but", NULL},
        {"a 10.0.0.1:80\nb 10.0.0.2\n", "host 'a' has no IP address without a port", &ip},
    };
    char *folder = folder_new();
    g_autofree char *path = write_h1(folder, "x.pcap");
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(vttif_hosts) hosts = vttif_hosts_parse(cases[i].hosts, "hosts", NULL);
        struct result result =
            generate((const char *[]){path}, 1,
                     (struct generate_options){.hosts = hosts, .key = cases[i].key});
        g_assert_error(result.error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT);
        if (!strstr(result.error->message, cases[i].words))
            g_error("%s", result.error->message);
        result_clear(&result);
    }
    folder_remove(folder);
}

static void the_capture_of_one_host_alone_shows_whom_it_talks_to(void)
{
    char *folder = folder_new();
    g_autofree char *a = write_h1(folder, "x.pcap");
    write_text(folder, "x.json", SIDECAR("h1", "\"10.0.0.1\"", ""));
    struct result result = generate((const char *[]){a}, 1, (struct generate_options){0});
    g_assert_no_error(result.error);
    g_assert_cmpfloat(vttif_matrix_total(result.matrix), >, 0);
    g_assert_cmpuint(vttif_matrix_account(result.matrix)->filtered[VTTIF_REASON_STRANGER].bytes, ==,
                     0);
    result_clear(&result);
    folder_remove(folder);
}

static void captures_of_a_host_may_each_name_other_addresses(void)
{
    char *folder = folder_new();
    g_autofree char *a = write_h1(folder, "x.pcap"), *b = write_h2(folder, "y.pcap");
    write_text(folder, "x.json", SIDECAR("h1", "\"10.0.0.1\"", ""));
    write_text(folder, "y.json", SIDECAR("h1", "\"10.0.0.2\", \"10.0.0.1\"", ""));
    struct result result = generate((const char *[]){a, b}, 2, (struct generate_options){0});
    g_assert_no_error(result.error);
    g_assert_cmpuint(vttif_matrix_size(result.matrix), ==, 1);
    g_assert_cmpuint(vttif_matrix_account(result.matrix)->filtered[VTTIF_REASON_SELF].bytes, ==,
                     102);
    result_clear(&result);
    folder_remove(folder);
}

static void a_capture_that_its_sidecar_calls_incomplete_is_a_problem(void)
{
    char *folder = folder_new();
    g_autofree char *a = write_h1(folder, "x.pcap");
    write_text(folder, "x.json", SIDECAR("h1", "\"10.0.0.1\"", ", \"complete\": false"));
    struct result result = generate((const char *[]){a}, 1, (struct generate_options){0});
    g_assert_cmpuint(result.problems->len, ==, 1);
    g_assert_true(vttif_matrix_account(result.matrix)->truncated);
    result_clear(&result);
    folder_remove(folder);
}

/* What one of two captures leaves out would otherwise be taken from the other. */
static void the_launchers_ports_hold_for_all_captures(void)
{
    char *folder = folder_new();
    g_autofree char *a = write_h1(folder, "x.pcap"), *b = write_h2(folder, "y.pcap");
    const char *const both[] = {a, b};
    struct generate_options options = {0};
    write_text(folder, "x.json", SIDECAR("h1", "\"10.0.0.1\"", ", \"launcher\": \"4999-5000\""));
    write_text(folder, "y.json", SIDECAR("h2", "\"10.0.0.2\"", ""));
    for (int users = 0; users < 2; users++) {
        struct result result = generate(both, 2, options);
        g_assert_no_error(result.error);
        const struct vttif_account *account = vttif_matrix_account_const(result.matrix);
        g_assert_cmpfloat(vttif_matrix_cells(result.matrix), ==, 0);
        g_assert_cmpuint(account->filtered[VTTIF_REASON_LAUNCHER].frames, >, 0);
        result_clear(&result);
        write_text(folder, "x.json", SIDECAR("h1", "\"10.0.0.1\"", ""));
        g_assert_true(vttif_ports_add(&options.launcher, "5000"));
    }
    folder_remove(folder);
}

static void a_damaged_sidecar_is_refused(void)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "x.json"},
        {"[]", "not a JSON object"},
        {"{}", "another \"schema\" or none"},
        {"{\"schema\": \"vttif.capture/2\"}", "another \"schema\""},
        {"{\"schema\": \"vttif.capture/1\"}", "no \"host\""},
        {"{\"schema\": \"vttif.capture/1\", \"host\": \"h1\"", "x.json"},
        {SIDECAR("", "\"10.0.0.1\"", ""), "no \"host\", or one"},
        {SIDECAR("h1 10.0.0.9\\nh2", "\"10.0.0.1\"", ""), "no \"host\", or one"},
        {SIDECAR("h1", "", ""), "no \"addresses\""},
        {SIDECAR("h1", "1", ""), "no \"addresses\""},
        {SIDECAR("h1", "\"10.0.0\"", ""), "no \"addresses\""},
        {SIDECAR("h1", "\"10.0.0.1\"", ", \"dropped\": -1"), "\"dropped\""},
        {SIDECAR("h1", "\"10.0.0.1\"", ", \"dropped\": \"many\""), "\"dropped\""},
        {SIDECAR("h1", "\"10.0.0.1\"", ", \"complete\": \"false\""), "\"complete\""},
        {SIDECAR("h1", "\"10.0.0.1\"", ", \"launcher\": 29200"), "\"launcher\""},
        {SIDECAR("h1", "\"10.0.0.1\"", ", \"launcher\": \"ssh\""), "\"launcher\""},
    };
    char *folder = folder_new();
    g_autofree char *path = write_h1(folder, "x.pcap");
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        write_text(folder, "x.json", cases[i].text);
        struct result result = generate((const char *[]){path}, 1, (struct generate_options){0});
        g_assert_error(result.error, VTTIF_ERROR, VTTIF_ERROR_FORMAT);
        if (!strstr(result.error->message, cases[i].message))
            g_error("case %" G_GSIZE_FORMAT ": %s", i, result.error->message);
        result_clear(&result);
    }
    folder_remove(folder);
}

static void a_sidecar_of_brackets_does_not_overflow_the_stack(void)
{
    g_autofree char *brackets = g_strnfill(SIDECAR_BYTES_MAX, '[');
    g_autoptr(GError) error = NULL;
    g_assert_null(sidecar_parse(brackets, SIDECAR_BYTES_MAX, "x.json", &error));
    g_assert_error(error, VTTIF_ERROR, VTTIF_ERROR_FORMAT);
}

/* vttif generate h1.pcap -o h1.json, and once more. */
static void a_matrix_beside_the_capture_is_no_sidecar(void)
{
    char *folder = folder_new();
    g_autofree char *path = write_h1(folder, "h1.pcap");
    write_text(folder, "h1.json", "{\"schema\": \"vttif.matrix/1\", \"matrix\": [[0]]}");
    struct result result = generate((const char *[]){path}, 1, (struct generate_options){0});
    g_assert_no_error(result.error);
    g_assert_cmpuint(vttif_matrix_size(result.matrix), ==, 3);
    result_clear(&result);
    folder_remove(folder);
}

static void a_capture_that_ends_early_is_used_up_to_there(void)
{
    char *folder = folder_new();
    g_autofree char *whole = write_h1(folder, "whole.pcap"), *contents = NULL;
    gsize length;
    g_assert_true(g_file_get_contents(whole, &contents, &length, NULL));
    g_autofree char *cut = folder_write(folder, "cut.pcap", contents, length - 1);
    struct result result = generate((const char *[]){cut}, 1, (struct generate_options){0});
    g_assert_no_error(result.error);
    g_assert_cmpuint(result.problems->len, ==, 1);
    g_assert_nonnull(strstr(g_ptr_array_index(result.problems, 0), "in the middle of record 3"));
    g_assert_cmpfloat(cell(result.matrix, "10.0.0.1", "10.0.0.2"), ==, 100);
    g_assert_true(vttif_account_is_lower_bound(vttif_matrix_account(result.matrix)));
    result_clear(&result);
    folder_remove(folder);
}

static void what_a_pcapng_lost_makes_a_lower_bound(void)
{
    char *folder = folder_new();
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_autoptr(GByteArray) frame = frame_make(&(struct recipe){.src_port = 4000, .payload = 10});
    put_ng_section(bytes, LITTLE);
    put_ng_interface(bytes, LITTLE, 1);
    put_ng_packet(bytes, LITTLE, 0, 0, frame->data, frame->len, frame->len);
    put_ng_statistics(bytes, LITTLE, 0, 42, 0);
    g_autofree char *path = folder_write(folder, "a.pcapng", bytes->data, bytes->len);
    struct result result = generate((const char *[]){path}, 1, (struct generate_options){0});
    g_assert_no_error(result.error);
    g_assert_cmpuint(vttif_matrix_account(result.matrix)->kernel_drops, ==, 42);
    g_assert_cmpfloat(vttif_matrix_total(result.matrix), ==, 10);
    result_clear(&result);
    folder_remove(folder);
}

static void a_filter_expression_chooses_and_a_wrong_one_is_refused(void)
{
    char *folder = folder_new();
    g_autofree char *path = write_h1(folder, "a.pcap");
    struct result result = generate((const char *[]){path}, 1,
                                    (struct generate_options){.expression = "dst host 10.0.0.2"});
    g_assert_no_error(result.error);
    g_assert_cmpfloat(vttif_matrix_total(result.matrix), ==, 100);
    g_assert_cmpuint(vttif_matrix_account(result.matrix)->filtered[VTTIF_REASON_EXPRESSION].bytes,
                     ==, 11);
    result_clear(&result);
    result =
        generate((const char *[]){path}, 1, (struct generate_options){.expression = "dst hst"});
    g_assert_error(result.error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT);
    g_assert_true(g_str_has_prefix(result.error->message, "filter 'dst hst': "));
    result_clear(&result);
    folder_remove(folder);
}

static void a_file_that_cannot_be_used_refuses_all(void)
{
    char *folder = folder_new();
    g_autofree char *good = write_h1(folder, "a.pcap");
    g_autofree char *bad = folder_write(folder, "b.pcap", "", 0);
    struct result result = generate((const char *[]){good, bad}, 2, (struct generate_options){0});
    g_assert_error(result.error, VTTIF_ERROR, VTTIF_ERROR_FORMAT);
    g_assert_true(g_str_has_prefix(result.error->message, bad));
    result_clear(&result);
    result = generate((const char *[]){"-", good, "-"}, 3, (struct generate_options){0});
    g_assert_error(result.error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT);
    result_clear(&result);
    folder_remove(folder);
}

static void a_link_without_macs_cannot_be_counted_by_them(void)
{
    char *folder = folder_new();
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    put_pcap_header(bytes, LITTLE, false, 101);
    g_autofree char *path = folder_write(folder, "a.pcap", bytes->data, bytes->len);
    struct result result =
        generate((const char *[]){path}, 1, (struct generate_options){.key = &mac});
    g_assert_error(result.error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT);
    result_clear(&result);
    folder_remove(folder);
}

/* 40 captures of 8 hosts, with one thread and with eight. */
static void the_number_of_threads_changes_nothing(void)
{
    enum { FILES = 40, HOSTS = 8 };
    char *folder = folder_new();
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    for (int i = 0; i < FILES; i++) {
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        g_autofree char *name = g_strdup_printf("%d.pcap", i);
        put_pcap_header(bytes, LITTLE, false, 1);
        for (uint32_t k = 0; k < 200; k++) {
            g_autofree char *src = g_strdup_printf("10.0.0.%d", 1 + i % HOSTS);
            g_autofree char *dst =
                g_strdup_printf("10.0.0.%d", g_test_rand_int_range(1, HOSTS + 1));
            put_datagram(bytes, (uint32_t)i / HOSTS * 1000 + k, src, dst,
                         (unsigned)g_test_rand_int_range(0, 1400));
        }
        g_ptr_array_add(paths, folder_write(folder, name, bytes->data, bytes->len));
    }
    const char *const *files = (const char *const *)paths->pdata;
    struct result one = generate(files, FILES, (struct generate_options){.jobs = 1});
    struct result eight = generate(files, FILES, (struct generate_options){.jobs = 8});
    g_assert_no_error(one.error);
    g_assert_no_error(eight.error);
    g_assert_cmpuint(vttif_matrix_size(one.matrix), ==, HOSTS);
    for (size_t i = 0; i < HOSTS; i++)
        for (size_t j = 0; j < HOSTS; j++)
            g_assert_cmpfloat(vttif_matrix_get(one.matrix, i, j), ==,
                              vttif_matrix_get(eight.matrix, i, j));
    g_assert_true(memcmp(vttif_matrix_account(one.matrix), vttif_matrix_account(eight.matrix),
                         sizeof(struct vttif_account)) == 0);
    g_assert_cmpstr(one.notes->str, ==, eight.notes->str);
    result_clear(&one);
    result_clear(&eight);
    folder_remove(folder);
}

static void more_files_than_the_usual_limit_are_read(void)
{
    enum { FILES = 200 };
    char *folder = folder_new();
    struct rlimit before, small;
    g_autofree char *path = write_h1(folder, "a.pcap");
    const char *files[FILES];
    for (int i = 0; i < FILES; i++)
        files[i] = path;
    g_assert_cmpint(getrlimit(RLIMIT_NOFILE, &before), ==, 0);
    small = before;
    small.rlim_cur = 64;
    g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &small), ==, 0);
    struct result result = generate(files, FILES, (struct generate_options){0});
    g_assert_no_error(result.error);
    g_assert_cmpfloat(vttif_matrix_total(result.matrix), ==, 111);
    g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &before), ==, 0);
    result_clear(&result);
    folder_remove(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/generate/without names the endpoints are the addresses",
                    without_names_the_endpoints_are_the_addresses);
    g_test_add_func("/generate/the file's name says whose capture it is",
                    the_files_name_says_whose_capture_it_is);
    g_test_add_func("/generate/sidecars of all files name the endpoints",
                    sidecars_of_all_files_name_the_endpoints);
    g_test_add_func("/generate/sidecars say what endpoints are told apart by",
                    sidecars_say_what_endpoints_are_told_apart_by);
    g_test_add_func("/generate/a sidecar of another kind of address leaves the frames to say",
                    a_sidecar_of_another_kind_of_address_leaves_the_frames_to_say);
    g_test_add_func("/generate/hosts that cannot be told apart so are refused",
                    hosts_that_cannot_be_told_apart_so_are_refused);
    g_test_add_func("/generate/the capture of one host alone shows whom it talks to",
                    the_capture_of_one_host_alone_shows_whom_it_talks_to);
    g_test_add_func("/generate/captures of a host may each name other addresses",
                    captures_of_a_host_may_each_name_other_addresses);
    g_test_add_func("/generate/a capture that its sidecar calls incomplete is a problem",
                    a_capture_that_its_sidecar_calls_incomplete_is_a_problem);
    g_test_add_func("/generate/the launcher's ports hold for all captures",
                    the_launchers_ports_hold_for_all_captures);
    g_test_add_func("/generate/a damaged sidecar is refused", a_damaged_sidecar_is_refused);
    g_test_add_func("/generate/a sidecar of brackets does not overflow the stack",
                    a_sidecar_of_brackets_does_not_overflow_the_stack);
    g_test_add_func("/generate/a matrix beside the capture is no sidecar",
                    a_matrix_beside_the_capture_is_no_sidecar);
    g_test_add_func("/generate/a capture that ends early is used up to there",
                    a_capture_that_ends_early_is_used_up_to_there);
    g_test_add_func("/generate/what a pcapng lost makes a lower bound",
                    what_a_pcapng_lost_makes_a_lower_bound);
    g_test_add_func("/generate/a filter expression chooses, a wrong one is refused",
                    a_filter_expression_chooses_and_a_wrong_one_is_refused);
    g_test_add_func("/generate/a file that cannot be used refuses all",
                    a_file_that_cannot_be_used_refuses_all);
    g_test_add_func("/generate/a link without MACs cannot be counted by them",
                    a_link_without_macs_cannot_be_counted_by_them);
    g_test_add_func("/generate/the number of threads changes nothing",
                    the_number_of_threads_changes_nothing);
    g_test_add_func("/generate/more files than the usual limit are read",
                    more_files_than_the_usual_limit_are_read);
    return g_test_run();
}
