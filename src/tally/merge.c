// SPDX-License-Identifier: Apache-2.0
/*
 * Many captures, one matrix:
 *
 *     captures --> owner of each --> what each saw of a pair --> claims (claim.h) --> matrix
 *
 * Filtered traffic is judged by the same rule as the program's, so that an ARP request which every
 * host saw counts once.
 *
 * A frame that arrived was sent. Where the receivers' captures saw clearly more of a pair than is
 * counted, the sender's capture has missed something: that is in the account, and makes the matrix
 * a lower bound. Sums are compared, not times, so this holds whatever the clocks say.
 */
#include "tally/claim.h"
#include "tally/owner.h"
#include <vttif/error.h>

#include <string.h>

static_assert((int)VTTIF_REASONS <= VTTIF_REASONS_MAX, "more reasons than an account holds");

/* A capture with its owner, and when it saw its frames. */
struct placed {
    const struct vttif_capture *capture;
    struct owner owner;
    struct span window;
};

/* What a capture saw of a pair. There may be millions. */
struct sighting {
    const struct pair *pair;
    const struct placed *placed;
};

/* --- captures ------------------------------------------------------------------------------- */

/* When the frames were seen, less a little at both ends: processors that stamp at the same time
 * mix up the last frames of a piece and the first ones of the next. */
#define WINDOW_TRIM_MAX_NS 1000000
static struct span window_of(const struct vttif_tally *tally)
{
    struct span window = tally->window;
    if (window.first_ns > window.last_ns)
        return window;
    int64_t trim = MIN((window.last_ns - window.first_ns) / 200, WINDOW_TRIM_MAX_NS);
    return (struct span){window.first_ns + trim, window.last_ns - trim};
}

static bool is_empty(const struct placed *placed)
{
    return placed->window.first_ns > placed->window.last_ns;
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
            span_overlap(&placed[k].window, &placed[i].window))
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

/* --- pairs ---------------------------------------------------------------------------------- */

static GArray *list_sightings(const struct placed *placed, size_t n)
{
    GArray *sightings = g_array_new(FALSE, FALSE, sizeof(struct sighting));
    for (size_t i = 0; i < n; i++) {
        const struct pairs *pairs = &placed[i].capture->tally->pairs;
        for (const struct pair *pair = pairs_next(pairs, NULL); pair;
             pair = pairs_next(pairs, pair)) {
            struct sighting sighting = {pair, &placed[i]};
            g_array_append_val(sightings, sighting);
        }
    }
    return sightings;
}

/* Those of one pair stand together, in the order in which they end. */
static int compare_sightings(gconstpointer a, gconstpointer b)
{
    const struct sighting *x = a, *y = b;
    int order = memcmp(&x->pair->key, &y->pair->key, sizeof x->pair->key);
    int64_t x_end = x->placed->window.last_ns, y_end = y->placed->window.last_ns;
    return order ? order : (x_end > y_end) - (x_end < y_end);
}

static struct claim claim_of(const struct sighting *sighting)
{
    const struct placed *placed = sighting->placed;
    struct vttif_address src = pair_src(&sighting->pair->key);
    struct vttif_address dst = pair_dst(&sighting->pair->key);
    return (struct claim){.sum = {sighting->pair->bytes, sighting->pair->frames},
                          .rank = owner_has(&placed->owner, &src)   ? SENDER
                                  : owner_has(&placed->owner, &dst) ? RECEIVER
                                                                    : BYSTANDER,
                          .given = placed->capture->n_addresses > 0,
                          .window = placed->window};
}

/* How many sightings of the first one's pair stand at the beginning of n > 0. */
static size_t count_same(const struct sighting *sightings, size_t n)
{
    size_t same = 1;
    while (same < n && memcmp(&sightings[same].pair->key, &sightings->pair->key,
                              sizeof sightings->pair->key) == 0)
        same++;
    return same;
}

/* What n > 0 sightings of one pair come to; *arrived as in claims_settle. */
static struct vttif_dropped settle(const struct sighting *sightings, size_t n,
                                   struct vttif_dropped *arrived)
{
    *arrived = (struct vttif_dropped){0};
    if (G_LIKELY(n == 1))
        return (struct vttif_dropped){sightings->pair->bytes, sightings->pair->frames};
    g_autofree struct claim *claims = g_new(struct claim, n);
    for (size_t i = 0; i < n; i++)
        claims[i] = claim_of(&sightings[i]);
    return claims_settle(claims, n, arrived);
}

/* --- endpoints ------------------------------------------------------------------------------ */

static int compare_addresses(gconstpointer a, gconstpointer b)
{
    return vttif_address_compare(a, b);
}

/* Puts them into their order, each once. */
static void sort_addresses(GArray *addresses)
{
    struct vttif_address *list = (struct vttif_address *)(void *)addresses->data;
    guint kept = 0;
    g_array_sort(addresses, compare_addresses);
    for (guint i = 0; i < addresses->len; i++)
        if (kept == 0 || vttif_address_compare(&list[kept - 1], &list[i]) != 0)
            list[kept++] = list[i];
    g_array_set_size(addresses, kept);
}

/* The addresses of all traffic that was kept, sorted; NULL with error if there are more than a
 * matrix takes. */
static GArray *list_addresses(const GArray *sightings, GError **error)
{
    g_autoptr(GArray) addresses = g_array_new(FALSE, FALSE, sizeof(struct vttif_address));
    for (guint i = 0; i < sightings->len; i++) {
        const struct pair_key *key = &g_array_index(sightings, struct sighting, i).pair->key;
        struct vttif_address both[] = {pair_src(key), pair_dst(key)};
        if (pair_reason(key) != VTTIF_REASON_KEEP)
            continue;
        g_array_append_vals(addresses, both, 2);
        if (addresses->len < 4 * VTTIF_MATRIX_MAX)
            continue;
        sort_addresses(addresses);
        if (addresses->len > VTTIF_MATRIX_MAX)
            break;
    }
    sort_addresses(addresses);
    if (addresses->len <= VTTIF_MATRIX_MAX)
        return g_steal_pointer(&addresses);
    g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_LIMIT,
                "more than %d endpoints: name those that you want in a hosts file",
                VTTIF_MATRIX_MAX);
    return NULL;
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

static struct vttif_matrix *matrix_for_addresses(const GArray *addresses)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < addresses->len; i++) {
        char *text = g_malloc(VTTIF_ADDRESS_TEXT_MAX);
        vttif_address_format(&g_array_index(addresses, struct vttif_address, i), text);
        g_ptr_array_add(names, text);
    }
    return vttif_matrix_new(names->len, (const char *const *)names->pdata);
}

/* --- what senders' captures missed ---------------------------------------------------------- */

/* A pair of which more arrived than was sent. */
struct suspect {
    size_t from, to;
    struct vttif_dropped sent, arrived;
};

/* Captures that are not started and stopped in the same instant differ a little: by less than a
 * hundredth of the pair, or by what is less than a thousandth of the largest pair. */
static bool is_clearly_more(const struct suspect *suspect, double max)
{
    double sent = (double)suspect->sent.bytes, more = (double)suspect->arrived.bytes - sent;
    return more > sent / 100 && more > max / 1000;
}

static void note_missed(const struct vttif_matrix *matrix, const struct suspect *suspect,
                        GString *notes)
{
    g_string_append_printf(
        notes,
        "%s to %s: %" G_GUINT64_FORMAT " bytes in the sender's capture, but %" G_GUINT64_FORMAT
        " in the receiver's: the sender's is not whole\n",
        vttif_matrix_name(matrix, suspect->from), vttif_matrix_name(matrix, suspect->to),
        suspect->sent.bytes, suspect->arrived.bytes);
}

#define MISSED_NOTES_MAX 10
static void report_missed(struct vttif_matrix *matrix, const GArray *suspects, GString *notes)
{
    struct vttif_dropped *missed = &vttif_matrix_account(matrix)->missed;
    double max = vttif_matrix_max(matrix);
    unsigned n = 0;
    for (guint i = 0; i < suspects->len; i++) {
        const struct suspect *suspect = &g_array_index(suspects, struct suspect, i);
        uint64_t sent = suspect->sent.frames, arrived = suspect->arrived.frames;
        if (!is_clearly_more(suspect, max))
            continue;
        missed->bytes += suspect->arrived.bytes - suspect->sent.bytes;
        missed->frames += arrived > sent ? arrived - sent : 0;
        if (notes && n++ < MISSED_NOTES_MAX)
            note_missed(matrix, suspect, notes);
    }
    if (n > MISSED_NOTES_MAX)
        g_string_append_printf(notes, "and so for %u more pairs\n", n - MISSED_NOTES_MAX);
}

/* --- the matrix --------------------------------------------------------------------------- */

static void drop(struct vttif_account *account, enum vttif_reason reason,
                 const struct vttif_dropped *sum)
{
    account->filtered[reason].bytes += sum->bytes;
    account->filtered[reason].frames += sum->frames;
}

/* A matrix on its way. */
struct filling {
    struct vttif_matrix *matrix;
    const struct vttif_hosts *hosts;
    GArray *addresses; /* NULL with hosts */
    GArray *suspects;
};

static void fill(struct filling *filling, const struct pair_key *key,
                 const struct vttif_dropped *sum, const struct vttif_dropped *arrived)
{
    struct vttif_account *account = vttif_matrix_account(filling->matrix);
    struct vttif_address src = pair_src(key), dst = pair_dst(key);
    if (pair_reason(key) != VTTIF_REASON_KEEP) {
        drop(account, pair_reason(key), sum);
        return;
    }
    gssize from = endpoint_of(filling->hosts, filling->addresses, &src);
    gssize to = endpoint_of(filling->hosts, filling->addresses, &dst);
    if (from < 0 || to < 0) {
        drop(account, VTTIF_REASON_STRANGER, sum);
    } else if (from == to) {
        drop(account, VTTIF_REASON_SELF, sum);
    } else {
        struct suspect suspect = {(size_t)from, (size_t)to, *sum, *arrived};
        vttif_matrix_add(filling->matrix, suspect.from, suspect.to, (double)sum->bytes);
        account->frames += sum->frames;
        if (arrived->bytes > sum->bytes)
            g_array_append_val(filling->suspects, suspect);
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
    g_autoptr(GArray) sightings = list_sightings(placed, n);
    g_autoptr(GArray) addresses = hosts ? NULL : list_addresses(sightings, error);
    g_autoptr(GArray) suspects = g_array_new(FALSE, FALSE, sizeof(struct suspect));
    for (size_t i = 0; i < n && notes; i++)
        describe(placed, i, hosts, notes);
    if (!hosts && !addresses)
        return NULL;

    struct vttif_matrix *matrix = hosts ? matrix_for_hosts(hosts) : matrix_for_addresses(addresses);
    struct filling filling = {matrix, hosts, addresses, suspects};
    const struct sighting *list = (const struct sighting *)(const void *)sightings->data;
    g_array_sort(sightings, compare_sightings);
    for (size_t i = 0, same; i < sightings->len; i += same) {
        same = count_same(list + i, sightings->len - i);
        struct vttif_dropped arrived, sum = settle(list + i, same, &arrived);
        fill(&filling, &list[i].pair->key, &sum, &arrived);
    }
    sum_accounts(vttif_matrix_account(matrix), captures, n);
    report_missed(matrix, suspects, notes);
    return matrix;
}
