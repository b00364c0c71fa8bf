// SPDX-License-Identifier: Apache-2.0
/* Placements that are nearly right, and what is made of them. */
#include "infer/chain_mend.h"
#include "infer/rebuild.h"
#include "shuffled.h"

#include <math.h>

static struct candidate candidate_of(const struct shuffled *shuffled, struct vttif_shape shape)
{
    struct candidate candidate = {.archetype = archetype_of(&shape),
                                  .shape = shape,
                                  .position = g_new0(uint32_t, shuffled->n),
                                  .forward = 0.5,
                                  .hub = VTTIF_NOWHERE};
    for (uint32_t i = 0; i < shuffled->n; i++)
        candidate.position[shuffled->order[i]] = i;
    return candidate;
}

/* What else there is, on every fourth pair. */
static void add_noise(struct shuffled *shuffled, guint32 seed)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    for (size_t a = 0; a < shuffled->n; a++)
        for (size_t b = 0; b < a; b++)
            if (g_rand_double(rand) < 0.25)
                exchange(shuffled, a, b, g_rand_double_range(rand, 1e3, 1e5));
}

static size_t n_edges_there(const struct shuffled *shuffled, const struct candidate *candidate)
{
    size_t there = 0;
    for (uint32_t u = 0; u < shuffled->n; u++)
        for (uint32_t v = 0; v < u; v++)
            there += vttif_matrix_get(shuffled->matrix, u, v) >= 1e6 &&
                     candidate->position[u] != VTTIF_NOWHERE &&
                     candidate->position[v] != VTTIF_NOWHERE &&
                     candidate->archetype->adjacent(&candidate->shape, candidate->position[u],
                                                    candidate->position[v]);
    return there;
}

/*  0 - 1 - 2 | 5 - 4 - 3    the columns of the right half stand the wrong way round */
static void a_half_that_is_turned_is_laid_anew(void)
{
    for (guint32 seed = 0; seed < 10; seed++) {
        struct shuffled mesh = shuffled_new(36, seed);
        add_grid(&mesh, 2, (unsigned[]){6, 6}, (bool[]){false, false}, false);
        add_noise(&mesh, seed);
        struct candidate candidate = candidate_of(&mesh, shape_new("mesh", 2, (uint32_t[]){6, 6}));
        for (uint32_t u = 0; u < mesh.n; u++)
            if (candidate.position[u] % 6 >= 3)
                candidate.position[u] += 8 - 2 * (candidate.position[u] % 6);
        g_assert_cmpuint(n_edges_there(&mesh, &candidate), ==, 60 - 6);
        struct graph *graph = graph_new(mesh.matrix, 0);
        struct evidence *evidence = evidence_new(graph, &candidate);
        struct budget pairs = {1000000};
        g_assert_true(rebuild(evidence, candidate.position, 300, G_MAXUINT32, &pairs));
        g_assert_cmpuint(n_edges_there(&mesh, &candidate), ==, 60);
        g_assert_false(rebuild(evidence, candidate.position, 300, G_MAXUINT32, &pairs));
        evidence_free(evidence);
        graph_free(graph);
        g_free(candidate.position);
        shuffled_clear(&mesh);
    }
}

/*  7 - 6 - 5 | 0 - 1 - 2 - 3 - 4 - stranger | 8 - 9 - 10 - 11 */
static void a_chain_in_pieces_is_joined_without_a_stranger(void)
{
    for (guint32 seed = 0; seed < 10; seed++) {
        struct shuffled line = shuffled_new(13, seed);
        for (size_t i = 0; i + 1 < 12; i++)
            exchange(&line, i, i + 1, 1e6);
        add_noise(&line, seed);
        static const uint32_t order[] = {7, 6, 5, 0, 1, 2, 3, 4, 12, 8, 9, 10, 11};
        struct candidate candidate = candidate_of(&line, shape_new("line", 1, (uint32_t[]){13}));
        for (uint32_t p = 0; p < 13; p++)
            candidate.position[line.order[order[p]]] = p;
        struct graph *graph = graph_new(line.matrix, 0);
        struct search *search = search_new(graph);
        chain_mend(search, &candidate);
        const struct candidate *best = NULL;
        for (guint i = 0; i < search->candidates->len && !best; i++) {
            best = &g_array_index(search->candidates, struct candidate, i);
            if (strcmp(best->shape.archetype, "line") != 0 || best->shape.dims[0] != 12)
                best = NULL;
        }
        g_assert_nonnull(best);
        g_assert_cmpuint(n_edges_there(&line, best), ==, 11);
        search_free(search);
        graph_free(graph);
        g_free(candidate.position);
        shuffled_clear(&line);
    }
}

/* All edges of a ring but one are 1 MB; that one is as heavy as what is none of it. */
static void a_ring_with_a_weak_edge_is_a_line_or_a_ring(void)
{
    for (guint32 seed = 0; seed < 10; seed++) {
        struct shuffled ring = shuffled_new(17, seed);
        for (size_t i = 0; i < 17; i++)
            send(&ring, i, (i + 1) % 17, i == 5 ? 3e4 : 1e6);
        exchange(&ring, 2, 11, 3.2e4);
        g_autoptr(vttif_recognition) recognition = recognize(ring.matrix);
        g_assert_nonnull(find(recognition, "line 17"));
        g_assert_nonnull(find(recognition, "ring-allreduce 17"));
        shuffled_clear(&ring);
    }
}

static void a_line_without_another_edge_is_no_ring(void)
{
    struct shuffled line = shuffled_new(17, 1);
    for (size_t i = 0; i < 16; i++)
        send(&line, i, i + 1, 1e6);
    exchange(&line, 2, 11, 3.2e4);
    g_autoptr(vttif_recognition) recognition = recognize(line.matrix);
    g_assert_nonnull(find(recognition, "line 17"));
    g_assert_null(find(recognition, "ring-allreduce 17"));
    shuffled_clear(&line);
}

#define TEST(function) g_test_add_func("/mend/" #function, function)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(a_half_that_is_turned_is_laid_anew);
    TEST(a_chain_in_pieces_is_joined_without_a_stranger);
    TEST(a_ring_with_a_weak_edge_is_a_line_or_a_ring);
    TEST(a_line_without_another_edge_is_no_ring);
    return g_test_run();
}
