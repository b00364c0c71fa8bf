// SPDX-License-Identifier: Apache-2.0
/* Counters for pairs of small numbers: open addressing, grows, never shrinks. */
#ifndef VTTIF_INFER_VOTES_H
#define VTTIF_INFER_VOTES_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct vote {
    uint32_t a, b; /* a <= b; an empty place has a = G_MAXUINT32 */
    uint32_t apart; /* they lie in a square */
    uint32_t along[2]; /* they go on in each other, the same way and the opposite way */
};

struct votes {
    struct vote *places;
    size_t n_places, used; /* n_places is a power of 2 */
};

void votes_init(struct votes *votes);
void votes_clear(struct votes *votes);
/* The vote of a and b, in either order; made if there is none. Valid until the next call. */
struct vote *votes_of(struct votes *votes, uint32_t a, uint32_t b);

#endif
