// SPDX-License-Identifier: Apache-2.0
/* Capture files made by hand, for tests: pcap and pcapng in either byte order. */
#ifndef TESTS_CAPTURES_H
#define TESTS_CAPTURES_H

#include "frames.h"

#include <glib/gstdio.h>

/* How the numbers of a file are written. */
enum order { LITTLE, BIG };

static inline void put_in(GByteArray *bytes, enum order order, size_t n, uint64_t value)
{
    for (size_t i = 0; i < n; i++)
        put(bytes, 1, value >> 8 * (order == BIG ? n - 1 - i : i) & 0xff);
}

static inline void put_pcap_header(GByteArray *bytes, enum order order, bool nano, uint32_t link)
{
    put_in(bytes, order, 4, nano ? 0xa1b23c4d : 0xa1b2c3d4);
    put_in(bytes, order, 2, 2);
    put_in(bytes, order, 2, 4);
    put_in(bytes, order, 8, 0);
    put_in(bytes, order, 4, 262144);
    put_in(bytes, order, 4, link);
}

static inline void put_pcap_record(GByteArray *bytes, enum order order, uint32_t seconds,
                                   uint32_t fraction, const uint8_t *frame, uint32_t captured,
                                   uint32_t wire)
{
    put_in(bytes, order, 4, seconds);
    put_in(bytes, order, 4, fraction);
    put_in(bytes, order, 4, captured);
    put_in(bytes, order, 4, wire);
    g_byte_array_append(bytes, frame, captured);
}

static inline void put_ng_block(GByteArray *bytes, enum order order, uint32_t type,
                                const GByteArray *body)
{
    uint32_t padding = (4 - body->len % 4) % 4, length = 12 + body->len + padding;
    put_in(bytes, order, 4, type);
    put_in(bytes, order, 4, length);
    g_byte_array_append(bytes, body->data, body->len);
    put_zeros(bytes, padding);
    put_in(bytes, order, 4, length);
}

static inline void put_ng_section(GByteArray *bytes, enum order order)
{
    g_autoptr(GByteArray) body = g_byte_array_new();
    put_in(body, order, 4, 0x1a2b3c4d);
    put_in(body, order, 2, 1);
    put_in(body, order, 2, 0);
    put_in(body, order, 8, UINT64_MAX);
    put_ng_block(bytes, order, 0x0a0d0d0a, body);
}

static inline void put_ng_interface(GByteArray *bytes, enum order order, uint16_t link)
{
    g_autoptr(GByteArray) body = g_byte_array_new();
    put_in(body, order, 2, link);
    put_in(body, order, 2, 0);
    put_in(body, order, 4, 262144);
    put_in(body, order, 2, 9); /* if_tsresol */
    put_in(body, order, 2, 1);
    put_in(body, LITTLE, 4, 9); /* nanoseconds */
    put_in(body, order, 4, 0);
    put_ng_block(bytes, order, 1, body);
}

static inline void put_ng_packet(GByteArray *bytes, enum order order, uint32_t interface,
                                 uint64_t time_ns, const uint8_t *frame, uint32_t captured,
                                 uint32_t wire)
{
    g_autoptr(GByteArray) body = g_byte_array_new();
    put_in(body, order, 4, interface);
    put_in(body, order, 4, time_ns >> 32);
    put_in(body, order, 4, time_ns & 0xffffffff);
    put_in(body, order, 4, captured);
    put_in(body, order, 4, wire);
    g_byte_array_append(body, frame, captured);
    put_ng_block(bytes, order, 6, body);
}

/* An Interface Statistics Block: received, dropped by the interface, dropped by the system. */
static inline void put_ng_statistics(GByteArray *bytes, enum order order, uint32_t interface,
                                     uint64_t ifdrop, uint64_t osdrop)
{
    g_autoptr(GByteArray) body = g_byte_array_new();
    const struct {
        uint16_t code;
        uint64_t value;
    } options[] = {{4, 1000}, {5, ifdrop}, {7, osdrop}};
    put_in(body, order, 4, interface);
    put_in(body, order, 8, 0);
    put_in(body, order, 2, 1); /* a comment of 5 bytes and padding */
    put_in(body, order, 2, 5);
    put_zeros(body, 8);
    for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
        put_in(body, order, 2, options[i].code);
        put_in(body, order, 2, 8);
        put_in(body, order, 8, options[i].value);
    }
    put_in(body, order, 4, 0);
    put_ng_block(bytes, order, 5, body);
}

/* A folder of the test's own, and what is written into it; folder_remove takes both away. */
static inline char *folder_new(void)
{
    char *folder = g_dir_make_tmp("vttif-test-XXXXXX", NULL);
    g_assert_nonnull(folder);
    return folder;
}

static inline char *folder_write(const char *folder, const char *name, const void *bytes, size_t n)
{
    char *path = g_build_filename(folder, name, NULL);
    g_assert_true(g_file_set_contents(path, bytes, (gssize)n, NULL));
    return path;
}

static inline void folder_remove(char *folder)
{
    GDir *directory = g_dir_open(folder, 0, NULL);
    for (const char *name; (name = g_dir_read_name(directory)) != NULL;) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_remove(path);
    }
    g_dir_close(directory);
    g_rmdir(folder);
    g_free(folder);
}

#endif
