// SPDX-License-Identifier: Apache-2.0
/* Capture files: every format, and everything that can be wrong with one. */
#include "captures.h"
#include "source/drops.h"
#include "source/source.h"

#include <unistd.h>
#include <vttif/error.h>

/* What came out of a file. */
struct seen {
    unsigned records;
    uint64_t captured, wire;
    int64_t last_ns;
    uint32_t sum; /* of the bytes */
};

static void take(void *context, const struct source_record *record)
{
    struct seen *seen = context;
    seen->records++;
    seen->captured += record->captured;
    seen->wire += record->wire;
    seen->last_ns = record->time_ns;
    for (uint32_t i = 0; i < record->captured; i++)
        seen->sum = seen->sum * 31 + record->bytes[i];
}

/* Reads a file of those bytes; false with the error if it cannot be opened or read to its end. */
static bool read_bytes(const void *bytes, size_t n, struct seen *seen, uint64_t *drops,
                       GError **error)
{
    char *folder = folder_new();
    g_autofree char *path = folder_write(folder, "file", bytes, n);
    g_autoptr(source_handle) source = source_open(path, error);
    *seen = (struct seen){0};
    bool done = source && source_run(source, take, seen, NULL, error);
    if (drops)
        *drops = source ? source_drops(source) : 0;
    folder_remove(folder);
    return done;
}

static GByteArray *small_pcap(enum order order, bool nano, uint32_t link, unsigned records)
{
    GByteArray *bytes = g_byte_array_new();
    g_autoptr(GByteArray) frame = frame_make(&(struct recipe){.src_port = 7, .payload = 46});
    put_pcap_header(bytes, order, nano, link);
    for (unsigned i = 0; i < records; i++)
        put_pcap_record(bytes, order, 100 + i, 5, frame->data, frame->len, 1514);
    return bytes;
}

static GByteArray *small_pcapng(enum order order, unsigned records)
{
    GByteArray *bytes = g_byte_array_new();
    g_autoptr(GByteArray) frame = frame_make(&(struct recipe){.src_port = 7, .payload = 46});
    put_ng_section(bytes, order);
    put_ng_interface(bytes, order, 1);
    put_ng_interface(bytes, order, 1);
    for (unsigned i = 0; i < records; i++)
        put_ng_packet(bytes, order, i % 2, (100 + i) * UINT64_C(1000000000) + 5, frame->data,
                      frame->len, 1514);
    return bytes;
}

static void check_three(const GByteArray *bytes, int64_t last_ns)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GByteArray) frame = frame_make(&(struct recipe){.src_port = 7, .payload = 46});
    struct seen seen, expected = {0};
    g_assert_true(read_bytes(bytes->data, bytes->len, &seen, NULL, &error));
    g_assert_no_error(error);
    for (int i = 0; i < 3; i++)
        take(&expected,
             &(struct source_record){
                 .bytes = frame->data, .captured = frame->len, .wire = 1514, .time_ns = last_ns});
    g_assert_true(memcmp(&seen, &expected, sizeof seen) == 0);
}

static void pcap_and_pcapng_of_both_byte_orders_give_the_same(void)
{
    for (int order = LITTLE; order <= BIG; order++) {
        g_autoptr(GByteArray) micro = small_pcap((enum order)order, false, 1, 3);
        g_autoptr(GByteArray) nano = small_pcap((enum order)order, true, 1, 3);
        g_autoptr(GByteArray) ng = small_pcapng((enum order)order, 3);
        check_three(micro, INT64_C(102000005000));
        check_three(nano, INT64_C(102000000005));
        check_three(ng, INT64_C(102000000005));
    }
}

static void link_types_are_known_by_their_numbers(void)
{
    static const struct {
        uint32_t number;
        enum vttif_link link;
    } cases[] = {{1, VTTIF_LINK_ETHERNET}, {113, VTTIF_LINK_SLL}, {276, VTTIF_LINK_SLL2},
                 {101, VTTIF_LINK_RAW},    {228, VTTIF_LINK_RAW}, {229, VTTIF_LINK_RAW},
                 {0, VTTIF_LINK_NULL},     {108, VTTIF_LINK_NULL}};
    char *folder = folder_new();
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GByteArray) bytes = small_pcap(LITTLE, false, cases[i].number, 1);
        g_autofree char *path = folder_write(folder, "file", bytes->data, bytes->len);
        g_autoptr(source_handle) source = source_open(path, NULL);
        g_assert_nonnull(source);
        g_assert_cmpint(source_link(source), ==, cases[i].link);
    }
    folder_remove(folder);
}

static void an_fcs_that_the_file_announces_is_no_part_of_the_frame(void)
{
    struct seen seen;
    g_autoptr(GByteArray) bytes = small_pcap(BIG, false, 0x24000001, 1); /* 4 bytes */
    g_assert_true(read_bytes(bytes->data, bytes->len, &seen, NULL, NULL));
    g_assert_cmpuint(seen.captured, ==, 100); /* the FCS was not captured */
    g_assert_cmpuint(seen.wire, ==, 1510);
    g_autoptr(GByteArray) whole = g_byte_array_new();
    g_autoptr(GByteArray) frame = frame_make(&(struct recipe){.payload = 46});
    put_pcap_header(whole, BIG, false, 0x24000001);
    put_pcap_record(whole, BIG, 0, 0, frame->data, 100, 100);
    g_assert_true(read_bytes(whole->data, whole->len, &seen, NULL, NULL));
    g_assert_true(seen.captured == 96 && seen.wire == 96);
}

static void a_file_larger_than_the_buffer_is_read_whole(void)
{
    struct seen seen;
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_autofree uint8_t *frame = g_malloc0(SOURCE_RECORD_MAX);
    uint64_t total = 0;
    put_pcap_header(bytes, LITTLE, false, 1);
    for (int i = 0; i < 60; i++) {
        uint32_t captured = i % 3 ? (uint32_t)g_test_rand_int_range(0, 100) : SOURCE_RECORD_MAX;
        put_pcap_record(bytes, LITTLE, 0, 0, frame, captured, captured);
        total += captured;
    }
    g_assert_true(read_bytes(bytes->data, bytes->len, &seen, NULL, NULL));
    g_assert_true(seen.records == 60 && seen.captured == total);
}

/* The file and what the message must say. */
static void check_refused(const GByteArray *bytes, size_t n, enum vttif_error code,
                          const char *message)
{
    g_autoptr(GError) error = NULL;
    struct seen seen;
    g_assert_false(read_bytes(bytes->data, n, &seen, NULL, &error));
    if (!g_error_matches(error, VTTIF_ERROR, (int)code) || !strstr(error->message, message))
        g_error("%" G_GSIZE_FORMAT " bytes: expected '%s', got '%s'", n, message, error->message);
}

/* Cut after each byte: before the first record it is no capture, at the end of a record it is
 * whole, and within one it says which record and where that begins. */
static void a_pcap_cut_anywhere_says_where(void)
{
    g_autoptr(GByteArray) bytes = small_pcap(LITTLE, false, 1, 3);
    enum { HEADER = 24, RECORD = 116 };
    for (size_t n = 0; n < bytes->len; n++) {
        struct seen seen;
        g_autofree char *message =
            n == 0       ? g_strdup("the file is empty")
            : n < 4      ? g_strdup("too short for a capture")
            : n < HEADER ? g_strdup_printf("ends within its header, at offset %" G_GSIZE_FORMAT, n)
                         : g_strdup_printf("ends in the middle of record %" G_GSIZE_FORMAT
                                           " at offset %" G_GSIZE_FORMAT "; the records before",
                                           (n - HEADER) / RECORD + 1,
                                           HEADER + (n - HEADER) / RECORD * RECORD);
        if (n >= HEADER && (n - HEADER) % RECORD == 0)
            g_assert_true(read_bytes(bytes->data, n, &seen, NULL, NULL));
        else
            check_refused(bytes, n, n < HEADER ? VTTIF_ERROR_FORMAT : VTTIF_ERROR_TRUNCATED,
                          message);
    }
}

static void a_pcapng_cut_anywhere_keeps_what_came_before(void)
{
    g_autoptr(GByteArray) head = small_pcapng(LITTLE, 0);
    g_autoptr(GByteArray) bytes = small_pcapng(LITTLE, 3);
    size_t record = (bytes->len - head->len) / 3;
    for (size_t n = 4; n < bytes->len; n++) {
        g_autoptr(GError) error = NULL;
        struct seen seen;
        bool done = read_bytes(bytes->data, n, &seen, NULL, &error);
        size_t whole = n < head->len ? 0 : (n - head->len) / record;
        g_assert_cmpuint(seen.records, ==, whole);
        g_assert_true(done == (error == NULL));
        if (n < head->len)
            continue; /* some prefixes of the head are whole files without a record */
        g_assert_true(done == ((n - head->len) % record == 0));
        if (error)
            g_assert_error(error, VTTIF_ERROR, VTTIF_ERROR_TRUNCATED);
    }
}

static void a_damaged_length_is_named_with_record_and_offset(void)
{
    g_autoptr(GByteArray) bytes = small_pcap(BIG, false, 1, 3);
    bytes->data[24 + 116 + 8] = 0x7f;
    check_refused(bytes, bytes->len, VTTIF_ERROR_FORMAT,
                  "record 2 at offset 140 says that it has 2130706532 bytes");
}

static void what_is_no_capture_is_refused(void)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"#!/bin/sh\n", "not a capture file: it begins with 23 21 2f 62"},
        {"from,to,bytes\n", "not a capture file"},
        {"\x1f\x8b\x08\x00 compressed", "packed with gzip: unpack it first (gunzip)"},
        {"\x0a\x0d\x0d\x0a nonsense behind it", "file"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        struct seen seen;
        size_t n = i == 2 ? 15 : strlen(cases[i].text);
        g_assert_false(read_bytes(cases[i].text, n, &seen, NULL, &error));
        g_assert_error(error, VTTIF_ERROR, VTTIF_ERROR_FORMAT);
        if (!strstr(error->message, cases[i].message))
            g_error("%s", error->message);
    }
}

static void an_unknown_link_type_or_version_is_refused(void)
{
    g_autoptr(GByteArray) wifi = small_pcap(LITTLE, false, 105, 1);
    check_refused(wifi, wifi->len, VTTIF_ERROR_FORMAT, "link type 105 (IEEE802_11) is not known");
    g_autoptr(GByteArray) later = small_pcap(LITTLE, false, 1, 1);
    later->data[4] = 3;
    check_refused(later, later->len, VTTIF_ERROR_FORMAT, "pcap version 3.4 is not known");
}

static void what_cannot_be_opened_is_refused_with_its_name(void)
{
    char *folder = folder_new();
    g_autofree char *missing = g_build_filename(folder, "missing", NULL);
    g_autoptr(GError) absent = NULL, directory = NULL;
    g_assert_null(source_open(missing, &absent));
    g_assert_error(absent, VTTIF_ERROR, VTTIF_ERROR_IO);
    g_assert_true(g_str_has_prefix(absent->message, missing));
    g_assert_null(source_open(folder, &directory));
    g_assert_error(directory, VTTIF_ERROR, VTTIF_ERROR_IO);
    g_assert_true(g_str_has_prefix(directory->message, folder));
    folder_remove(folder);
}

static void a_file_that_one_may_not_read_is_named_as_such(void)
{
    char *folder = folder_new();
    g_autofree char *path = folder_write(folder, "file", "x", 1);
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(g_chmod(path, 0), ==, 0);
    uid_t user = geteuid();
    g_assert_cmpint(g_chmod(folder, 0755), ==, 0);
    if (user == 0)
        g_assert_cmpint(seteuid(65534), ==, 0);
    g_assert_null(source_open(path, &error));
    g_assert_error(error, VTTIF_ERROR, VTTIF_ERROR_PERMISSION);
    if (user == 0)
        g_assert_cmpint(seteuid(user), ==, 0);
    folder_remove(folder);
}

static void a_pcapng_of_interfaces_of_different_links_says_what_to_do(void)
{
    g_autoptr(GByteArray) bytes = small_pcapng(LITTLE, 2);
    g_autoptr(GByteArray) frame = frame_make(&(struct recipe){.link = VTTIF_LINK_SLL});
    put_ng_interface(bytes, LITTLE, 113);
    put_ng_packet(bytes, LITTLE, 2, 0, frame->data, frame->len, frame->len);
    check_refused(bytes, bytes->len, VTTIF_ERROR_FORMAT,
                  "write each interface to a file of its own");
}

/* --- drops ------------------------------------------------------------------------------------ */

static void a_pcapng_says_what_was_lost(void)
{
    for (int order = LITTLE; order <= BIG; order++) {
        g_autoptr(GByteArray) bytes = small_pcapng((enum order)order, 2);
        put_ng_statistics(bytes, (enum order)order, 0, 3, 0); /* replaced by the next */
        put_ng_statistics(bytes, (enum order)order, 0, 10, 1);
        put_ng_statistics(bytes, (enum order)order, 1, 0, 100);
        put_ng_section(bytes, (enum order)order); /* sections add up */
        put_ng_interface(bytes, (enum order)order, 1);
        put_ng_statistics(bytes, (enum order)order, 0, 1000, 0);
        put_ng_statistics(bytes, (enum order)order, 4000000000, 10000, 0);
        struct seen seen;
        uint64_t drops;
        g_assert_true(read_bytes(bytes->data, bytes->len, &seen, &drops, NULL));
        g_assert_cmpuint(drops, ==, 11111);
    }
}

static void a_pcap_says_nothing_of_what_was_lost(void)
{
    g_autoptr(GByteArray) bytes = small_pcap(LITTLE, false, 1, 2);
    struct seen seen;
    uint64_t drops;
    g_assert_true(read_bytes(bytes->data, bytes->len, &seen, &drops, NULL));
    g_assert_cmpuint(drops, ==, 0);
}

static void the_pieces_in_which_a_file_is_read_do_not_matter(void)
{
    g_autoptr(GByteArray) bytes = small_pcapng(LITTLE, 5);
    put_ng_statistics(bytes, LITTLE, 1, 7, 0);
    put_ng_packet(bytes, LITTLE, 0, 0, bytes->data, 3, 3);
    put_ng_statistics(bytes, LITTLE, 0, 70, 0);
    for (guint step = 1; step <= bytes->len; step++) {
        struct drops drops = {0};
        for (guint at = 0; at < bytes->len; at += step)
            drops_feed(&drops, bytes->data + at, MIN(step, bytes->len - at));
        g_assert_cmpuint(drops_sum(&drops), ==, 77);
    }
}

static void damage_ends_the_search_for_what_was_lost(void)
{
    for (int round = 0; round < 20000; round++) {
        g_autoptr(GByteArray) bytes = small_pcapng(LITTLE, 1);
        put_ng_statistics(bytes, LITTLE, 1, 7, 0);
        for (int k = g_test_rand_int_range(1, 5); k > 0; k--)
            bytes->data[g_test_rand_int_range(0, (gint32)bytes->len)] ^=
                (uint8_t)g_test_rand_int_range(0, 256);
        struct drops drops = {0};
        g_autofree uint8_t *exact = g_memdup2(bytes->data, bytes->len);
        drops_feed(&drops, exact, bytes->len);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/source/pcap and pcapng of both byte orders give the same",
                    pcap_and_pcapng_of_both_byte_orders_give_the_same);
    g_test_add_func("/source/link types are known by their numbers",
                    link_types_are_known_by_their_numbers);
    g_test_add_func("/source/an FCS that the file announces is no part of the frame",
                    an_fcs_that_the_file_announces_is_no_part_of_the_frame);
    g_test_add_func("/source/a file larger than the buffer is read whole",
                    a_file_larger_than_the_buffer_is_read_whole);
    g_test_add_func("/source/a pcap cut anywhere says where", a_pcap_cut_anywhere_says_where);
    g_test_add_func("/source/a pcapng cut anywhere keeps what came before",
                    a_pcapng_cut_anywhere_keeps_what_came_before);
    g_test_add_func("/source/a damaged length is named with record and offset",
                    a_damaged_length_is_named_with_record_and_offset);
    g_test_add_func("/source/what is no capture is refused", what_is_no_capture_is_refused);
    g_test_add_func("/source/an unknown link type or version is refused",
                    an_unknown_link_type_or_version_is_refused);
    g_test_add_func("/source/what cannot be opened is refused with its name",
                    what_cannot_be_opened_is_refused_with_its_name);
    g_test_add_func("/source/a file that one may not read is named as such",
                    a_file_that_one_may_not_read_is_named_as_such);
    g_test_add_func("/source/a pcapng of interfaces of different links says what to do",
                    a_pcapng_of_interfaces_of_different_links_says_what_to_do);
    g_test_add_func("/source/a pcapng says what was lost", a_pcapng_says_what_was_lost);
    g_test_add_func("/source/a pcap says nothing of what was lost",
                    a_pcap_says_nothing_of_what_was_lost);
    g_test_add_func("/source/the pieces in which a file is read do not matter",
                    the_pieces_in_which_a_file_is_read_do_not_matter);
    g_test_add_func("/source/damage ends the search for what was lost",
                    damage_ends_the_search_for_what_was_lost);
    return g_test_run();
}
