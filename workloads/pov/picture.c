// SPDX-License-Identifier: Apache-2.0
#include "picture.h"

#include <errno.h>
#include <gio/gio.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>

void picture_clear(struct picture *picture)
{
    g_free(picture->pixels);
    *picture = (struct picture){0};
}

static size_t row_bytes(const struct picture *picture)
{
    return (size_t)picture->width * (size_t)picture->format.pixel_bytes;
}

void picture_init(struct picture *picture, int width, int height,
                  const struct picture_format *format)
{
    *picture = (struct picture){.width = width, .height = height, .format = *format};
    picture->pixels = g_malloc0(row_bytes(picture) * (size_t)height);
}

void picture_put(struct picture *whole, struct block_place place, const unsigned char *pixels)
{
    size_t pixel = (size_t)whole->format.pixel_bytes;
    size_t length = (size_t)place.width * pixel;
    for (int y = 0; y < place.height; y++)
        memcpy(whole->pixels + (size_t)(place.y + y) * row_bytes(whole) + (size_t)place.x * pixel,
               pixels + (size_t)y * length, length);
}

/* libpng's errors jump; what they say is kept for GError. */
struct trouble {
    char text[128];
};

static void note_error(png_structp png, png_const_charp text)
{
    struct trouble *trouble = png_get_error_ptr(png);
    g_strlcpy(trouble->text, text, sizeof trouble->text);
    png_longjmp(png, 1);
}

static void ignore_warning(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text;
}

struct bytes {
    const unsigned char *next;
    size_t left;
};

static void read_bytes(png_structp png, png_bytep into, size_t n)
{
    struct bytes *bytes = png_get_io_ptr(png);
    if (n > bytes->left)
        png_error(png, "it is cut off");
    memcpy(into, bytes->next, n);
    bytes->next += n;
    bytes->left -= n;
}

static struct picture_format read_format(png_structp png, png_infop info)
{
    struct picture_format format = {
        .bit_depth = png_get_bit_depth(png, info),
        .colour_type = png_get_color_type(png, info),
        .srgb_intent = -1,
    };
    if (format.bit_depth < 8 || format.colour_type == PNG_COLOR_TYPE_PALETTE)
        png_error(png, "it has a palette or less than 8 bits a channel");
    format.pixel_bytes = png_get_channels(png, info) * format.bit_depth / 8;
    png_fixed_point gamma;
    if (png_get_gAMA_fixed(png, info, &gamma))
        format.gamma = gamma;
    int intent;
    if (png_get_sRGB(png, info, &intent))
        format.srgb_intent = intent;
    return format;
}

static void check_size(png_structp png, png_infop info, int width, int height)
{
    if (png_get_image_width(png, info) != (png_uint_32)width ||
        png_get_image_height(png, info) != (png_uint_32)height)
        png_error(png, "it is of another size than was asked for");
    if (png_get_interlace_type(png, info) != PNG_INTERLACE_NONE)
        png_error(png, "it is interlaced");
}

/* What needs to be freed when libpng jumps out of reading or writing. */
struct job {
    png_structp png;
    png_infop info;
    unsigned char *row;
    struct trouble trouble;
};

static void read_rows(struct job *job, struct picture *block, int width, struct block_place place)
{
    struct picture_format format = read_format(job->png, job->info);
    picture_init(block, place.width, place.height, &format);
    job->row = g_malloc((size_t)width * (size_t)format.pixel_bytes);
    for (int y = 0; y < place.y + place.height; y++) {
        png_read_row(job->png, job->row, NULL);
        if (y >= place.y)
            memcpy(block->pixels + (size_t)(y - place.y) * row_bytes(block),
                   job->row + (size_t)place.x * (size_t)format.pixel_bytes, row_bytes(block));
    }
}

/* A function of its own, as it comes back twice: its variables are not changed in between. */
static bool read_png(struct job *job, struct picture *block, struct bytes *bytes, int width,
                     int height, struct block_place place)
{
    if (setjmp(png_jmpbuf(job->png)))
        return false;
    png_set_read_fn(job->png, bytes, read_bytes);
    png_read_info(job->png, job->info);
    check_size(job->png, job->info, width, height);
    read_rows(job, block, width, place);
    return true;
}

bool picture_read_block(struct picture *block, const void *png, size_t n, int width, int height,
                        struct block_place place, GError **error)
{
    struct job job = {0};
    struct bytes bytes = {png, n};
    *block = (struct picture){0};
    job.png =
        png_create_read_struct(PNG_LIBPNG_VER_STRING, &job.trouble, note_error, ignore_warning);
    job.info = png_create_info_struct(job.png);
    bool read = read_png(&job, block, &bytes, width, height, place);
    png_destroy_read_struct(&job.png, &job.info, NULL);
    g_free(job.row);
    if (read)
        return true;
    picture_clear(block);
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "the picture cannot be used: %s",
                job.trouble.text);
    return false;
}

static void write_rows(struct job *job, const struct picture *picture)
{
    const struct picture_format *format = &picture->format;
    png_set_IHDR(job->png, job->info, (png_uint_32)picture->width, (png_uint_32)picture->height,
                 format->bit_depth, format->colour_type, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (format->gamma > 0)
        png_set_gAMA_fixed(job->png, job->info, format->gamma);
    if (format->srgb_intent >= 0)
        png_set_sRGB(job->png, job->info, format->srgb_intent);
    png_write_info(job->png, job->info);
    for (int y = 0; y < picture->height; y++)
        png_write_row(job->png, picture->pixels + (size_t)y * row_bytes(picture));
    png_write_end(job->png, NULL);
}

/* libpng's own would only say "Write Error". */
static void write_bytes(png_structp png, png_bytep from, size_t n)
{
    if (fwrite(from, 1, n, png_get_io_ptr(png)) != n)
        png_error(png, g_strerror(errno));
}

static void flush_bytes(png_structp png)
{
    if (fflush(png_get_io_ptr(png)) != 0)
        png_error(png, g_strerror(errno));
}

static bool write_png(struct job *job, const struct picture *picture, FILE *file)
{
    if (setjmp(png_jmpbuf(job->png)))
        return false;
    png_set_write_fn(job->png, file, write_bytes, flush_bytes);
    write_rows(job, picture);
    return true;
}

static bool write_to(FILE *file, const struct picture *picture, struct trouble *trouble)
{
    struct job job = {0};
    job.png =
        png_create_write_struct(PNG_LIBPNG_VER_STRING, &job.trouble, note_error, ignore_warning);
    job.info = png_create_info_struct(job.png);
    bool written = write_png(&job, picture, file) && fflush(file) == 0;
    if (!written)
        g_strlcpy(trouble->text, *job.trouble.text ? job.trouble.text : g_strerror(errno),
                  sizeof trouble->text);
    png_destroy_write_struct(&job.png, &job.info);
    return written;
}

bool picture_write(const struct picture *picture, const char *path, GError **error)
{
    struct trouble trouble = {""};
    FILE *file = fopen(path, "wbe");
    bool written = file && write_to(file, picture, &trouble);
    if ((!file || fclose(file) != 0) && !*trouble.text)
        g_strlcpy(trouble.text, g_strerror(errno), sizeof trouble.text);
    if (written && !*trouble.text)
        return true;
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "cannot write %s: %s", path, trouble.text);
    return false;
}
