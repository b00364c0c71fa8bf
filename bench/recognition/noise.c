// SPDX-License-Identifier: Apache-2.0
#include "noise.h"

#include <math.h>
#include <string.h>
#include <vttif/recognition.h>

/* The heaviest exchange of weight 1 is a megabyte. */
#define EDGE_BYTES     1e6
#define ACK_BYTES      64.0
#define SAMPLED        0.01
#define MASTER_VARIES  0.1
#define EXTRA_PARTNERS 3
#define EXTRA_LEVEL    0.05
#define FRAME_BYTES    500.0

const struct noise_kind noise_kinds[] = {
    {"clean", {.missing = 0}},
    {"weights", {.weight_sigma = 0.5}},
    {"background", {.background_share = 0.2, .background_level = 0.1}},
    {"missing", {.missing = 0.02}},
    {"extra", {.extra = 0.1}},
    {"master", {.master = 1}},
    {"reverse", {.reverse = 0.03}},
    {"sampling", {.messages = 2000}},
    {"all",
     {.weight_sigma = 0.5,
      .background_share = 0.2,
      .background_level = 0.1,
      .missing = 0.02,
      .extra = 0.1,
      .master = 1,
      .reverse = 0.03,
      .messages = 2000}},
    {NULL, {.missing = 0}},
};

const struct noise *noise_find(const char *name)
{
    for (const struct noise_kind *kind = noise_kinds; kind->name; kind++)
        if (strcmp(kind->name, name) == 0)
            return &kind->noise;
    return NULL;
}

struct noise noise_scaled(const struct noise *noise, double factor)
{
    struct noise scaled = *noise;
    scaled.missing = fmin(noise->missing * factor, 1);
    scaled.weight_sigma *= factor;
    scaled.master *= factor;
    scaled.background_level *= factor;
    scaled.extra *= factor;
    scaled.reverse = fmin(noise->reverse * factor, 1);
    if (factor == 0)
        scaled.background_share = 0;
    scaled.messages = factor > 0 ? noise->messages / factor : 0;
    return scaled;
}

/* Bytes by place, dense; the places after the program's are the extra endpoints. */
struct field {
    uint32_t n;
    uint32_t n_program;
    double *bytes; /* [n * n] */
    uint8_t *edge; /* [n * n]: 1 a pair of the program, 2 one that is in the matrix */
    double heaviest;
};

static size_t cell(const struct field *field, uint32_t from, uint32_t to)
{
    return (size_t)from * field->n + to;
}

static struct field field_new(const struct program *program, const struct noise *noise)
{
    struct field field = {.n_program = program->n, .n = program->n};
    if (noise->extra > 0)
        field.n += (uint32_t)ceil(noise->extra * program->n);
    field.bytes = g_new0(double, (size_t)field.n *field.n);
    field.edge = g_new0(uint8_t, (size_t)field.n * field.n);
    for (size_t i = 0; i < program->edges->len; i++) {
        const struct program_edge *edge = &g_array_index(program->edges, struct program_edge, i);
        field.edge[cell(&field, edge->from, edge->to)] = 1;
        field.heaviest = fmax(field.heaviest, edge->weight * EDGE_BYTES);
    }
    return field;
}

/* Marks the pairs to be left out, as many as the share says, all equally likely. */
static GHashTable *choose_missing(const struct program *program, const struct field *field,
                                  double share, struct prng *prng)
{
    g_autoptr(GArray) pairs = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    for (uint32_t i = 0; i < program->edges->len; i++) {
        const struct program_edge *edge = &g_array_index(program->edges, struct program_edge, i);
        if (edge->from < edge->to || !field->edge[cell(field, edge->to, edge->from)])
            g_array_append_val(pairs, i);
    }
    GHashTable *missing = g_hash_table_new(g_direct_hash, g_direct_equal);
    uint32_t wanted = (uint32_t)round(share * pairs->len);
    g_autofree uint32_t *order = g_new(uint32_t, pairs->len);
    prng_permutation(prng, pairs->len, order);
    for (uint32_t k = 0; k < wanted; k++) {
        uint32_t index = g_array_index(pairs, uint32_t, order[k]);
        const struct program_edge *edge =
            &g_array_index(program->edges, struct program_edge, index);
        g_hash_table_add(missing, GSIZE_TO_POINTER(cell(field, edge->from, edge->to) + 1));
        g_hash_table_add(missing, GSIZE_TO_POINTER(cell(field, edge->to, edge->from) + 1));
    }
    return missing;
}

static void add_program(struct field *field, const struct program *program,
                        const struct noise *noise, struct prng *prng)
{
    g_autoptr(GHashTable) missing = choose_missing(program, field, noise->missing, prng);
    for (size_t i = 0; i < program->edges->len; i++) {
        const struct program_edge *edge = &g_array_index(program->edges, struct program_edge, i);
        size_t at = cell(field, edge->from, edge->to);
        double varies = exp(noise->weight_sigma * prng_normal(prng));
        if (g_hash_table_contains(missing, GSIZE_TO_POINTER(at + 1)))
            continue;
        field->bytes[at] += edge->weight * EDGE_BYTES * varies;
        field->edge[at] = 2;
    }
}

static uint32_t add_master(struct field *field, double most, struct prng *prng)
{
    uint32_t master = prng_below(prng, field->n_program);
    double level = prng_between(prng, 0, most) * EDGE_BYTES;
    for (uint32_t other = 0; other < field->n; other++) {
        if (other == master)
            continue;
        field->bytes[cell(field, master, other)] +=
            level * prng_between(prng, 1 - MASTER_VARIES, 1 + MASTER_VARIES);
        field->bytes[cell(field, other, master)] +=
            level * prng_between(prng, 1 - MASTER_VARIES, 1 + MASTER_VARIES);
    }
    return master;
}

static void add_unrelated(struct field *field, uint32_t a, uint32_t b, double level,
                          struct prng *prng)
{
    field->bytes[cell(field, a, b)] += prng_between(prng, 0, level) * field->heaviest;
    field->bytes[cell(field, b, a)] += prng_between(prng, 0, level) * field->heaviest;
}

static void add_background(struct field *field, double share, double level, struct prng *prng)
{
    for (uint32_t a = 0; a < field->n; a++)
        for (uint32_t b = a + 1; b < field->n; b++)
            if (!field->edge[cell(field, a, b)] && !field->edge[cell(field, b, a)] &&
                prng_unit(prng) < share)
                add_unrelated(field, a, b, level, prng);
}

static void add_extra(struct field *field, struct prng *prng)
{
    for (uint32_t extra = field->n_program; extra < field->n; extra++)
        for (uint32_t partners = 1 + prng_below(prng, EXTRA_PARTNERS); partners > 0; partners--)
            add_unrelated(field, extra, prng_below(prng, extra), EXTRA_LEVEL, prng);
}

/* Bytes that a sampler reports of traffic in packets of that size. */
static double sampled(double bytes, double packet, struct prng *prng)
{
    double packets = floor(bytes / packet + prng_unit(prng));
    return (double)prng_binomial(prng, packets, SAMPLED) / SAMPLED * packet;
}

/* Acknowledgements, sampling and whole bytes: from what was sent to what is seen. */
static void observe(struct field *field, const struct noise *noise, struct prng *prng)
{
    double message = noise->messages > 0 ? field->heaviest / noise->messages : 0;
    for (uint32_t a = 0; a < field->n; a++) {
        for (uint32_t b = a + 1; b < field->n; b++) {
            double *ab = &field->bytes[cell(field, a, b)], *ba = &field->bytes[cell(field, b, a)];
            if (*ab == 0 && *ba == 0)
                continue;
            double ab_acks = *ba * noise->reverse, ba_acks = *ab * noise->reverse;
            if (noise->messages > 0) {
                *ab = sampled(*ab, message, prng);
                *ba = sampled(*ba, message, prng);
                ab_acks = sampled(ab_acks, ACK_BYTES, prng);
                ba_acks = sampled(ba_acks, ACK_BYTES, prng);
            }
            *ab = round(*ab + ab_acks);
            *ba = round(*ba + ba_acks);
        }
    }
}

static void fill_account(struct vttif_matrix *matrix)
{
    struct vttif_account *account = vttif_matrix_account(matrix);
    account->count = VTTIF_COUNT_FRAME;
    account->seconds = 10;
    account->frames = (uint64_t)(vttif_matrix_total(matrix) / FRAME_BYTES);
}

/* Endpoint order[p] is place p. */
static void fill_matrix(struct trial *trial, const struct field *field, const uint32_t *order)
{
    trial->matrix = vttif_matrix_new(field->n, NULL);
    trial->place = g_new(uint32_t, field->n);
    g_autofree uint32_t *at = g_new(uint32_t, field->n); /* place of an endpoint, extra ones too */
    for (uint32_t p = 0; p < field->n; p++) {
        at[order[p]] = p;
        trial->place[order[p]] = p < field->n_program ? p : NO_PLACE;
    }
    for (uint32_t i = 0; i < field->n; i++) {
        for (uint32_t j = 0; j < field->n; j++) {
            double bytes = field->bytes[cell(field, at[i], at[j])];
            if (bytes > 0)
                vttif_matrix_add(trial->matrix, i, j, bytes);
        }
    }
    fill_account(trial->matrix);
}

static void fill_edges(struct trial *trial, const struct field *field, const uint32_t *order)
{
    const GArray *edges = trial->program->edges;
    for (size_t i = 0; i < edges->len; i++) {
        const struct program_edge *edge = &g_array_index(edges, struct program_edge, i);
        size_t at = cell(field, edge->from, edge->to);
        if (field->edge[at] != 2 || field->bytes[at] == 0)
            continue;
        struct true_edge present = {order[edge->from], order[edge->to], edge->strong};
        g_array_append_val(trial->edges, present);
    }
}

/* Graphs of few endpoints may be archetypes by chance. Some name's edges, at the places that it
 * gives, are then exactly the graph's: that is a proof, whoever found it. */
#define CHANCE_MOST 12

static bool is_archetype(const struct program *program)
{
    g_autoptr(vttif_matrix) matrix = program_matrix(program, NULL);
    g_autoptr(vttif_recognition) recognition = vttif_recognize(matrix, NULL, NULL);
    size_t n_names;
    const struct vttif_name *names = vttif_recognition_names(recognition, &n_names);
    for (size_t i = 0; i < n_names; i++)
        if (names[i].n_missing + names[i].n_extra == 0 && names[i].explained > 0.999)
            return true;
    return false;
}

/* So often without one that is none: there is none. All six trees of six endpoints are archetypes,
 * for instance: a line, a star, and a binary, a ternary, a 4-ary and a binomial tree. */
#define DRAWS_MOST 1000

/* The program of a spec; a negative is drawn until it is none. */
static struct program *draw_program(const char *spec, struct prng *prng)
{
    struct program *program = program_new(spec, prng_next(prng));
    unsigned draws = 1;
    while (program->negative && program->n <= CHANCE_MOST && is_archetype(program)) {
        if (draws++ == DRAWS_MOST)
            g_error("\"%s\" is an archetype, however it is drawn", spec);
        program_free(program);
        program = program_new(spec, prng_next(prng));
    }
    return program;
}

struct trial *trial_new(const char *spec, const struct noise *noise, uint64_t seed)
{
    struct prng prng = {seed ^ (uint64_t)g_str_hash(spec) << 32};
    struct trial *trial = g_new0(struct trial, 1);
    trial->noise = *noise;
    trial->seed = seed;
    trial->program = draw_program(spec, &prng);
    trial->edges = g_array_new(FALSE, FALSE, sizeof(struct true_edge));
    trial->master = NO_PLACE;

    struct field field = field_new(trial->program, noise);
    g_autofree uint32_t *order = g_new(uint32_t, field.n);
    prng_permutation(&prng, field.n, order);
    add_program(&field, trial->program, noise, &prng);
    if (noise->master > 0)
        trial->master = order[add_master(&field, noise->master, &prng)];
    if (noise->background_share > 0)
        add_background(&field, noise->background_share, noise->background_level, &prng);
    add_extra(&field, &prng);
    observe(&field, noise, &prng);
    fill_matrix(trial, &field, order);
    fill_edges(trial, &field, order);
    g_free(field.bytes);
    g_free(field.edge);
    return trial;
}

void trial_free(struct trial *trial)
{
    if (!trial)
        return;
    program_free(trial->program);
    vttif_matrix_unref(trial->matrix);
    g_free(trial->place);
    g_array_unref(trial->edges);
    g_free(trial);
}

struct vttif_matrix *program_matrix(const struct program *program, const uint32_t *order)
{
    struct vttif_matrix *matrix = vttif_matrix_new(program->n, NULL);
    for (size_t i = 0; i < program->edges->len; i++) {
        const struct program_edge *edge = &g_array_index(program->edges, struct program_edge, i);
        vttif_matrix_add(matrix, order ? order[edge->from] : edge->from,
                         order ? order[edge->to] : edge->to, edge->weight * EDGE_BYTES);
    }
    fill_account(matrix);
    return matrix;
}
