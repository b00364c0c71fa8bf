// SPDX-License-Identifier: Apache-2.0
/* Coordinates counted by votes: a place on which more edges agree is taken first. */
#include "infer/coordinates.h"

#include <string.h>

#define BALLOTS 64
#define NONE    G_MAXUINT32

/* A place for an endpoint that is not placed yet. */
struct offer {
    uint32_t endpoint;
    uint32_t next; /* of the same endpoint, or NONE */
    uint32_t votes;
};

struct ballot {
    struct counted *counted;
    GArray *offers; /* of struct offer */
    GArray *at; /* of int32_t [offer][n_dims] */
    uint32_t *first; /* [n]: offer, or NONE */
    GArray *by_votes[BALLOTS]; /* of offers that once had so many; most is the last */
    GHashTable *taken; /* seats */
};

static uint32_t *offer_key(struct ballot *ballot, uint32_t offer)
{
    return &g_array_index(ballot->offers, struct offer, offer).votes;
}

static uint32_t offer_of(struct ballot *ballot, uint32_t u, const int32_t *at)
{
    unsigned n_dims = ballot->counted->n_dims;
    for (uint32_t i = ballot->first[u]; i != NONE;
         i = g_array_index(ballot->offers, struct offer, i).next)
        if (memcmp(&g_array_index(ballot->at, int32_t, i * n_dims), at, n_dims * sizeof *at) == 0)
            return i;
    struct offer offer = {u, ballot->first[u], 0};
    ballot->first[u] = ballot->offers->len;
    g_array_append_val(ballot->offers, offer);
    g_array_append_vals(ballot->at, at, n_dims);
    return ballot->first[u];
}

/* Its edges vote for the places of those at their other ends, with the squares that they have. */
static void ballot_place(struct ballot *ballot, uint32_t u)
{
    struct counted *counted = ballot->counted;
    const struct squares *squares = counted->squares;
    const struct strong *strong = squares->strong;
    int32_t at[VTTIF_DIMS_MAX];
    counted->placed[u] = true;
    memcpy(at, counted->at + (size_t)u * counted->n_dims, counted->n_dims * sizeof *at);
    g_hash_table_add(ballot->taken, (gpointer)seat_of(at, counted->n_dims));
    for (size_t k = strong->start[u]; k < strong->start[u + 1]; k++) {
        uint32_t edge = squares->edge_of[k], v = strong->to[k];
        int8_t dim = counted->directions->of_edge[edge];
        if (dim < 0 || counted->placed[v])
            continue;
        int32_t step = step_direction(counted, u, k);
        at[dim] += step;
        uint32_t offer = offer_of(ballot, v, at);
        at[dim] -= step;
        uint32_t *votes = offer_key(ballot, offer);
        *votes += 1 + MIN(squares->support[edge], 3);
        g_array_append_val(ballot->by_votes[MIN(*votes, BALLOTS - 1)], offer);
    }
}

/* The offer with most votes that still stands, or NONE. */
static uint32_t ballot_next(struct ballot *ballot)
{
    for (uint32_t b = BALLOTS; b-- > 0;) {
        GArray *offers = ballot->by_votes[b];
        while (offers->len > 0) {
            uint32_t i = g_array_index(offers, uint32_t, offers->len - 1);
            g_array_set_size(offers, offers->len - 1);
            const struct offer *offer = &g_array_index(ballot->offers, struct offer, i);
            const int32_t *at = &g_array_index(ballot->at, int32_t, i * ballot->counted->n_dims);
            gpointer seat = (gpointer)seat_of(at, ballot->counted->n_dims);
            if (!ballot->counted->placed[offer->endpoint] &&
                !g_hash_table_contains(ballot->taken, seat))
                return i;
        }
    }
    return NONE;
}

void count_by_votes(struct counted *counted, uint32_t start)
{
    size_t n = counted->squares->strong->n;
    unsigned n_dims = counted->n_dims;
    struct ballot ballot = {.counted = counted,
                            .offers = g_array_new(FALSE, FALSE, sizeof(struct offer)),
                            .at = g_array_new(FALSE, FALSE, sizeof(int32_t)),
                            .first = g_new(uint32_t, n),
                            .taken = g_hash_table_new(NULL, NULL)};
    memset(ballot.first, 0xff, n * sizeof *ballot.first);
    for (int b = 0; b < BALLOTS; b++)
        ballot.by_votes[b] = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    ballot_place(&ballot, start);
    for (uint32_t i = ballot_next(&ballot); i != NONE; i = ballot_next(&ballot)) {
        uint32_t u = g_array_index(ballot.offers, struct offer, i).endpoint;
        memcpy(counted->at + (size_t)u * n_dims, &g_array_index(ballot.at, int32_t, i * n_dims),
               n_dims * sizeof *counted->at);
        ballot_place(&ballot, u);
    }
    for (int b = 0; b < BALLOTS; b++)
        g_array_unref(ballot.by_votes[b]);
    g_array_unref(ballot.offers);
    g_array_unref(ballot.at);
    g_free(ballot.first);
    g_hash_table_unref(ballot.taken);
}
