// SPDX-License-Identifier: Apache-2.0
#include "monitor/directory.h"

#include <string.h>
#include <vttif/matrix.h>

/* A matrix of all endpoints must be possible. */
#define ENDPOINTS_MAX VTTIF_MATRIX_MAX

struct endpoint {
    char *name; /* NULL: nobody has the number */
    struct vttif_address address; /* kind NONE: a host's name or "other" */
    uint32_t place; /* in the hosts file; UINT32_MAX: not in it */
};

struct directory {
    size_t max_pairs;
    struct vttif_hosts *hosts; /* or NULL */
    GArray *endpoints; /* of struct endpoint */
    GTree *by_name; /* name -> endpoint + 1; no hash, as senders can choose their addresses */
    GArray *pairs; /* of struct directory_pair */
    GHashTable *by_ends; /* &ends -> pair; the key is a guint64 of both */
    GArray *vacant_endpoints, *vacant_pairs; /* of uint32_t: numbers that nobody has */
    GArray *endpoint_order, *pair_order; /* of uint32_t; empty: to be made anew */
    GArray *rank; /* of uint32_t: an endpoint's place in endpoint_order */
};

static struct endpoint *endpoint_at(const struct directory *directory, uint32_t endpoint)
{
    return &g_array_index(directory->endpoints, struct endpoint, endpoint);
}

static void clear_endpoint(gpointer data)
{
    g_free(((struct endpoint *)data)->name);
}

static void forget_orders(struct directory *directory)
{
    g_array_set_size(directory->endpoint_order, 0);
    g_array_set_size(directory->pair_order, 0);
}

/* A number that somebody had, or the next one of a table. */
static uint32_t take_number(GArray *vacant, GArray *table)
{
    if (vacant->len == 0) {
        g_array_set_size(table, table->len + 1);
        return table->len - 1;
    }
    uint32_t number = g_array_index(vacant, uint32_t, vacant->len - 1);
    g_array_set_size(vacant, vacant->len - 1);
    return number;
}

/* Takes the name. */
static uint32_t add_endpoint(struct directory *directory, char *name, struct vttif_address address)
{
    uint32_t number = take_number(directory->vacant_endpoints, directory->endpoints);
    *endpoint_at(directory, number) = (struct endpoint){name, address, UINT32_MAX};
    forget_orders(directory);
    g_tree_insert(directory->by_name, name, GSIZE_TO_POINTER((size_t)number + 1));
    return number;
}

/* The endpoint of that name, made if it is new; 0 if there is no place for it. */
static uint32_t get_endpoint(struct directory *directory, const char *name,
                             struct vttif_address address)
{
    gssize found = directory_find(directory, name);
    if (found >= 0)
        return (uint32_t)found;
    if (directory_named(directory) >= ENDPOINTS_MAX)
        return 0;
    return add_endpoint(directory, g_strdup(name), address);
}

/* GLib's own is the same for all pairs with the same from ^ to: with all-to-all, for many. */
static guint hash_ends(gconstpointer ends)
{
    return (guint)(*(const uint64_t *)ends * 0x9e3779b97f4a7c15u >> 32);
}

struct directory *directory_new(size_t max_pairs, const struct vttif_hosts *hosts)
{
    struct directory *directory = g_new0(struct directory, 1);
    directory->max_pairs = max_pairs;
    directory->endpoints = g_array_new(FALSE, FALSE, sizeof(struct endpoint));
    g_array_set_clear_func(directory->endpoints, clear_endpoint);
    directory->by_name = g_tree_new((GCompareFunc)strcmp);
    directory->pairs = g_array_new(FALSE, FALSE, sizeof(struct directory_pair));
    directory->by_ends = g_hash_table_new_full(hash_ends, g_int64_equal, g_free, NULL);
    directory->vacant_endpoints = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    directory->vacant_pairs = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    directory->endpoint_order = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    directory->pair_order = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    directory->rank = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    add_endpoint(directory, g_strdup("other"), (struct vttif_address){0});
    directory_pair(directory, 0, 0);
    directory_set_hosts(directory, hosts);
    return directory;
}

void directory_free(struct directory *directory)
{
    if (!directory)
        return;
    vttif_hosts_free(directory->hosts);
    g_tree_unref(directory->by_name);
    g_hash_table_unref(directory->by_ends);
    g_array_unref(directory->endpoints);
    g_array_unref(directory->pairs);
    g_array_unref(directory->vacant_endpoints);
    g_array_unref(directory->vacant_pairs);
    g_array_unref(directory->endpoint_order);
    g_array_unref(directory->pair_order);
    g_array_unref(directory->rank);
    g_free(directory);
}

void directory_set_hosts(struct directory *directory, const struct vttif_hosts *hosts)
{
    struct vttif_hosts *old = directory->hosts;
    directory->hosts = hosts ? vttif_hosts_ref(hosts) : NULL;
    vttif_hosts_free(old);
    for (guint i = 0; i < directory->endpoints->len; i++)
        endpoint_at(directory, i)->place = UINT32_MAX;
    for (size_t i = 0; hosts && i < vttif_hosts_size(hosts); i++) {
        uint32_t endpoint =
            get_endpoint(directory, vttif_hosts_get(hosts, i)->name, (struct vttif_address){0});
        if (endpoint)
            endpoint_at(directory, endpoint)->place = (uint32_t)i;
    }
    forget_orders(directory);
}

uint32_t directory_endpoint(struct directory *directory, const struct vttif_address *address)
{
    gssize host = directory->hosts ? vttif_hosts_find_address(directory->hosts, address) : -1;
    if (host >= 0)
        return get_endpoint(directory, vttif_hosts_get(directory->hosts, (size_t)host)->name,
                            (struct vttif_address){0});
    char name[VTTIF_ADDRESS_TEXT_MAX];
    vttif_address_format(address, name);
    return get_endpoint(directory, name, *address);
}

uint32_t directory_pair(struct directory *directory, uint32_t from, uint32_t to)
{
    gint64 ends = (gint64)((uint64_t)from << 32 | to);
    gpointer found;
    if (g_hash_table_lookup_extended(directory->by_ends, &ends, NULL, &found))
        return GPOINTER_TO_UINT(found);
    if (directory_used_pairs(directory) > directory->max_pairs)
        return 0;
    uint32_t number = take_number(directory->vacant_pairs, directory->pairs);
    g_array_index(directory->pairs, struct directory_pair, number) =
        (struct directory_pair){from, to};
    forget_orders(directory);
    g_hash_table_insert(directory->by_ends, g_memdup2(&ends, sizeof ends),
                        GUINT_TO_POINTER(number));
    return number;
}

/* --- forgetting ------------------------------------------------------------------------------- */

bool directory_is_short(const struct directory *directory)
{
    return directory_used_pairs(directory) > directory->max_pairs / 8 * 7 ||
           directory_named(directory) > ENDPOINTS_MAX / 8 * 7;
}

static void forget_pair(struct directory *directory, uint32_t number)
{
    struct directory_pair *pair = &g_array_index(directory->pairs, struct directory_pair, number);
    gint64 ends = (gint64)((uint64_t)pair->from << 32 | pair->to);
    g_hash_table_remove(directory->by_ends, &ends);
    *pair = (struct directory_pair){0, 0};
}

static void forget_endpoint(struct directory *directory, uint32_t number)
{
    struct endpoint *endpoint = endpoint_at(directory, number);
    g_tree_remove(directory->by_name, endpoint->name);
    g_clear_pointer(&endpoint->name, g_free);
    g_array_append_val(directory->vacant_endpoints, number);
}

void directory_forget(struct directory *directory, const uint32_t *pairs, size_t n)
{
    g_autofree bool *in_pair = g_new0(bool, directory->endpoints->len);
    for (size_t i = 0; i < n; i++)
        forget_pair(directory, pairs[i]);
    for (uint32_t i = 0; i < directory->pairs->len; i++) {
        struct directory_pair pair = directory_get_pair(directory, i);
        in_pair[pair.from] = in_pair[pair.to] = true; /* a vacant one: 0 */
    }
    for (uint32_t i = directory->endpoints->len; i-- > 0;)
        if (!in_pair[i] && endpoint_at(directory, i)->name &&
            endpoint_at(directory, i)->place == UINT32_MAX)
            forget_endpoint(directory, i);
    forget_orders(directory);
}

void directory_reuse(struct directory *directory, const uint32_t *pairs, size_t n)
{
    for (size_t i = n; i-- > 0;) /* the last to be vacant is the first to be taken */
        g_array_append_val(directory->vacant_pairs, pairs[i]);
}

size_t directory_endpoints(const struct directory *directory)
{
    return directory->endpoints->len;
}

size_t directory_named(const struct directory *directory)
{
    return directory->endpoints->len - directory->vacant_endpoints->len;
}

const char *directory_name(const struct directory *directory, uint32_t endpoint)
{
    return endpoint_at(directory, endpoint)->name;
}

gssize directory_find(const struct directory *directory, const char *name)
{
    return (gssize)GPOINTER_TO_SIZE(g_tree_lookup(directory->by_name, name)) - 1;
}

size_t directory_pairs(const struct directory *directory)
{
    return directory->pairs->len;
}

size_t directory_used_pairs(const struct directory *directory)
{
    return directory->pairs->len - directory->vacant_pairs->len;
}

bool directory_is_pair(const struct directory *directory, uint32_t pair)
{
    struct directory_pair ends = directory_get_pair(directory, pair);
    return pair == 0 || ends.from != 0 || ends.to != 0;
}

const struct directory_pair *directory_all_pairs(const struct directory *directory)
{
    return (const struct directory_pair *)(void *)directory->pairs->data;
}

struct directory_pair directory_get_pair(const struct directory *directory, uint32_t pair)
{
    return g_array_index(directory->pairs, struct directory_pair, pair);
}

/* --- orders ----------------------------------------------------------------------------------- */

static gint compare_endpoints(gconstpointer a, gconstpointer b, gpointer data)
{
    uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
    const struct endpoint *x = endpoint_at(data, i), *y = endpoint_at(data, j);
    if ((i == 0) != (j == 0))
        return i == 0 ? 1 : -1;
    if (x->place != y->place)
        return x->place < y->place ? -1 : 1;
    int order = vttif_address_compare(&x->address, &y->address);
    return order ? order : (i > j) - (i < j);
}

static gint compare_pairs(gconstpointer a, gconstpointer b, gpointer data)
{
    const struct directory *directory = data;
    const uint32_t *rank = (const uint32_t *)(void *)directory->rank->data;
    struct directory_pair x = directory_get_pair(directory, *(const uint32_t *)a);
    struct directory_pair y = directory_get_pair(directory, *(const uint32_t *)b);
    if (x.from != y.from)
        return rank[x.from] < rank[y.from] ? -1 : 1;
    return (rank[x.to] > rank[y.to]) - (rank[x.to] < rank[y.to]);
}

/* Those of n numbers that are somebody's, in an order. */
static const uint32_t *sort_numbers(GArray *numbers, struct directory *directory, size_t n,
                                    bool (*is_used)(const struct directory *, uint32_t),
                                    GCompareDataFunc compare)
{
    for (uint32_t i = 0; i < n; i++)
        if (is_used(directory, i))
            g_array_append_val(numbers, i);
    g_array_sort_with_data(numbers, compare, directory);
    return (const uint32_t *)(void *)numbers->data;
}

static bool is_named(const struct directory *directory, uint32_t endpoint)
{
    return directory_name(directory, endpoint) != NULL;
}

const uint32_t *directory_endpoint_order(struct directory *directory, size_t *n)
{
    *n = directory_named(directory);
    if (directory->endpoint_order->len > 0) /* "other" is always there */
        return (const uint32_t *)(void *)directory->endpoint_order->data;
    const uint32_t *order = sort_numbers(directory->endpoint_order, directory,
                                         directory->endpoints->len, is_named, compare_endpoints);
    g_array_set_size(directory->rank, directory->endpoints->len);
    for (uint32_t i = 0; i < *n; i++)
        g_array_index(directory->rank, uint32_t, order[i]) = i;
    return order;
}

const uint32_t *directory_pair_order(struct directory *directory, size_t *n)
{
    directory_endpoint_order(directory, n);
    if (directory->pair_order->len == 0) /* at least that of "other" is there */
        sort_numbers(directory->pair_order, directory, directory->pairs->len, directory_is_pair,
                     compare_pairs);
    *n = directory->pair_order->len;
    return (const uint32_t *)(void *)directory->pair_order->data;
}
