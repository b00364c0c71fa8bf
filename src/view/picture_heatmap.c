// SPDX-License-Identifier: Apache-2.0
#include "base/units.h"
#include "view/colour.h"
#include "view/picture.h"
#include "view/terminal.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <math.h>
#include <string.h>
#include <vttif/error.h>

/* Lengths are in points. The picture's cells: as large as this, but no more than SIDE_MAX in all.
 */
#define CELL_MAX       30
#define SIDE_MIN       180
#define SIDE_MAX       760
#define BLOCKS_MAX     1024
#define NAME_WIDTH_MAX 140
#define FONT           11
#define BAR_WIDTH      14
#define MARGIN         12
#define PNG_SCALE      2.0 /* pixels a point */
/* From this spread of the cells on the scale is logarithmic, over so many decades at most. */
#define LOG_FROM    100
#define LOG_DECADES 6

struct heatmap {
    const struct vttif_matrix *matrix;
    size_t n, per, blocks; /* blocks x blocks cells, each of per x per pairs */
    double *sums;
    double least, most; /* of the cells that are not 0 */
    bool logarithmic;
    double cell, side, left, top, width, height;
    bool upright; /* names over the columns are short enough to stand level */
};

/* --- what is drawn -------------------------------------------------------------------------- */

static void add_cells(struct heatmap *map)
{
    for (size_t from = 0; from < map->n; from++) {
        size_t n_cells;
        const struct vttif_cell *cells = vttif_matrix_row(map->matrix, from, &n_cells);
        double *row = map->sums + from / map->per * map->blocks;
        for (size_t k = 0; k < n_cells; k++)
            row[cells[k].to / map->per] += cells[k].bytes;
    }
    map->least = G_MAXDOUBLE;
    for (size_t i = 0; i < map->blocks * map->blocks; i++)
        if (map->sums[i] > 0) {
            map->least = MIN(map->least, map->sums[i]);
            map->most = MAX(map->most, map->sums[i]);
        }
    map->logarithmic = map->most > LOG_FROM * map->least;
    map->least = MAX(map->least, map->most / pow(10, LOG_DECADES));
}

/* A cell's place on the scale, 0 to 1. */
static double level_of(const struct heatmap *map, double bytes)
{
    if (!map->logarithmic)
        return map->most > 0 ? bytes / map->most : 0;
    return CLAMP(log(bytes / map->least) / log(map->most / map->least), 0, 1);
}

/* Dark for much; the lightest is still yellow, because white means nothing. */
static struct colour colour_of_level(double level)
{
    return colour_viridis(0.97 * (1 - level));
}

static void set_colour(cairo_t *cairo, struct colour colour)
{
    cairo_set_source_rgb(cairo, colour.red, colour.green, colour.blue);
}

static void set_grey(cairo_t *cairo, double grey)
{
    cairo_set_source_rgb(cairo, grey, grey, grey);
}

/* --- text ----------------------------------------------------------------------------------- */

static double text_width(cairo_t *cairo, const char *text)
{
    cairo_text_extents_t extents;
    cairo_text_extents(cairo, text, &extents);
    return extents.x_advance;
}

/* Text that begins at align 0, is centred at 0.5 or ends at 1, with its middle at y. */
static void show_text(cairo_t *cairo, double x, double y, double align, const char *text)
{
    cairo_font_extents_t font;
    cairo_font_extents(cairo, &font);
    cairo_move_to(cairo, x - align * text_width(cairo, text), y + 0.36 * font.ascent);
    cairo_show_text(cairo, text);
}

/* The name of a block's first endpoint, cut to what an axis has room for. */
static char *block_name(const struct heatmap *map, size_t block)
{
    GString *name = g_string_new(NULL);
    terminal_append_cut(name, vttif_matrix_name(map->matrix, block * map->per), 20);
    return g_string_free(name, FALSE);
}

static double axis_font(const struct heatmap *map)
{
    return CLAMP(0.8 * map->cell, 7, FONT);
}

/* A name is shown at every so many-th block, so that they do not overlap. */
static size_t name_step(const struct heatmap *map)
{
    return (size_t)MAX(1, ceil(1.15 * axis_font(map) / map->cell));
}

/* --- parts of the picture ------------------------------------------------------------------- */

static void measure(struct heatmap *map, cairo_t *cairo)
{
    map->side = CLAMP((double)map->blocks * CELL_MAX, SIDE_MIN, SIDE_MAX);
    map->cell = map->side / (double)map->blocks;
    cairo_set_font_size(cairo, axis_font(map));
    double widest = 0;
    for (size_t i = 0; i < map->blocks; i += name_step(map)) {
        g_autofree char *name = block_name(map, i);
        widest = MAX(widest, text_width(cairo, name));
    }
    widest = MIN(widest, NAME_WIDTH_MAX);
    map->upright = widest + 4 <= map->cell;
    map->left = MARGIN + FONT + 6 + widest + 6;
    map->top = MARGIN + 2 * FONT + 14 + (map->upright ? FONT : widest) + 6;
    map->width = map->left + map->side + 90 + MARGIN;
    map->height = map->top + map->side + MARGIN + 4;
}

static void draw_names(const struct heatmap *map, cairo_t *cairo)
{
    cairo_set_font_size(cairo, axis_font(map));
    set_grey(cairo, 0.15);
    for (size_t i = 0; i < map->blocks; i += name_step(map)) {
        g_autofree char *name = block_name(map, i);
        double middle = ((double)i + 0.5) * map->cell;
        show_text(cairo, map->left - 6, map->top + middle, 1, name);
        cairo_save(cairo);
        cairo_translate(cairo, map->left + middle, map->top - 6);
        if (!map->upright)
            cairo_rotate(cairo, -G_PI / 2);
        show_text(cairo, 0, map->upright ? -axis_font(map) / 2 : 0, map->upright ? 0.5 : 0, name);
        cairo_restore(cairo);
    }
}

/* "12.3", in the unit of the scale, where a cell has room for it. */
static void draw_value(const struct heatmap *map, cairo_t *cairo, size_t row, size_t column,
                       double bytes)
{
    char text[32];
    double value = bytes / unit_for(map->most)->bytes;
    bool whole = value >= 100 || unit_for(map->most)->bytes == 1;
    g_snprintf(text, sizeof text, "%.*f", whole ? 0 : value >= 10 ? 1 : 2, value);
    bool white = colour_wants_white_text(colour_of_level(level_of(map, bytes)));
    set_grey(cairo, white ? 1 : 0);
    show_text(cairo, map->left + ((double)column + 0.5) * map->cell,
              map->top + ((double)row + 0.5) * map->cell, 0.5, text);
}

static void draw_cells(const struct heatmap *map, cairo_t *cairo)
{
    cairo_set_font_size(cairo, 0.34 * map->cell);
    for (size_t row = 0; row < map->blocks; row++)
        for (size_t column = 0; column < map->blocks; column++) {
            double bytes = map->sums[row * map->blocks + column];
            if (bytes == 0)
                continue;
            set_colour(cairo, colour_of_level(level_of(map, bytes)));
            cairo_rectangle(cairo, map->left + (double)column * map->cell,
                            map->top + (double)row * map->cell, map->cell, map->cell);
            cairo_fill(cairo);
            if (map->cell >= 24)
                draw_value(map, cairo, row, column, bytes);
        }
}

/* Many cells as one image: a vector picture of a million squares opens nowhere. */
static void draw_cells_as_image(const struct heatmap *map, cairo_t *cairo)
{
    int size = (int)map->blocks;
    cairo_surface_t *image = cairo_image_surface_create(CAIRO_FORMAT_RGB24, size, size);
    cairo_surface_flush(image);
    unsigned char *pixels = cairo_image_surface_get_data(image);
    size_t stride = (size_t)cairo_image_surface_get_stride(image);
    for (size_t i = 0; pixels && i < map->blocks * map->blocks; i++) {
        struct colour colour = {1, 1, 1};
        if (map->sums[i] > 0)
            colour = colour_of_level(level_of(map, map->sums[i]));
        uint32_t pixel = (uint32_t)lrint(colour.red * 255) << 16 |
                         (uint32_t)lrint(colour.green * 255) << 8 |
                         (uint32_t)lrint(colour.blue * 255);
        memcpy(pixels + i / map->blocks * stride + i % map->blocks * sizeof pixel, &pixel,
               sizeof pixel);
    }
    cairo_surface_mark_dirty(image);
    cairo_save(cairo);
    cairo_translate(cairo, map->left, map->top);
    cairo_scale(cairo, map->cell, map->cell);
    cairo_set_source_surface(cairo, image, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(cairo), CAIRO_FILTER_NEAREST);
    cairo_paint(cairo);
    cairo_restore(cairo);
    cairo_surface_destroy(image);
}

static void draw_grid(const struct heatmap *map, cairo_t *cairo)
{
    cairo_set_line_width(cairo, 0.5);
    set_grey(cairo, 0.85);
    for (size_t i = 1; map->cell >= 6 && i < map->blocks; i++) {
        double at = (double)i * map->cell;
        cairo_move_to(cairo, map->left + at, map->top);
        cairo_rel_line_to(cairo, 0, map->side);
        cairo_move_to(cairo, map->left, map->top + at);
        cairo_rel_line_to(cairo, map->side, 0);
    }
    cairo_stroke(cairo);
    set_grey(cairo, 0.4);
    cairo_rectangle(cairo, map->left, map->top, map->side, map->side);
    cairo_stroke(cairo);
}

static void draw_tick(const struct heatmap *map, cairo_t *cairo, double bytes)
{
    g_autoptr(GString) text = g_string_new(NULL);
    double x = map->left + map->side + 20 + BAR_WIDTH;
    double y = map->top + (1 - level_of(map, bytes)) * map->side;
    unit_append_bytes(text, bytes);
    set_grey(cairo, 0.4);
    cairo_move_to(cairo, x, y);
    cairo_rel_line_to(cairo, 4, 0);
    cairo_stroke(cairo);
    set_grey(cairo, 0.15);
    show_text(cairo, x + 7, y, 0, text->str);
}

/* Linear: quarters of the largest cell. Logarithmic: powers of ten, and the largest cell. */
static void draw_ticks(const struct heatmap *map, cairo_t *cairo)
{
    for (int quarter = 0; !map->logarithmic && quarter <= 4; quarter++)
        draw_tick(map, cairo, map->most * quarter / 4);
    if (!map->logarithmic)
        return;
    int first = (int)ceil(log10(map->least)), last = (int)floor(log10(0.6 * map->most));
    for (int decade = first; decade <= last; decade++)
        draw_tick(map, cairo, pow(10, decade));
    draw_tick(map, cairo, map->most);
}

static void draw_bar(const struct heatmap *map, cairo_t *cairo)
{
    double x = map->left + map->side + 20;
    cairo_pattern_t *ramp = cairo_pattern_create_linear(0, map->top + map->side, 0, map->top);
    for (int i = 0; i <= 16; i++) {
        struct colour colour = colour_of_level(i / 16.0);
        cairo_pattern_add_color_stop_rgb(ramp, i / 16.0, colour.red, colour.green, colour.blue);
    }
    cairo_rectangle(cairo, x, map->top, BAR_WIDTH, map->side);
    cairo_set_source(cairo, ramp);
    cairo_fill(cairo);
    cairo_pattern_destroy(ramp);
    cairo_set_line_width(cairo, 0.5);
    cairo_set_font_size(cairo, FONT - 1);
    draw_ticks(map, cairo);
}

/* What the picture shows, in one line. */
static char *title_of(const struct heatmap *map)
{
    static const char *const counts[] = {
        [VTTIF_COUNT_UNKNOWN] = "Traffic",
        [VTTIF_COUNT_FRAME] = "Ethernet frames",
        [VTTIF_COUNT_IP] = "IP packets",
        [VTTIF_COUNT_PAYLOAD] = "TCP and UDP payload",
    };
    const struct vttif_account *account = vttif_matrix_account_const(map->matrix);
    GString *title = g_string_new(counts[account->count]);
    g_string_append_printf(title, " in %s", unit_for(map->most)->name);
    if (map->logarithmic)
        g_string_append(title, ", logarithmic scale");
    if (map->per > 1)
        g_string_append_printf(title, ", cells of %" G_GSIZE_FORMAT " x %" G_GSIZE_FORMAT " pairs",
                               map->per, map->per);
    if (vttif_account_is_lower_bound(account))
        g_string_append(title, ", a lower bound");
    return g_string_free(title, FALSE);
}

static void draw_titles(const struct heatmap *map, cairo_t *cairo)
{
    g_autofree char *title = title_of(map);
    cairo_set_font_size(cairo, FONT + 1);
    set_grey(cairo, 0);
    show_text(cairo, MARGIN, MARGIN + 4, 0, title);
    cairo_set_font_size(cairo, FONT);
    set_grey(cairo, 0.35);
    show_text(cairo, map->left + map->side / 2, MARGIN + FONT + 14, 0.5, "receiver");
    cairo_save(cairo);
    cairo_translate(cairo, MARGIN + FONT / 2.0, map->top + map->side / 2);
    cairo_rotate(cairo, -G_PI / 2);
    show_text(cairo, 0, 0, 0.5, "sender");
    cairo_restore(cairo);
}

static void draw(const struct heatmap *map, cairo_t *cairo)
{
    set_grey(cairo, 1);
    cairo_paint(cairo);
    draw_titles(map, cairo);
    draw_names(map, cairo);
    if (map->blocks <= 128)
        draw_cells(map, cairo);
    else
        draw_cells_as_image(map, cairo);
    draw_grid(map, cairo);
    if (map->most > 0)
        draw_bar(map, cairo);
}

/* --- files ---------------------------------------------------------------------------------- */

static cairo_status_t take_bytes(void *closure, const unsigned char *data, unsigned length)
{
    g_byte_array_append(closure, data, length);
    return CAIRO_STATUS_SUCCESS;
}

static cairo_surface_t *make_surface(const struct heatmap *map, const char *format,
                                     GByteArray *bytes)
{
    if (strcmp(format, "svg") == 0)
        return cairo_svg_surface_create_for_stream(take_bytes, bytes, map->width, map->height);
    if (strcmp(format, "pdf") == 0)
        return cairo_pdf_surface_create_for_stream(take_bytes, bytes, map->width, map->height);
    return cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)ceil(PNG_SCALE * map->width),
                                      (int)ceil(PNG_SCALE * map->height));
}

static void choose_font(cairo_t *cairo)
{
    cairo_select_font_face(cairo, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
}

/* Sizes depend on the widths of names, so they are measured on a surface of no size. */
static void measure_first(struct heatmap *map)
{
    cairo_surface_t *nothing = cairo_recording_surface_create(CAIRO_CONTENT_COLOR, NULL);
    cairo_t *cairo = cairo_create(nothing);
    choose_font(cairo);
    measure(map, cairo);
    cairo_destroy(cairo);
    cairo_surface_destroy(nothing);
}

static cairo_status_t draw_to(const struct heatmap *map, const char *format, GByteArray *bytes)
{
    cairo_surface_t *surface = make_surface(map, format, bytes);
    bool image = cairo_surface_get_type(surface) == CAIRO_SURFACE_TYPE_IMAGE;
    cairo_t *cairo = cairo_create(surface);
    if (image)
        cairo_scale(cairo, PNG_SCALE, PNG_SCALE);
    choose_font(cairo);
    draw(map, cairo);
    cairo_status_t status = cairo_status(cairo);
    cairo_destroy(cairo);
    if (image && status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_write_to_png_stream(surface, take_bytes, bytes);
    cairo_surface_finish(surface);
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    return status;
}

bool picture_heatmap(const struct vttif_matrix *matrix, const char *format, GBytes **out,
                     GError **error)
{
    if (!picture_format_is_known(format) || strcmp(format, "dot") == 0) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT,
                    "no heat maps are made in the format \"%s\"; use svg, png or pdf", format);
        return false;
    }
    struct heatmap map = {.matrix = matrix, .n = vttif_matrix_size(matrix)};
    if (map.n == 0) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT,
                    "the matrix has no endpoints, so there is no heat map to draw");
        return false;
    }
    map.per = (map.n + BLOCKS_MAX - 1) / BLOCKS_MAX;
    map.blocks = (map.n + map.per - 1) / map.per;
    g_autofree double *sums = g_new0(double, map.blocks *map.blocks);
    map.sums = sums;
    add_cells(&map);
    measure_first(&map);
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    cairo_status_t status = draw_to(&map, format, bytes);
    if (status != CAIRO_STATUS_SUCCESS) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_IO, "the heat map could not be drawn: %s",
                    cairo_status_to_string(status));
        return false;
    }
    *out = g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
    return true;
}
