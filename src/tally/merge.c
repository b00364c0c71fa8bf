// SPDX-License-Identifier: Apache-2.0
/*
 * Many captures, one matrix:
 *
 *     captures --> owner of each --> claims on each pair --> the best ones --> matrix
 *
 * A capture claims each pair that it saw; the sender's claim is better than the receiver's, which
 * is better than a bystander's. Of the best claims, those of captures that overlap in time saw the
 * same frames, and the larger counts; those that do not are pieces of one (a rotated capture), and
 * are added up: the heaviest set of which no two overlap. Filtered traffic is judged by the same
 * rule, so that an ARP request which every host saw counts once.
 */
#include "tally/owner.h"
#include <vttif/error.h>

#include <string.h>

static_assert((int)VTTIF_REASONS <= VTTIF_REASONS_MAX, "more reasons than an account holds");

enum rank { BYSTANDER, RECEIVER, SENDER };

/* A capture with its owner, and when it saw its frames. */
struct placed {
    const struct vttif_capture *capture;
    struct owner owner;
    struct span window;
    uint32_t place; /* same for captures of one owner */
};

struct claim {
    struct pair_key key;
    uint64_t bytes, frames;
    enum rank rank;
    uint32_t place; /* of a bystander; 0 else: the pair's address says whose they are */
    struct span window;
};

/* --- captures ------------------------------------------------------------------------------- */

/* When the frames were seen, less a little at both ends: processors that stamp at the same time
 * mix up the last frames of a piece and the first ones of the next. */
#define WINDOW_TRIM_MAX_NS 1000000
static struct span window_of(const struct vttif_tally *tally)
{
    struct span window = tally->seen;
    if (window.first_ns > window.last_ns)
        return window;
    int64_t trim = MIN((window.last_ns - window.first_ns) / 200, WINDOW_TRIM_MAX_NS);
    return (struct span){window.first_ns + trim, window.last_ns - trim};
}

static bool is_empty(const struct placed *placed)
{
    return placed->window.first_ns > placed->window.last_ns;
}

static bool overlap(const struct span *a, const struct span *b)
{
    return a->first_ns <= b->last_ns && b->first_ns <= a->last_ns;
}

/* The owner's lowest address stands for it. */
static struct vttif_address owner_label(const struct owner *owner)
{
    struct vttif_address lowest = {.kind = VTTIF_ADDRESS_NONE};
    for (size_t i = 0; i < owner->n_addresses; i++)
        if (i == 0 || vttif_address_compare(&owner->addresses[i], &lowest) < 0)
            lowest = owner->addresses[i];
    return lowest;
}

static struct placed *place_captures(const struct vttif_capture *captures, size_t n,
                                     const struct vttif_hosts *hosts)
{
    struct placed *placed = g_new0(struct placed, n);
    g_autofree struct vttif_address *labels = g_new0(struct vttif_address, n);
    for (size_t i = 0; i < n; i++) {
        placed[i].capture = &captures[i];
        placed[i].window = window_of(captures[i].tally);
        owner_find(&captures[i], hosts, &placed[i].owner);
        labels[i] = owner_label(&placed[i].owner);
        while (vttif_address_compare(&labels[placed[i].place], &labels[i]) != 0)
            placed[i].place++;
    }
    return placed;
}

/* --- notes ---------------------------------------------------------------------------------- */

static bool overlaps_another(const struct placed *placed, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (!is_empty(&placed[k]) && owner_same(&placed[k].owner, &placed[i].owner) &&
            overlap(&placed[k].window, &placed[i].window))
            return true;
    return false;
}

static void describe(const struct placed *placed, size_t i, const struct vttif_hosts *hosts,
                     GString *notes)
{
    const struct owner *owner = &placed[i].owner;
    g_string_append_printf(notes, "%s: ", placed[i].capture->name);
    if (is_empty(&placed[i])) {
        g_string_append(notes, "no frames\n");
        return;
    }
    if (owner->n_addresses == 0) {
        g_string_append(notes, "no address is common to its frames: taken for a mirror port's");
    } else {
        char text[VTTIF_ADDRESS_TEXT_MAX];
        vttif_address_format(&owner->addresses[0], text);
        gssize host = hosts ? vttif_hosts_find_address(hosts, &owner->addresses[0]) : -1;
        g_string_append_printf(notes, "capture of %s (%s)",
                               host < 0 ? text : vttif_hosts_get(hosts, (size_t)host)->name,
                               placed[i].capture->n_addresses > 0 ? "given"
                                                                  : "common to its frames");
    }
    g_string_append(notes, overlaps_another(placed, i)
                               ? "; another one of the same overlaps it in time: of each pair the "
                                 "larger count is taken\n"
                               : "\n");
}

/* --- claims --------------------------------------------------------------------------------- */

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
                              .window = placed->window};
        claim.place = claim.rank == BYSTANDER ? placed->place : 0;
        g_array_append_val(claims, claim);
    }
}

/* Claims that may be pieces of one stand together, in the order in which they end. */
static int compare_pieces(const struct claim *x, const struct claim *y)
{
    int order = memcmp(&x->key, &y->key, sizeof x->key);
    if (order == 0)
        order = (x->rank < y->rank) - (x->rank > y->rank);
    return order ? order : (x->place > y->place) - (x->place < y->place);
}

static int compare_claims(gconstpointer a, gconstpointer b)
{
    const struct claim *x = a, *y = b;
    int order = compare_pieces(x, y);
    return order
               ? order
               : (x->window.last_ns > y->window.last_ns) - (x->window.last_ns < y->window.last_ns);
}

static bool heavier(const struct claim *a, const struct claim *b)
{
    return a->bytes != b->bytes ? a->bytes > b->bytes : a->frames > b->frames;
}

/* How many of the n claims end before that time. */
static size_t count_ended(const struct claim *pieces, size_t n, int64_t first_ns)
{
    size_t low = 0;
    while (low < n) {
        size_t middle = low + (n - low) / 2;
        if (pieces[middle].window.last_ns < first_ns)
            low = middle + 1;
        else
            n = middle;
    }
    return low;
}

/* The sum of the heaviest set of pieces of which no two overlap. best[i] is that of the first i: it
 * is without the last of them, or with it and with the best of those that end before it begins. */
static struct claim join(const struct claim *pieces, size_t n)
{
    if (G_LIKELY(n == 1))
        return pieces[0];
    g_autofree struct claim *best = g_new0(struct claim, n + 1);
    for (size_t i = 0; i < n; i++) {
        struct claim with = pieces[i];
        const struct claim *before = &best[count_ended(pieces, i, with.window.first_ns)];
        with.bytes += before->bytes;
        with.frames += before->frames;
        best[i + 1] = heavier(&with, &best[i]) ? with : best[i];
    }
    return best[n];
}

/* Leaves one claim a pair. */
static void settle(GArray *claims)
{
    struct claim *list = (struct claim *)(void *)claims->data;
    guint settled = 0;
    g_array_sort(claims, compare_claims);
    for (guint i = 0, n; i < claims->len; i += n) {
        for (n = 1; i + n < claims->len && compare_pieces(&list[i], &list[i + n]) == 0;)
            n++;
        struct claim sum = join(&list[i], n), *last = settled > 0 ? &list[settled - 1] : NULL;
        if (!last || memcmp(&last->key, &sum.key, sizeof sum.key) != 0)
            list[settled++] = sum;
        else if (sum.rank == last->rank && heavier(&sum, last))
            *last = sum;
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
    g_autofree struct placed *placed = place_captures(captures, n, hosts);
    g_autoptr(GArray) claims = g_array_new(FALSE, FALSE, sizeof(struct claim));
    for (size_t i = 0; i < n; i++) {
        add_claims(claims, &placed[i]);
        if (notes)
            describe(placed, i, hosts, notes);
    }
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
