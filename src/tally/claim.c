// SPDX-License-Identifier: Apache-2.0
#include "tally/claim.h"

static bool heavier(const struct vttif_dropped *a, const struct vttif_dropped *b)
{
    return a->bytes != b->bytes ? a->bytes > b->bytes : a->frames > b->frames;
}

/* How many of n ends, in their order, are before that time. */
static size_t count_ended(const int64_t *ends, size_t n, int64_t first_ns)
{
    size_t low = 0;
    while (low < n) {
        size_t middle = low + (n - low) / 2;
        if (ends[middle] < first_ns)
            low = middle + 1;
        else
            n = middle;
    }
    return low;
}

/* The sum of the heaviest set of pieces of which no two overlap. best[i] is that of the first i: it
 * is without the last of them, or with it and with the best of those that end before it begins. */
static struct vttif_dropped join(const struct claim *pieces, size_t n)
{
    g_autofree struct vttif_dropped *best = g_new0(struct vttif_dropped, n + 1);
    g_autofree int64_t *ends = g_new(int64_t, n);
    for (size_t i = 0; i < n; i++) {
        ends[i] = pieces[i].window.last_ns;
        struct vttif_dropped with = pieces[i].sum;
        const struct vttif_dropped *before = &best[count_ended(ends, i, pieces[i].window.first_ns)];
        with.bytes += before->bytes;
        with.frames += before->frames;
        best[i + 1] = heavier(&with, &best[i]) ? with : best[i];
    }
    return best[n];
}

static struct vttif_dropped join_receivers(const struct claim *claims, size_t n)
{
    g_autofree struct claim *receivers = g_new(struct claim, n);
    size_t n_receivers = 0;
    for (size_t i = 0; i < n; i++)
        if (claims[i].rank == RECEIVER)
            receivers[n_receivers++] = claims[i];
    return join(receivers, n_receivers);
}

/* Takes out the void ones of n > 0 claims on one pair; returns how many are left. O(n log n). */
static size_t void_claims(struct claim *claims, size_t n)
{
    enum rank given = BYSTANDER;
    /* earliest[rank][i]: when the first of the claims from i on begins that are of that rank */
    g_autofree int64_t *earliest = g_new(int64_t, 2 * (n + 1));
    int64_t *of[] = {[RECEIVER] = earliest, [SENDER] = earliest + n + 1};
    of[RECEIVER][n] = of[SENDER][n] = G_MAXINT64;
    for (size_t i = n; i-- > 0;) {
        if (claims[i].given)
            given = MAX(given, claims[i].rank);
        for (enum rank rank = RECEIVER; rank <= SENDER; rank++)
            of[rank][i] = claims[i].rank == rank ? MIN(of[rank][i + 1], claims[i].window.first_ns)
                                                 : of[rank][i + 1];
    }
    g_autofree int64_t *ends = g_new(int64_t, n);
    for (size_t i = 0; i < n; i++)
        ends[i] = claims[i].window.last_ns;
    size_t left = 0;
    for (size_t i = 0; i < n; i++) {
        size_t from = count_ended(ends, n, claims[i].window.first_ns);
        bool is_void = claims[i].rank < given;
        for (enum rank better = claims[i].rank + 1; better <= SENDER; better++)
            is_void |= of[better][from] <= claims[i].window.last_ns;
        if (!is_void)
            claims[left++] = claims[i];
    }
    return left;
}

struct vttif_dropped claims_settle(struct claim *claims, size_t n, struct vttif_dropped *arrived)
{
    *arrived = join_receivers(claims, n);
    return join(claims, void_claims(claims, n));
}
