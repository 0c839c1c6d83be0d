/* SPDX-License-Identifier: MIT
 * colour.c - see colour.h. OKLab is Björn Ottosson's (2020), its matrices are in the public domain. */
#include "ui/colour.h"
#include <math.h>

static int channel(int32_t rgb, int shift)
{
    return (int)(rgb >> shift & 0xff);
}

int32_t colour_blend(int32_t a, int32_t b, double share_of_b)
{
    int32_t out = 0;

    for (int shift = 16; shift >= 0; shift -= 8) {
        double v = channel(a, shift) + (channel(b, shift) - channel(a, shift)) * share_of_b;
        out |= (int32_t)(v < 0 ? 0 : v > 255 ? 255 : v + 0.5) << shift;
    }
    return out;
}

static double linear(int v)
{
    double c = v / 255.0;

    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

double colour_luminance(int32_t rgb)
{
    return 0.2126 * linear(channel(rgb, 16)) + 0.7152 * linear(channel(rgb, 8)) +
           0.0722 * linear(channel(rgb, 0));
}

double colour_contrast(int32_t a, int32_t b)
{
    double x = colour_luminance(a) + 0.05, y = colour_luminance(b) + 0.05;

    return x > y ? x / y : y / x;
}

bool colour_hue_near(int32_t rgb, int hue, int tolerance)
{
    double r = channel(rgb, 16), g = channel(rgb, 8), b = channel(rgb, 0), h;
    double high = fmax(r, fmax(g, b)), span = high - fmin(r, fmin(g, b));

    if (span < 48)
        return false;
    if (high == r)
        h = 60 * (g - b) / span;
    else if (high == g)
        h = 60 * (b - r) / span + 120;
    else
        h = 60 * (r - g) / span + 240;
    return fabs(remainder(h - hue, 360)) <= tolerance;
}

int32_t colour_readable(int32_t rgb, int32_t ground, double contrast)
{
    int32_t towards = colour_luminance(ground) > 0.18 ? 0x000000 : 0xffffff, out = rgb;

    for (int i = 1; i <= 10 && colour_contrast(out, ground) < contrast; i++)
        out = colour_blend(rgb, towards, i / 10.0);
    return out;
}

struct colour_lab colour_lab(int32_t rgb)
{
    double r = linear(channel(rgb, 16)), g = linear(channel(rgb, 8)), b = linear(channel(rgb, 0));
    double l = cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
    double m = cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
    double s = cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);

    return (struct colour_lab){0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
                               1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
                               0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s};
}

double colour_distance(struct colour_lab x, struct colour_lab y, double lightness)
{
    double dl = x.l - y.l, da = x.a - y.a, db = x.b - y.b;

    return dl * dl * lightness + da * da + db * db;
}
