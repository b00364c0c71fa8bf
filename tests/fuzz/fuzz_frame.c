// SPDX-License-Identifier: Apache-2.0
/*
 * Frames of any link through decoder, filter, tally and merge. Input: a byte of options, then for
 * each frame its captured length (1 byte), what it had beyond that (2 bytes), and its bytes. The
 * fast lane and the long way must give the same.
 */
#include "tally/tally.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool match_all(void *context, const uint8_t *bytes, uint32_t captured, uint32_t wire)
{
    (void)context, (void)bytes, (void)captured, (void)wire;
    return true;
}

static void feed(struct vttif_tally *tally, enum vttif_link link, const uint8_t *data, size_t size)
{
    for (int64_t time_ns = 0; size >= 3; time_ns++) {
        size_t captured = MIN(data[0], size - 3);
        uint32_t wire = (uint32_t)captured + data[1] * 256u + data[2];
        g_autofree uint8_t *exact = g_memdup2(data + 3, captured);
        vttif_tally_add(tally, link, exact, (uint32_t)captured, wire, time_ns);
        data += 3 + captured;
        size -= 3 + captured;
    }
    vttif_tally_finish(tally);
}

/* A tally that is finished is packed, and no longer looked up by key. */
static const struct pair *find(const struct pairs *pairs, const struct pair_key *key)
{
    const struct pair *pair = pairs_next(pairs, NULL);
    while (pair && memcmp(&pair->key, key, sizeof *key) != 0)
        pair = pairs_next(pairs, pair);
    return pair;
}

static void check_same(const struct vttif_tally *a, const struct vttif_tally *b)
{
    for (const struct pair *pair = pairs_next(&a->pairs, NULL); pair;
         pair = pairs_next(&a->pairs, pair)) {
        const struct pair *other = find(&b->pairs, &pair->key);
        g_assert_true(other && other->bytes == pair->bytes && other->frames == pair->frames);
    }
    g_assert_true(a->undecodable == b->undecodable && a->estimated == b->estimated);
}

/* All frames that could be decoded are in the cells or in the account. */
static void check_account(const struct vttif_tally *tally)
{
    uint64_t frames = 0, accounted = 0;
    for (const struct pair *pair = pairs_next(&tally->pairs, NULL); pair;
         pair = pairs_next(&tally->pairs, pair))
        frames += pair->frames;
    struct vttif_capture twice[2] = {{.name = "a", .tally = tally}, {.name = "b", .tally = tally}};
    g_autoptr(GString) notes = g_string_new(NULL);
    g_autoptr(vttif_matrix) matrix = vttif_merge(twice, 2, NULL, notes, NULL);
    const struct vttif_account *account = vttif_matrix_account(matrix);
    for (int reason = 0; reason < VTTIF_REASONS; reason++)
        accounted += account->filtered[reason].frames;
    g_assert_cmpuint(frames, ==, accounted + account->frames);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    enum vttif_link link = (enum vttif_link)(data[0] & 7);
    struct vttif_tally_options options = {.count = (enum vttif_count)(1 + (data[0] >> 3) % 3),
                                          .key = (enum vttif_key)((data[0] >> 5) % 3),
                                          .mtu = data[0] & 0x80 ? 1280 : 0};
    if (link > VTTIF_LINK_NULL)
        link = VTTIF_LINK_ETHERNET;
    g_autoptr(vttif_tally) fast = vttif_tally_new(&options);
    options.match = match_all;
    g_autoptr(vttif_tally) slow = vttif_tally_new(&options);
    feed(fast, link, data + 1, size - 1);
    feed(slow, link, data + 1, size - 1);
    check_same(fast, slow);
    check_same(slow, fast);
    check_account(fast);
    return 0;
}
