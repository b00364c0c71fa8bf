// SPDX-License-Identifier: Apache-2.0
#include "infer/votes.h"

#include <string.h>

#define EMPTY G_MAXUINT32

static void allocate(struct votes *votes, size_t n_places)
{
    votes->n_places = n_places;
    votes->used = 0;
    votes->places = g_new(struct vote, n_places);
    memset(votes->places, 0xff, n_places * sizeof *votes->places);
}

void votes_init(struct votes *votes)
{
    allocate(votes, 64);
}

void votes_clear(struct votes *votes)
{
    g_free(votes->places);
    *votes = (struct votes){NULL, 0, 0};
}

static struct vote *place_of(const struct votes *votes, uint32_t a, uint32_t b)
{
    uint64_t hash = (((uint64_t)a << 32) | b) * 0x9e3779b97f4a7c15u; /* 2^64 / golden ratio */
    size_t at = (size_t)(hash >> 32) & (votes->n_places - 1);
    while (votes->places[at].a != EMPTY && (votes->places[at].a != a || votes->places[at].b != b))
        at = (at + 1) & (votes->n_places - 1);
    return &votes->places[at];
}

static void grow(struct votes *votes)
{
    struct vote *old = votes->places;
    size_t n_old = votes->n_places;
    allocate(votes, 2 * n_old);
    for (size_t i = 0; i < n_old; i++) {
        if (old[i].a == EMPTY)
            continue;
        *place_of(votes, old[i].a, old[i].b) = old[i];
        votes->used++;
    }
    g_free(old);
}

struct vote *votes_of(struct votes *votes, uint32_t a, uint32_t b)
{
    if (2 * votes->used >= votes->n_places)
        grow(votes);
    uint32_t low = MIN(a, b), high = MAX(a, b);
    struct vote *vote = place_of(votes, low, high);
    if (vote->a == EMPTY) {
        *vote = (struct vote){.a = low, .b = high};
        votes->used++;
    }
    return vote;
}
