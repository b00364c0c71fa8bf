// SPDX-License-Identifier: Apache-2.0
/*
 * same-picture A.png B.png: whether two PNG files have the same size, kind and pixels; compression,
 * dates and texts may differ. Status 0 same, 1 not, 2 a file cannot be read.
 */
#include <png.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct image {
    png_structp png;
    png_infop info;
};

static struct image read_image(const char *path)
{
    FILE *file = fopen(path, "rbe");
    if (!file) {
        perror(path);
        exit(2);
    }
    struct image image = {.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL)};
    image.info = png_create_info_struct(image.png);
    if (setjmp(png_jmpbuf(image.png)))
        exit(2); /* libpng has said why */
    png_init_io(image.png, file);
    png_read_png(image.png, image.info, PNG_TRANSFORM_IDENTITY, NULL);
    fclose(file);
    return image;
}

static void free_image(struct image *image)
{
    png_destroy_read_struct(&image->png, &image->info, NULL);
}

/* Each as a number that both must have. */
static int kind(const struct image *image)
{
    return png_get_bit_depth(image->png, image->info) * 256 +
           png_get_color_type(image->png, image->info);
}

static unsigned width(const struct image *image)
{
    return png_get_image_width(image->png, image->info);
}

static unsigned height(const struct image *image)
{
    return png_get_image_height(image->png, image->info);
}

static long differing_pixels(const struct image *a, const struct image *b)
{
    png_bytepp rows_a = png_get_rows(a->png, a->info), rows_b = png_get_rows(b->png, b->info);
    size_t pixel = png_get_rowbytes(a->png, a->info) / width(a);
    long differing = 0;
    for (unsigned y = 0; y < height(a); y++)
        for (unsigned x = 0; x < width(a); x++)
            differing += memcmp(rows_a[y] + x * pixel, rows_b[y] + x * pixel, pixel) != 0;
    return differing;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fputs("usage: same-picture A.png B.png\n", stderr);
        return 2;
    }
    struct image a = read_image(argv[1]), b = read_image(argv[2]);
    bool same = width(&a) == width(&b) && height(&a) == height(&b) && kind(&a) == kind(&b);
    if (!same)
        printf("size or kind differ: %ux%u %x, %ux%u %x\n", width(&a), height(&a), kind(&a),
               width(&b), height(&b), kind(&b));
    long differing = same ? differing_pixels(&a, &b) : 0;
    if (differing > 0)
        printf("%ld of %ld pixels differ\n", differing, (long)width(&a) * (long)height(&a));
    free_image(&a);
    free_image(&b);
    return same && differing == 0 ? 0 : 1;
}
