// SPDX-License-Identifier: Apache-2.0
#include "offline/record.h"

#include <glib/gstdio.h>
#include <string.h>
#include <vttif/error.h>

/* A header for captures of up to 128 bytes of Ethernet, then records of 0 and 4 bytes. */
static const guint8 little[] = {
    0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0,  0, 0, 0, 128, 0, 0, 0, 1, 0, 0, 0, /**/
    1,    0,    0,    0,    2, 0, 0, 0, 0, 0, 0, 0, 60, 0, 0, 0, /**/
    1,    0,    0,    0,    3, 0, 0, 0, 4, 0, 0, 0, 60, 0, 0, 0, 9,   9, 9, 9,
};
static const guint8 big[] = {
    0xa1, 0xb2, 0x3c, 0x4d, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0,  0, 0, 0, 128, 0, 0, 0, 1, /**/
    0,    0,    0,    1,    0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 60, 9, 9, 9, 9,
};

static bool count(const guint8 *bytes, size_t n, uint64_t *frames, GError **error)
{
    g_autofree char *path = NULL;
    int descriptor = g_file_open_tmp("vttif-record-XXXXXX", &path, NULL);
    g_assert_cmpint(descriptor, >=, 0);
    g_close(descriptor, NULL);
    g_assert_true(g_file_set_contents(path, (const char *)bytes, (gssize)n, NULL));
    bool ok = record_count_frames(path, frames, error);
    g_unlink(path);
    return ok;
}

static void assert_count(const guint8 *bytes, size_t n, uint64_t expected)
{
    g_autoptr(GError) error = NULL;
    uint64_t frames;
    bool ok = count(bytes, n, &frames, &error);
    g_assert_no_error(error);
    g_assert_true(ok);
    g_assert_cmpuint(frames, ==, expected);
}

static void assert_refused(const guint8 *bytes, size_t n)
{
    g_autoptr(GError) error = NULL;
    uint64_t frames;
    g_assert_false(count(bytes, n, &frames, &error));
    g_assert_error(error, VTTIF_ERROR, VTTIF_ERROR_FORMAT);
}

static void both_byte_orders_are_counted(void)
{
    assert_count(little, sizeof little, 2);
    assert_count(big, sizeof big, 1);
}

static void a_capture_of_nothing_has_no_frames(void)
{
    assert_count(little, 24, 0);
}

static void a_record_that_is_cut_off_does_not_count(void)
{
    assert_count(little, sizeof little - 1, 1);
    assert_count(little, sizeof little - 5, 1);
    assert_count(little, 24 + 16, 1);
    assert_count(little, 24 + 15, 0);
}

static void a_length_beyond_the_file_does_not_count(void)
{
    guint8 bytes[sizeof little];
    memcpy(bytes, little, sizeof little);
    memset(bytes + 24 + 8, 0xff, 4);
    assert_count(bytes, sizeof bytes, 0);
}

static void what_is_no_capture_is_refused(void)
{
    assert_refused(little, 0);
    assert_refused(little, 23);
    assert_refused(little + 4, sizeof little - 4);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/record/both byte orders are counted", both_byte_orders_are_counted);
    g_test_add_func("/record/a capture of nothing has no frames",
                    a_capture_of_nothing_has_no_frames);
    g_test_add_func("/record/a record that is cut off does not count",
                    a_record_that_is_cut_off_does_not_count);
    g_test_add_func("/record/a length beyond the file does not count",
                    a_length_beyond_the_file_does_not_count);
    g_test_add_func("/record/what is no capture is refused", what_is_no_capture_is_refused);
    return g_test_run();
}
