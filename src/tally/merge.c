// SPDX-License-Identifier: Apache-2.0
/*
 * Many captures, one matrix:
 *
 *     captures --> owner of each --> witnesses --> claims on each pair --> the best one --> matrix
 *
 * A witness is one place that saw traffic: one capture, or several of the same owner of which each
 * ends before the next begins (a rotated capture). A witness claims each pair that it saw; the
 * sender's claim is better than the receiver's, which is better than a bystander's; of equal ones
 * the larger counts. Filtered traffic is judged by the same rule, so that an ARP request which
 * every host saw counts once.
 */
#include "tally/owner.h"
#include <vttif/error.h>

#include <string.h>

static_assert((int)VTTIF_REASONS <= VTTIF_REASONS_MAX, "more reasons than an account holds");

enum rank { BYSTANDER, RECEIVER, SENDER };

struct witness {
    struct owner owner;
    int64_t last_ns;
};

struct claim {
    struct pair_key key;
    uint64_t bytes, frames;
    enum rank rank;
    uint32_t witness;
};

/* --- captures to witnesses ---------------------------------------------------------------- */

struct placed {
    const struct vttif_capture *capture;
    struct owner owner;
    uint32_t witness;
};

static int compare_placed(gconstpointer a, gconstpointer b)
{
    int64_t first_a = (*(struct placed *const *)a)->capture->tally->seen.first_ns;
    int64_t first_b = (*(struct placed *const *)b)->capture->tally->seen.first_ns;
    return (first_a > first_b) - (first_a < first_b);
}

static void describe(const struct placed *placed, const struct vttif_hosts *hosts, bool overlaps,
                     GString *notes)
{
    const struct owner *owner = &placed->owner;
    g_string_append_printf(notes, "%s: ", placed->capture->name);
    if (owner->n_addresses == 0) {
        g_string_append(notes, "no address is common to its frames: taken for a mirror port's");
    } else {
        char text[VTTIF_ADDRESS_TEXT_MAX];
        vttif_address_format(&owner->addresses[0], text);
        gssize host = hosts ? vttif_hosts_find_address(hosts, &owner->addresses[0]) : -1;
        g_string_append_printf(notes, "capture of %s (%s)",
                               host < 0 ? text : vttif_hosts_get(hosts, (size_t)host)->name,
                               placed->capture->addresses ? "given" : "common to its frames");
    }
    g_string_append(notes, overlaps ? "; another one of the same overlaps it in time: of each pair "
                                      "the larger count is taken\n"
                                    : "\n");
}

/* Whether a capture goes on where one left off at last_ns. Files that are cut by size may share an
 * instant; copies of one instant share it whole. */
static bool follows(const struct span *seen, int64_t last_ns)
{
    return last_ns < seen->first_ns || (last_ns == seen->first_ns && last_ns < seen->last_ns);
}

/* The witness whose next piece this capture is, or a new one. */
static void assign_witness(GArray *witnesses, struct placed *placed,
                           const struct vttif_hosts *hosts, GString *notes)
{
    const struct span *seen = &placed->capture->tally->seen;
    bool overlaps = false;
    for (guint i = 0; i < witnesses->len; i++) {
        struct witness *witness = &g_array_index(witnesses, struct witness, i);
        if (!owner_same(&witness->owner, &placed->owner))
            continue;
        if (follows(seen, witness->last_ns)) {
            placed->witness = i;
            witness->last_ns = seen->last_ns;
            if (notes)
                describe(placed, hosts, false, notes);
            return;
        }
        overlaps = true;
    }
    struct witness witness = {placed->owner, seen->last_ns};
    placed->witness = witnesses->len;
    g_array_append_val(witnesses, witness);
    if (notes)
        describe(placed, hosts, overlaps, notes);
}

/* Fills placed[n]; captures without a frame are left out of witnesses. */
static GArray *find_witnesses(struct placed *placed, size_t n, const struct vttif_hosts *hosts,
                              GString *notes)
{
    g_autoptr(GPtrArray) order = g_ptr_array_new();
    GArray *witnesses = g_array_new(FALSE, FALSE, sizeof(struct witness));
    for (size_t i = 0; i < n; i++) {
        owner_find(placed[i].capture, hosts, &placed[i].owner);
        g_ptr_array_add(order, &placed[i]);
    }
    g_ptr_array_sort(order, compare_placed);
    for (guint i = 0; i < order->len; i++) {
        struct placed *one = order->pdata[i];
        const struct span *seen = &one->capture->tally->seen;
        if (seen->first_ns <= seen->last_ns)
            assign_witness(witnesses, one, hosts, notes);
        else if (notes)
            g_string_append_printf(notes, "%s: no frames\n", one->capture->name);
    }
    return witnesses;
}

/* --- claims ------------------------------------------------------------------------------- */

static void add_claims(GArray *claims, const struct placed *placed)
{
    const struct pairs *pairs = &placed->capture->tally->pairs;
    for (const struct pair *pair = pairs_next(pairs, NULL); pair; pair = pairs_next(pairs, pair)) {
        struct vttif_address src = pair_src(&pair->key), dst = pair_dst(&pair->key);
        struct claim claim = {.key = pair->key,
                              .bytes = pair->bytes,
                              .frames = pair->frames,
                              .rank = owner_has(&placed->owner, &src)   ? SENDER
                                      : owner_has(&placed->owner, &dst) ? RECEIVER
                                                                        : BYSTANDER,
                              .witness = placed->witness};
        g_array_append_val(claims, claim);
    }
}

static int compare_claims(gconstpointer a, gconstpointer b)
{
    const struct claim *x = a, *y = b;
    int order = memcmp(&x->key, &y->key, sizeof x->key);
    return order ? order : (x->witness > y->witness) - (x->witness < y->witness);
}

static bool better(const struct claim *a, const struct claim *b)
{
    return a->rank != b->rank ? a->rank > b->rank : a->bytes > b->bytes;
}

/* Leaves one claim a pair: adds up the pieces of each witness, then takes the best witness. */
static void settle(GArray *claims)
{
    struct claim *list = (struct claim *)(void *)claims->data;
    guint settled = 0;
    g_array_sort(claims, compare_claims);
    for (guint i = 0; i < claims->len;) {
        struct claim sum = list[i];
        for (i++; i < claims->len && compare_claims(&sum, &list[i]) == 0; i++) {
            sum.bytes += list[i].bytes;
            sum.frames += list[i].frames;
        }
        if (settled > 0 && memcmp(&list[settled - 1].key, &sum.key, sizeof sum.key) == 0) {
            if (better(&sum, &list[settled - 1]))
                list[settled - 1] = sum;
        } else {
            list[settled++] = sum;
        }
    }
    g_array_set_size(claims, settled);
}

/* --- the matrix --------------------------------------------------------------------------- */

static int compare_addresses(gconstpointer a, gconstpointer b)
{
    return vttif_address_compare(a, b);
}

/* The addresses of all traffic that was kept, in their order, each once. */
static GArray *list_addresses(const GArray *claims)
{
    GArray *addresses = g_array_new(FALSE, FALSE, sizeof(struct vttif_address));
    for (guint i = 0; i < claims->len; i++) {
        const struct claim *claim = &g_array_index(claims, struct claim, i);
        struct vttif_address src = pair_src(&claim->key), dst = pair_dst(&claim->key);
        if (pair_reason(&claim->key) != VTTIF_REASON_KEEP)
            continue;
        g_array_append_val(addresses, src);
        g_array_append_val(addresses, dst);
    }
    g_array_sort(addresses, compare_addresses);
    struct vttif_address *list = (struct vttif_address *)(void *)addresses->data;
    guint kept = 0;
    for (guint i = 0; i < addresses->len; i++)
        if (kept == 0 || vttif_address_compare(&list[kept - 1], &list[i]) != 0)
            list[kept++] = list[i];
    g_array_set_size(addresses, kept);
    return addresses;
}

/* Index of the endpoint with that address, or -1. */
static gssize endpoint_of(const struct vttif_hosts *hosts, GArray *addresses,
                          const struct vttif_address *address)
{
    if (hosts)
        return vttif_hosts_find_address(hosts, address);
    guint index;
    return g_array_binary_search(addresses, address, compare_addresses, &index) ? (gssize)index
                                                                                : -1;
}

static struct vttif_matrix *matrix_for_hosts(const struct vttif_hosts *hosts)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (size_t i = 0; i < vttif_hosts_size(hosts); i++)
        g_ptr_array_add(names, vttif_hosts_get(hosts, i)->name);
    return vttif_matrix_new(names->len, (const char *const *)names->pdata);
}

static struct vttif_matrix *matrix_for_addresses(const GArray *addresses, GError **error)
{
    if (addresses->len > VTTIF_MATRIX_MAX) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_LIMIT,
                    "%u endpoints, more than %d: name those that you want in a hosts file",
                    addresses->len, VTTIF_MATRIX_MAX);
        return NULL;
    }
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < addresses->len; i++) {
        char *text = g_malloc(VTTIF_ADDRESS_TEXT_MAX);
        vttif_address_format(&g_array_index(addresses, struct vttif_address, i), text);
        g_ptr_array_add(names, text);
    }
    return vttif_matrix_new(names->len, (const char *const *)names->pdata);
}

static void drop(struct vttif_account *account, enum vttif_reason reason, const struct claim *claim)
{
    account->filtered[reason].bytes += claim->bytes;
    account->filtered[reason].frames += claim->frames;
}

static void fill(struct vttif_matrix *matrix, const struct vttif_hosts *hosts, GArray *addresses,
                 const GArray *claims)
{
    struct vttif_account *account = vttif_matrix_account(matrix);
    for (guint i = 0; i < claims->len; i++) {
        const struct claim *claim = &g_array_index(claims, struct claim, i);
        enum vttif_reason reason = pair_reason(&claim->key);
        if (reason != VTTIF_REASON_KEEP) {
            drop(account, reason, claim);
            continue;
        }
        struct vttif_address src = pair_src(&claim->key), dst = pair_dst(&claim->key);
        gssize from = endpoint_of(hosts, addresses, &src), to = endpoint_of(hosts, addresses, &dst);
        if (from < 0 || to < 0) {
            drop(account, VTTIF_REASON_STRANGER, claim);
        } else if (from == to) {
            drop(account, VTTIF_REASON_SELF, claim);
        } else {
            vttif_matrix_add(matrix, (size_t)from, (size_t)to, (double)claim->bytes);
            account->frames += claim->frames;
        }
    }
}

static void sum_accounts(struct vttif_account *account, const struct vttif_capture *captures,
                         size_t n)
{
    struct span kept = {G_MAXINT64, G_MININT64};
    account->count = captures[0].tally->options.count;
    for (size_t i = 0; i < n; i++) {
        const struct vttif_tally *tally = captures[i].tally;
        kept.first_ns = MIN(kept.first_ns, tally->kept.first_ns);
        kept.last_ns = MAX(kept.last_ns, tally->kept.last_ns);
        account->kernel_drops += captures[i].kernel_drops;
        account->truncated |= captures[i].truncated;
        account->undecodable += tally->undecodable;
        account->estimated += tally->estimated;
        account->overflow.bytes += tally->overflow.bytes;
        account->overflow.frames += tally->overflow.frames;
    }
    if (kept.last_ns > kept.first_ns)
        account->seconds = (double)(kept.last_ns - kept.first_ns) / 1e9;
}

struct vttif_matrix *vttif_merge(const struct vttif_capture *captures, size_t n,
                                 const struct vttif_hosts *hosts, GString *notes, GError **error)
{
    g_return_val_if_fail(n > 0, NULL);
    g_autofree struct placed *placed = g_new0(struct placed, n);
    for (size_t i = 0; i < n; i++)
        placed[i].capture = &captures[i];
    g_autoptr(GArray) witnesses = find_witnesses(placed, n, hosts, notes);
    g_autoptr(GArray) claims = g_array_new(FALSE, FALSE, sizeof(struct claim));
    for (size_t i = 0; i < n; i++)
        add_claims(claims, &placed[i]);
    settle(claims);

    g_autoptr(GArray) addresses = hosts ? NULL : list_addresses(claims);
    struct vttif_matrix *matrix =
        hosts ? matrix_for_hosts(hosts) : matrix_for_addresses(addresses, error);
    if (!matrix)
        return NULL;
    fill(matrix, hosts, addresses, claims);
    sum_accounts(vttif_matrix_account(matrix), captures, n);
    return matrix;
}
