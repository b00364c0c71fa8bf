// SPDX-License-Identifier: Apache-2.0
/* The pure parts of the ray tracer: the list of blocks, pictures. */
#include <glib/gstdio.h>
#include <string.h>

#include "blocks.h"
#include "picture.h"

/*
 *     0     64   100
 *   0 ┌──────┬───┐
 *     │  0   │ 1 │
 *  64 ├──────┼───┤
 *     │  2   │ 3 │
 *  70 └──────┴───┘
 */
static void test_places(void)
{
    struct blocks *blocks = blocks_new(100, 70, 64);
    const struct block_place expected[] = {
        {0, 0, 64, 64}, {64, 0, 36, 64}, {0, 64, 64, 6}, {64, 64, 36, 6}};
    g_assert_cmpint(blocks_count(blocks), ==, G_N_ELEMENTS(expected));
    for (int block = 0; block < blocks_count(blocks); block++) {
        struct block_place place = blocks_place(blocks, block);
        g_assert_cmpmem(&place, sizeof place, &expected[block], sizeof place);
    }
    blocks_free(blocks);
}

static void test_cover(void)
{
    for (int round = 0; round < 200; round++) {
        int width = g_test_rand_int_range(1, 150), height = g_test_rand_int_range(1, 150);
        g_autofree unsigned char *covered = g_malloc0((size_t)width * (size_t)height);
        struct blocks *blocks = blocks_new(width, height, g_test_rand_int_range(1, 80));
        for (int block = 0; block < blocks_count(blocks); block++) {
            struct block_place place = blocks_place(blocks, block);
            for (int y = place.y; y < place.y + place.height; y++)
                for (int x = place.x; x < place.x + place.width; x++)
                    covered[y * width + x]++;
        }
        for (int k = 0; k < width * height; k++)
            g_assert_cmpint(covered[k], ==, 1);
        blocks_free(blocks);
    }
}

static void test_in_order(void)
{
    struct blocks *blocks = blocks_new(96, 32, 32);
    for (int expected = 0; expected < 3; expected++)
        g_assert_cmpint(blocks_take(blocks), ==, expected);
    g_assert_cmpint(blocks_take(blocks), ==, BLOCK_NONE);
    blocks_free(blocks);
}

static void test_given_back(void)
{
    struct blocks *blocks = blocks_new(96, 32, 32);
    for (int k = 0; k < 3; k++)
        blocks_take(blocks);
    blocks_give_back(blocks, 1);
    g_assert_cmpint(blocks_take(blocks), ==, 1);
    g_assert_cmpint(blocks_take(blocks), ==, BLOCK_NONE);
    blocks_free(blocks);
}

static void test_finished_once(void)
{
    struct blocks *blocks = blocks_new(96, 32, 32);
    blocks_take(blocks);
    g_assert_true(blocks_finish(blocks, 0));
    g_assert_false(blocks_finish(blocks, 0));
    blocks_give_back(blocks, 0);
    g_assert_cmpint(blocks_done_count(blocks), ==, 1);
    g_assert_cmpint(blocks_take(blocks), ==, 1);
    blocks_free(blocks);
}

/* Of workers that lose, fail and finish as they like, no block is left out and none done twice. */
static void test_nothing_lost(void)
{
    struct blocks *blocks = blocks_new(320, 320, 32);
    int finished = 0;
    while (blocks_done_count(blocks) < blocks_count(blocks)) {
        int block = blocks_take(blocks);
        g_assert_cmpint(block, !=, BLOCK_NONE);
        if (g_test_rand_int_range(0, 3) == 0)
            blocks_give_back(blocks, block);
        else
            finished += blocks_finish(blocks, block);
    }
    g_assert_cmpint(finished, ==, 100);
    blocks_free(blocks);
}

static const struct picture_format formats[] = {
    {.bit_depth = 8, .colour_type = 2, .pixel_bytes = 3, .gamma = 45455, .srgb_intent = 0},
    {.bit_depth = 16, .colour_type = 6, .pixel_bytes = 8, .gamma = 100000, .srgb_intent = -1},
    {.bit_depth = 8, .colour_type = 0, .pixel_bytes = 1, .gamma = 0, .srgb_intent = -1},
};

static struct picture random_picture(int width, int height, const struct picture_format *format)
{
    struct picture picture;
    picture_init(&picture, width, height, format);
    for (int k = 0; k < width * height * (int)format->pixel_bytes; k++)
        picture.pixels[k] = (unsigned char)g_test_rand_int();
    return picture;
}

static char *write_and_read(const struct picture *picture, size_t *n)
{
    g_autofree char *folder = g_dir_make_tmp("test-pov-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "picture.png", NULL);
    GError *error = NULL;
    picture_write(picture, path, &error);
    g_assert_no_error(error);
    char *png;
    g_assert_true(g_file_get_contents(path, &png, n, NULL));
    g_unlink(path);
    g_rmdir(folder);
    return png;
}

static void test_together_again(void)
{
    for (size_t f = 0; f < G_N_ELEMENTS(formats); f++) {
        struct picture picture = random_picture(70, 45, &formats[f]), again;
        size_t n;
        g_autofree char *png = write_and_read(&picture, &n);
        struct blocks *blocks = blocks_new(70, 45, 32);
        picture_init(&again, 70, 45, &formats[f]);
        for (int b = 0; b < blocks_count(blocks); b++) {
            struct picture block;
            struct block_place place = blocks_place(blocks, b);
            GError *error = NULL;
            picture_read_block(&block, png, n, 70, 45, place, &error);
            g_assert_no_error(error);
            g_assert_cmpmem(&block.format, sizeof block.format, &formats[f], sizeof formats[f]);
            picture_put(&again, place, block.pixels);
            picture_clear(&block);
        }
        int bytes = 70 * 45 * formats[f].pixel_bytes;
        g_assert_cmpmem(again.pixels, bytes, picture.pixels, bytes);
        blocks_free(blocks);
        picture_clear(&again);
        picture_clear(&picture);
    }
}

static void refuse(const char *png, size_t n, int width, const char *text)
{
    struct picture block;
    g_autoptr(GError) error = NULL;
    struct block_place place = {0, 0, 8, 8};
    g_assert_false(picture_read_block(&block, png, n, width, 8, place, &error));
    g_assert_nonnull(strstr(error->message, text));
    g_assert_null(block.pixels);
}

static void test_bad_pngs(void)
{
    struct picture picture = random_picture(8, 8, &formats[0]);
    size_t n;
    g_autofree char *png = write_and_read(&picture, &n);
    refuse(png, n, 9, "another size");
    refuse(png, 0, 8, "cut off");
    for (size_t cut = 1; cut < n - 20; cut++)
        refuse(png, cut, 8, "cannot be used");
    refuse("this is no picture, but a text", 30, 8, "cannot be used");
    png[n / 2] ^= 1; /* in the compressed data: checksums */
    refuse(png, n, 8, "cannot be used");
    picture_clear(&picture);
}

static void cannot_write(int side, const char *path, const char *reason)
{
    struct picture picture = random_picture(side, side, &formats[0]);
    g_autofree char *message = g_strdup_printf("cannot write %s: %s", path, reason);
    g_autoptr(GError) error = NULL;
    g_assert_false(picture_write(&picture, path, &error));
    g_assert_cmpstr(error->message, ==, message);
    picture_clear(&picture);
}

/* The disk is found to be full when the rest is written, or in the middle of a large picture. */
static void test_unwritable(void)
{
    cannot_write(8, "/no/such/folder.png", "No such file or directory");
    cannot_write(8, "/", "Is a directory");
    if (g_access("/dev/full", W_OK) != 0)
        return;
    cannot_write(8, "/dev/full", "No space left on device");
    cannot_write(500, "/dev/full", "No space left on device");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/blocks/those at the right and at the bottom are smaller", test_places);
    g_test_add_func("/blocks/every pixel is in one block", test_cover);
    g_test_add_func("/blocks/they are handed out in order", test_in_order);
    g_test_add_func("/blocks/one that was given back is handed out again", test_given_back);
    g_test_add_func("/blocks/one that is done stays done", test_finished_once);
    g_test_add_func("/blocks/none is lost, whatever workers do", test_nothing_lost);
    g_test_add_func("/picture/cut into blocks and put together it is the same",
                    test_together_again);
    g_test_add_func("/picture/a damaged, cut off or wrong PNG is refused", test_bad_pngs);
    g_test_add_func("/picture/where it cannot be written is said", test_unwritable);
    return g_test_run();
}
