// SPDX-License-Identifier: Apache-2.0
#include "source/match.h"

#include <pcap/pcap.h>

struct match {
    struct bpf_program program;
};

struct match *match_new(const char *expression, int datalink, GError **error)
{
    pcap_t *pcap = pcap_open_dead(datalink, 262144);
    struct match *match = g_new0(struct match, 1);
    if (pcap_compile(pcap, &match->program, expression, 1, PCAP_NETMASK_UNKNOWN) != 0) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_ARGUMENT, "filter '%s': %s", expression,
                    pcap_geterr(pcap));
        g_clear_pointer(&match, g_free);
    }
    pcap_close(pcap);
    return match;
}

void match_free(struct match *match)
{
    if (!match)
        return;
    pcap_freecode(&match->program);
    g_free(match);
}

bool match_frame(void *match, const uint8_t *bytes, uint32_t captured, uint32_t wire)
{
    return bpf_filter(((struct match *)match)->program.bf_insns, bytes, wire, captured) != 0;
}

bool match_instruction(const struct match *match, size_t i, struct match_instruction *instruction)
{
    if (i >= match->program.bf_len)
        return false;
    const struct bpf_insn *at = &match->program.bf_insns[i];
    *instruction = (struct match_instruction){at->code, at->jt, at->jf, at->k};
    return true;
}
