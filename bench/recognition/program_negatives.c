// SPDX-License-Identifier: Apache-2.0
/*
 * Graphs that are no archetype; recognition that wants to see a pattern in these sees ghosts. Every
 * pair exchanges alike in both directions, but for the two that go one way.
 */
#include <math.h>
#include <string.h>

#include "program.h"

/* Pairs that are joined already. */
struct pairs {
    uint32_t n;
    uint8_t *joined; /* [n * n] */
};

static struct pairs pairs_new(uint32_t n)
{
    return (struct pairs){n, g_new0(uint8_t, (size_t)n * n)};
}

static bool pairs_join(struct pairs *pairs, uint32_t a, uint32_t b)
{
    if (a == b || pairs->joined[(size_t)a * pairs->n + b])
        return false;
    pairs->joined[(size_t)a * pairs->n + b] = pairs->joined[(size_t)b * pairs->n + a] = 1;
    return true;
}

/* Each pair with the same probability; dims: n, mean number of partners. */
void connect_erdos_renyi(struct program *program, struct prng *prng)
{
    program->n = program->dims[0];
    double probability = (double)program->dims[1] / (program->n - 1);
    for (uint32_t a = 0; a < program->n; a++)
        for (uint32_t b = a + 1; b < program->n; b++)
            if (prng_unit(prng) < probability)
                program_add_exchange(program, a, b, 1);
}

/* Barabasi and Albert (1999): each newcomer joins m of those before it, those with more partners
 * rather; dims: n, m. */
void connect_power_law(struct program *program, struct prng *prng)
{
    program->n = program->dims[0];
    uint32_t m = program->dims[1];
    struct pairs pairs = pairs_new(program->n);
    g_autoptr(GArray) ends = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    for (uint32_t a = 0; a <= m; a++)
        for (uint32_t b = 0; b < a; b++) {
            pairs_join(&pairs, a, b);
            program_add_exchange(program, a, b, 1);
            g_array_append_val(ends, a);
            g_array_append_val(ends, b);
        }
    for (uint32_t a = m + 1; a < program->n; a++) {
        for (uint32_t k = 0; k < m;) {
            uint32_t b = g_array_index(ends, uint32_t, prng_below(prng, ends->len));
            if (!pairs_join(&pairs, a, b))
                continue;
            program_add_exchange(program, a, b, 1);
            g_array_append_val(ends, b);
            k++;
        }
        for (uint32_t k = 0; k < m; k++)
            g_array_append_val(ends, a);
    }
    g_free(pairs.joined);
}

/* n m half edges joined at random, anew until no pair is joined twice or to itself; single bad
 * joints are swapped with a random good one. dims: n, partners of each. */
void connect_random_regular(struct program *program, struct prng *prng)
{
    uint32_t n = program->n = program->dims[0], degree = program->dims[1];
    uint32_t halves = n * degree;
    g_assert(halves % 2 == 0 && degree < n);
    g_autofree uint32_t *order = g_new(uint32_t, halves);
    struct pairs pairs = pairs_new(n);
    for (bool simple = false; !simple;) {
        memset(pairs.joined, 0, (size_t)n * n);
        g_array_set_size(program->edges, 0);
        prng_permutation(prng, halves, order);
        uint32_t tries = 0;
        for (uint32_t i = 0; i < halves && tries < 100 * halves; tries++) {
            uint32_t a = order[i] / degree, b = order[i + 1] / degree;
            if (pairs_join(&pairs, a, b)) {
                program_add_exchange(program, a, b, 1);
                i += 2;
            } else { /* another of those that are left */
                uint32_t other = i + 1 + prng_below(prng, halves - i - 1);
                uint32_t swap = order[i + 1];
                order[i + 1] = order[other];
                order[other] = swap;
            }
        }
        simple = program->edges->len == halves;
    }
    g_free(pairs.joined);
}

/* Each newcomer sends to one of those before it: a recursive tree (Na and Rapoport 1970), whose
 * bytes go to its root. dims: n. */
void connect_random_tree(struct program *program, struct prng *prng)
{
    program->n = program->dims[0];
    for (uint32_t a = 1; a < program->n; a++)
        program_add(program, a, prng_below(prng, a), 1, true);
}

/* As Erdos and Renyi, but each pair only one way, and no way leads back. dims: n, mean partners. */
void connect_random_dag(struct program *program, struct prng *prng)
{
    program->n = program->dims[0];
    double probability = (double)program->dims[1] / (program->n - 1);
    for (uint32_t a = 0; a < program->n; a++)
        for (uint32_t b = a + 1; b < program->n; b++)
            if (prng_unit(prng) < probability)
                program_add(program, a, b, 1, true);
}

struct spot {
    double x[3];
};

static double distance(const struct spot *a, const struct spot *b)
{
    double sum = 0;
    for (int d = 0; d < 3; d++)
        sum += (a->x[d] - b->x[d]) * (a->x[d] - b->x[d]);
    return sqrt(sum);
}

/*
 * A V-cycle over an irregular partition of a cube: subdomains are spots thrown at random, those
 * closer than a radius are neighbours. Each coarser level keeps a third of the subdomains, which
 * reach further and send a half of the bytes (the faces shrink, the small messages' headers do
 * not), and each that is left out sends to the nearest one that stays. dims: n, mean partners on
 * the finest level.
 */
void connect_multigrid(struct program *program, struct prng *prng)
{
    uint32_t n = program->n = program->dims[0];
    g_autofree struct spot *spots = g_new(struct spot, n);
    for (uint32_t i = 0; i < n; i++)
        for (int d = 0; d < 3; d++)
            spots[i].x[d] = prng_unit(prng);
    struct pairs pairs = pairs_new(n);
    double weight = 1;
    for (uint32_t left = n; left >= 4; left /= 3, weight /= 2) {
        double radius = cbrt(program->dims[1] * 3 / (4 * M_PI * left));
        for (uint32_t a = 0; a < left; a++)
            for (uint32_t b = a + 1; b < left; b++)
                if (distance(&spots[a], &spots[b]) < radius && pairs_join(&pairs, a, b))
                    program_add_exchange(program, a, b, weight * prng_between(prng, 0.5, 1));
        for (uint32_t a = left / 3; a < left; a++) {
            uint32_t nearest = 0;
            for (uint32_t b = 1; b < left / 3; b++)
                if (distance(&spots[a], &spots[b]) < distance(&spots[a], &spots[nearest]))
                    nearest = b;
            if (pairs_join(&pairs, a, nearest))
                program_add_exchange(program, a, nearest, weight / 2);
        }
    }
    g_free(pairs.joined);
}
