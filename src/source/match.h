// SPDX-License-Identifier: Apache-2.0
/* Filter expressions in pcap-filter(7) syntax, for frames that are already captured. */
#ifndef SOURCE_MATCH_H
#define SOURCE_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <vttif/error.h>

struct match;
typedef struct match match_handle; /* the name that g_autoptr wants */

/* Compiles the expression for a link type (pcap's DLT number). Fails with VTTIF_ERROR_ARGUMENT and
 * pcap's own words. One match may be used by several threads. */
struct match *match_new(const char *expression, int datalink, GError **error);
void match_free(struct match *match);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(match_handle, match_free)

/* Whether the expression is true for the frame; of the type vttif_match_func. */
bool match_frame(void *match, const uint8_t *bytes, uint32_t captured, uint32_t wire);

/* An instruction of the expression's program (classic BPF). */
struct match_instruction {
    uint16_t code;
    uint8_t jump_true, jump_false; /* over how many instructions */
    uint32_t operand;
};

/* Instruction i of the program, or false behind its end. */
bool match_instruction(const struct match *match, size_t i, struct match_instruction *instruction);

#endif
