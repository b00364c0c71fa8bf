// SPDX-License-Identifier: Apache-2.0
/*
 * NAS EP: pairs of random numbers, those inside the unit circle made into pairs of Gaussian
 * deviates (Marsaglia's polar method), and counted by the square annulus they fall into. Each
 * process makes its part of the sequence; then sums and counts go up a tree to rank 0. That is all
 * that it sends.
 */
#include <assert.h>
#include <math.h>

#include "nas.h"
#include "random.h"

#define SEED            UINT64_C(271828183)
#define ANNULI          10
#define OFFICIAL_ANNULI 6 /* the others are empty in all classes */
#define TOLERANCE       1e-8

/* Pairs that are made at once: their numbers stay in the processor's first cache. */
#define BATCH 512
/* Partial sums, so that they can be added side by side. */
#define LANES 8
static_assert(BATCH % LANES == 0, "a batch is whole lanes");

struct official {
    int log2_pairs;
    double sum_x, sum_y;
    double counts[OFFICIAL_ANNULI];
};

static const struct official officials[NAS_CLASSES] = {
    [NAS_CLASS_S] = {24,
                     -3.247834652034740e3,
                     -6.958407078382297e3,
                     {6140517, 5865300, 1100361, 68546, 1648, 17}},
    [NAS_CLASS_W] = {25,
                     -2.863319731645753e3,
                     -6.320053679109499e3,
                     {12281576, 11729692, 2202726, 137368, 3371, 36}},
    [NAS_CLASS_A] = {28,
                     -4.295875165629892e3,
                     -1.580732573678431e4,
                     {98257395, 93827014, 17611549, 1110028, 26536, 245}},
};

/* What is added up over all processes: doubles alone, so that it is one message. */
struct totals {
    double sum_x, sum_y;
    double counts[ANNULI];
};

union bits {
    double value;
    uint64_t bits;
};

/*
 * The natural logarithm of t in (0, 1], to about 2 units in the last place, without branches or
 * tables: t = 2^k z with z in [sqrt(1/2), sqrt(2)), and log z = 2 artanh s with s = (z-1)/(z+1). As
 * s^2 < 0.0295, ten terms of the series 1 + s^2/3 + s^4/5 + ... are enough.
 */
static inline double logarithm(double t)
{
    const uint64_t lowest = UINT64_C(0x3fe6a09e667f3bcd); /* sqrt(1/2) */
    const uint64_t exponents = UINT64_C(0x7ff) << 52;
    union bits z = {.value = t}, k;
    uint64_t above = z.bits - lowest + (UINT64_C(1024) << 52);
    k.bits = above >> 52 | UINT64_C(0x4330000000000000); /* 2^52 + 1024 + k */
    z.bits = z.bits - (above & exponents) + (UINT64_C(1024) << 52);

    double s = (z.value - 1) / (z.value + 1), s2 = s * s;
    double series = 1.0 / 21;
    for (int term = 19; term > 0; term -= 2)
        series = series * s2 + 1.0 / term;
    return (k.value - (0x1p52 + 1024)) * 0.69314718055994530942 + 2 * s * series;
}

/* Deviates of the pairs that numbers are made into; 0, 0 for those outside the unit circle, whose
 * number is returned. */
NAS_HOT static uint64_t make_deviates(const double *numbers, double *deviates)
{
    uint64_t outside = 0;
    for (size_t k = 0; k < BATCH; k++) {
        double x = 2 * numbers[2 * k] - 1;
        double y = 2 * numbers[2 * k + 1] - 1;
        double t = x * x + y * y;
        outside += t > 1;
        t = t > 1 ? 1 : t;
        double factor = sqrt(-2 * logarithm(t) / t);
        deviates[k] = x * factor;
        deviates[BATCH + k] = y * factor;
    }
    return outside;
}

/* Annuli beyond this one are so rare that their pairs are looked at one by one. */
#define COMMON_ANNULI 4

struct sums {
    double x[LANES], y[LANES];
    uint64_t beyond[COMMON_ANNULI]; /* pairs in this annulus or further out; [0] is not used */
};

/* Returns whether there are pairs beyond the common annuli. */
NAS_HOT static bool add_up(struct sums *sums, const double *deviates)
{
    uint64_t beyond[COMMON_ANNULI + 1] = {0};
    for (size_t k = 0; k < BATCH; k += LANES) {
        for (size_t lane = 0; lane < LANES; lane++) {
            sums->x[lane] += deviates[k + lane];
            sums->y[lane] += deviates[BATCH + k + lane];
        }
    }
    for (size_t k = 0; k < BATCH; k++) {
        double x = fabs(deviates[k]), y = fabs(deviates[BATCH + k]);
        double most = x > y ? x : y;
        for (int annulus = 1; annulus <= COMMON_ANNULI; annulus++)
            beyond[annulus] += most >= annulus;
    }
    for (int annulus = 1; annulus < COMMON_ANNULI; annulus++)
        sums->beyond[annulus] += beyond[annulus];
    return beyond[COMMON_ANNULI] > 0;
}

/* Moves the pairs of a batch that are beyond the common annuli to those in which they are. */
static void count_rare(struct totals *totals, const double *deviates)
{
    for (size_t k = 0; k < BATCH; k++) {
        int annulus = (int)fmax(fabs(deviates[k]), fabs(deviates[BATCH + k]));
        if (annulus < COMMON_ANNULI)
            continue;
        totals->counts[MIN(annulus, ANNULI - 1)]++;
        totals->counts[COMMON_ANNULI - 1]--;
    }
}

static struct totals make_pairs(uint64_t first, uint64_t pairs)
{
    struct totals totals = {0};
    struct sums sums = {0};
    uint64_t outside = 0;
    uint64_t state = nas_random_jump(SEED, 2 * first);
    double numbers[2 * BATCH], deviates[2 * BATCH];
    for (uint64_t done = 0; done < pairs; done += BATCH) {
        nas_random_fill(&state, numbers, 2 * BATCH);
        outside += make_deviates(numbers, deviates);
        if (add_up(&sums, deviates))
            count_rare(&totals, deviates);
    }
    sums.beyond[0] = pairs - outside;
    for (int annulus = 0; annulus < COMMON_ANNULI; annulus++) {
        uint64_t further = annulus + 1 < COMMON_ANNULI ? sums.beyond[annulus + 1] : 0;
        totals.counts[annulus] += (double)(sums.beyond[annulus] - further);
    }
    for (int lane = 0; lane < LANES; lane++) {
        totals.sum_x += sums.x[lane];
        totals.sum_y += sums.y[lane];
    }
    return totals;
}

static bool is_official(const struct totals *totals, const struct official *official)
{
    bool right = nas_is_close(totals->sum_x, official->sum_x, TOLERANCE) &&
                 nas_is_close(totals->sum_y, official->sum_y, TOLERANCE);
    for (int annulus = 0; annulus < ANNULI; annulus++)
        right = right && totals->counts[annulus] ==
                             (annulus < OFFICIAL_ANNULI ? official->counts[annulus] : 0);
    return right;
}

static char *describe(const struct totals *totals)
{
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "sums        %.15e %.15e\n", totals->sum_x, totals->sum_y);
    g_string_append(text, "counts     ");
    for (int annulus = 0; annulus < ANNULI; annulus++)
        g_string_append_printf(text, " %.0f", totals->counts[annulus]);
    g_string_append_c(text, '\n');
    return g_string_free(text, FALSE);
}

int main(int argc, char **argv)
{
    static const struct nas_kernel kernel = {.name = "EP",
                                             .summary = "pairs of Gaussian deviates, counted"};
    struct nas_run run;
    nas_start(&run, &kernel, &argc, &argv);
    const struct official *official = &officials[run.class];
    uint64_t pairs = UINT64_C(1) << official->log2_pairs;
    uint64_t share = pairs / (uint64_t)run.processes;

    nas_clock_start(&run);
    struct totals totals = make_pairs((uint64_t)mp_rank() * share, share);
    mp_reduce_doubles(0, MP_SUM, (double *)&totals, sizeof totals / sizeof(double));
    nas_clock_stop(&run);

    g_autofree char *details = describe(&totals);
    struct nas_result result = {
        .iterations = 1,
        .operations = 2.0 * (double)pairs, /* random numbers, as the reference counts */
        .verified = is_official(&totals, official),
        .details = details,
    };
    g_snprintf(result.size, sizeof result.size, "%" G_GUINT64_FORMAT " pairs", pairs);
    return nas_finish(&run, &result);
}
