// SPDX-License-Identifier: Apache-2.0
#include "view/colour.h"

#include <math.h>

/* Okabe and Ito, "Color Universal Design". Their yellow cannot be seen on white; this brown is as
 * far from the other seven (CIELAB distance of 30 or more, also under simulated protanopia,
 * deuteranopia and tritanopia, after Machado et al. 2009). */
static const unsigned okabe_ito[] = {
    0xe69f00, 0x56b4e9, 0x009e73, 0x5a3a00, 0x0072b2, 0xd55e00, 0xcc79a7, 0x000000,
};

static const unsigned viridis[] = {
    0x440154, 0x472c7a, 0x3b528b, 0x2c728e, 0x21918c, 0x28ae80, 0x5ec962, 0xaddc30, 0xfde725,
};

/* Beyond this, viridis is too light to be read on white. */
#define VIRIDIS_ON_WHITE 0.78

static struct colour from_hex(unsigned hex)
{
    return (struct colour){(double)(hex >> 16) / 255, (hex >> 8 & 255) / 255.0,
                           (hex & 255) / 255.0};
}

struct colour colour_viridis(double at)
{
    const size_t last = G_N_ELEMENTS(viridis) - 1;
    double place = CLAMP(at, 0, 1) * (double)last;
    size_t step = MIN((size_t)place, last - 1);
    double part = place - (double)step;
    struct colour a = from_hex(viridis[step]), b = from_hex(viridis[step + 1]);
    return (struct colour){a.red + part * (b.red - a.red), a.green + part * (b.green - a.green),
                           a.blue + part * (b.blue - a.blue)};
}

struct colour colour_of_endpoint(size_t i, size_t n)
{
    if (n <= G_N_ELEMENTS(okabe_ito))
        return from_hex(okabe_ito[i]);
    return colour_viridis(VIRIDIS_ON_WHITE * (double)i / (double)(n - 1));
}

static double linear(double part)
{
    return part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4);
}

bool colour_wants_white_text(struct colour ground)
{
    double luminance =
        0.2126 * linear(ground.red) + 0.7152 * linear(ground.green) + 0.0722 * linear(ground.blue);
    return 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05;
}

void colour_append(GString *out, struct colour colour, double alpha)
{
    g_string_append_printf(out, "#%02x%02x%02x", (unsigned)lrint(colour.red * 255),
                           (unsigned)lrint(colour.green * 255), (unsigned)lrint(colour.blue * 255));
    if (alpha < 1)
        g_string_append_printf(out, "%02x", (unsigned)lrint(MAX(0, alpha) * 255));
}
