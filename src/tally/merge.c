// SPDX-License-Identifier: Apache-2.0
/*
 * Many captures, one matrix:
 *
 *     captures --> owner of each --> claims on each pair --> the best ones --> matrix
 *
 * A capture claims each pair that it saw; the sender's claim is better than the receiver's, which
 * is better than a bystander's. A claim is void beside a better one that overlaps it in time, or
 * whose owner was given to us and not found from the frames (a guess can be wrong in one piece of a
 * rotated capture; what is given holds even if the hosts' clocks do not agree). Of the claims that
 * are left, those that overlap in time saw the same frames, and the larger counts; those that do
 * not are pieces, and are added up: the heaviest set of which no two overlap. Filtered traffic is
 * judged by the same rule, so that an ARP request which every host saw counts once.
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
};

struct claim {
    struct pair_key key;
    uint64_t bytes, frames;
    enum rank rank;
    bool given; /* the owner, on which the rank hangs */
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

static struct placed *place_captures(const struct vttif_capture *captures, size_t n,
                                     const struct vttif_hosts *hosts)
{
    struct placed *placed = g_new0(struct placed, n);
    for (size_t i = 0; i < n; i++) {
        placed[i].capture = &captures[i];
        placed[i].window = window_of(captures[i].tally);
        owner_find(&captures[i], hosts, &placed[i].owner);
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
                              .given = placed->capture->n_addresses > 0,
                              .window = placed->window};
        g_array_append_val(claims, claim);
    }
}

/* Claims on one pair stand together, in the order in which they end. */
static int compare_claims(gconstpointer a, gconstpointer b)
{
    const struct claim *x = a, *y = b;
    int order = memcmp(&x->key, &y->key, sizeof x->key);
    return order
               ? order
               : (x->window.last_ns > y->window.last_ns) - (x->window.last_ns < y->window.last_ns);
}

static bool heavier(const struct claim *a, const struct claim *b)
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
static struct claim join(const struct claim *pieces, size_t n)
{
    if (G_LIKELY(n == 1))
        return pieces[0];
    g_autofree struct claim *best = g_new0(struct claim, n + 1);
    g_autofree int64_t *ends = g_new(int64_t, n);
    for (size_t i = 0; i < n; i++) {
        ends[i] = pieces[i].window.last_ns;
        struct claim with = pieces[i];
        const struct claim *before = &best[count_ended(ends, i, with.window.first_ns)];
        with.bytes += before->bytes;
        with.frames += before->frames;
        best[i + 1] = heavier(&with, &best[i]) ? with : best[i];
    }
    return best[n];
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

/* Leaves one claim a pair. */
static void settle(GArray *claims)
{
    struct claim *list = (struct claim *)(void *)claims->data;
    guint settled = 0;
    g_array_sort(claims, compare_claims);
    for (guint i = 0, n; i < claims->len; i += n) {
        for (n = 1;
             i + n < claims->len && memcmp(&list[i].key, &list[i + n].key, sizeof list->key) == 0;)
            n++;
        list[settled++] = join(&list[i], n == 1 ? 1 : void_claims(&list[i], n));
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
