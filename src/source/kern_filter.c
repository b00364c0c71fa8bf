// SPDX-License-Identifier: Apache-2.0
/*
 * The user's filter in the kernel. libpcap compiles the expression to classic BPF, which is
 * translated here, instruction by instruction, to a program of its own that stands before the
 * counting ones:
 *
 *     hook ──► [filter] ──true───► stages[hook]               counts
 *                  └──────false──► stages[KERN_HOOKS + hook]  counts as EXPRESSION what is no noise
 *
 * Classic BPF only jumps forward, so the kernel's verifier takes what comes of it. A frame whose
 * VLAN tag the kernel has taken off is not as the filter wants it: the filter is there twice, and
 * the second time reads behind the tag's place 4 bytes further to the front.
 *
 *     r6 the packet   r7 A   r8 X   stack: -8 what a load brings, -16.. M[]
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <stddef.h>

#include "source/kern.h"
#include "source/match.h"

enum { A = BPF_REG_7, X = BPF_REG_8, PACKET = BPF_REG_6 };
/* BPF_ADD, BPF_K and BPF_IMM are 0. */
enum { ADD_64 = BPF_ALU64, ADD_32 = BPF_ALU, LOAD_WIDE = BPF_LD | BPF_DW };
enum { LOADED = -8, MEMORY = -80, MEMORY_WORDS = 16 };
enum { TAG_AT = 12, TAG_BYTES = 4, ETHERNET = 1 /* DLT_EN10MB */ };
enum { DIRECT_MAX = 0x7000, ANCILLARY = 0xfffff000u >> 12 };

/* Jump targets beside instruction i of the filter. */
enum { TO_ACCEPT = -1, TO_REJECT = -2, TO_TAGGED = -3 };

struct fixup {
    guint at; /* the jump */
    gssize target; /* an instruction of the filter in the same copy, or TO_... */
    bool tagged;
};

struct translation {
    GArray *code; /* struct bpf_insn */
    GArray *fixups;
    GArray *starts[2]; /* guint: where each instruction of the filter begins, for each copy */
    bool tagged; /* the copy that is being made */
    bool possible;
};

/* --- emitting ------------------------------------------------------------------------------- */

static void emit(struct translation *t, uint8_t code, uint8_t dst, uint8_t src, int16_t offset,
                 int32_t immediate)
{
    struct bpf_insn instruction = {.code = code,
                                   .dst_reg = dst & 0xfu,
                                   .src_reg = src & 0xfu,
                                   .off = offset,
                                   .imm = immediate};
    g_array_append_val(t->code, instruction);
}

static void emit_move(struct translation *t, uint8_t dst, uint8_t src)
{
    emit(t, BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 0, 0);
}

static void emit_set(struct translation *t, uint8_t dst, uint32_t value)
{
    emit(t, BPF_ALU | BPF_MOV | BPF_K, dst, 0, 0, (int32_t)value);
}

/* A jump, of which the way is filled in later. */
static void emit_jump(struct translation *t, uint8_t code, uint8_t dst, uint8_t src,
                      int32_t immediate, gssize target)
{
    struct fixup fixup = {t->code->len, target, t->tagged};
    g_array_append_val(t->fixups, fixup);
    emit(t, code, dst, src, 0, immediate);
}

static void emit_goto(struct translation *t, gssize target)
{
    emit_jump(t, BPF_JMP | BPF_JA, 0, 0, 0, target);
}

static void emit_field(struct translation *t, uint8_t dst, size_t field)
{
    emit(t, BPF_LDX | BPF_MEM | BPF_W, dst, PACKET, (int16_t)field, 0);
}

#define FIELD(name) offsetof(struct __sk_buff, name)

static void emit_big_endian(struct translation *t, uint8_t reg, uint32_t bytes)
{
    if (bytes > 1)
        emit(t, BPF_ALU | BPF_END | BPF_TO_BE, reg, 0, 0, (int32_t)bytes * 8);
}

/* --- loads ---------------------------------------------------------------------------------- */

static uint8_t width_code(uint32_t bytes)
{
    return bytes == 4 ? BPF_W : bytes == 2 ? BPF_H : BPF_B;
}

/* dst = bytes of the packet at r2, or the frame is rejected: it ends before. */
static void emit_copy(struct translation *t, uint8_t dst, uint32_t bytes)
{
    emit_move(t, BPF_REG_1, PACKET);
    emit_move(t, BPF_REG_3, BPF_REG_10);
    emit(t, ADD_64, BPF_REG_3, 0, 0, LOADED);
    emit_set(t, BPF_REG_4, bytes);
    emit(t, BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_skb_load_bytes);
    emit_jump(t, BPF_JMP | BPF_JSLT | BPF_K, BPF_REG_0, 0, 0, TO_REJECT);
    emit(t, (uint8_t)(BPF_LDX | BPF_MEM | width_code(bytes)), dst, BPF_REG_10, LOADED, 0);
    emit_big_endian(t, dst, bytes);
}

/* In place where the packet's first piece has it, else by a copy. */
static void emit_load_at(struct translation *t, uint8_t dst, uint32_t at, uint32_t bytes)
{
    guint jumps[2] = {0};
    if (at < DIRECT_MAX) {
        emit_field(t, BPF_REG_1, FIELD(data));
        emit_field(t, BPF_REG_2, FIELD(data_end));
        emit_move(t, BPF_REG_3, BPF_REG_1);
        emit(t, ADD_64, BPF_REG_3, 0, 0, (int32_t)(at + bytes));
        jumps[0] = t->code->len;
        emit(t, BPF_JMP | BPF_JGT | BPF_X, BPF_REG_3, BPF_REG_2, 0, 0);
        emit(t, (uint8_t)(BPF_LDX | BPF_MEM | width_code(bytes)), dst, BPF_REG_1, (int16_t)at, 0);
        emit_big_endian(t, dst, bytes);
        jumps[1] = t->code->len;
        emit(t, BPF_JMP | BPF_JA, 0, 0, 0, 0);
        g_array_index(t->code, struct bpf_insn, jumps[0]).off =
            (int16_t)(t->code->len - jumps[0] - 1);
    }
    emit_set(t, BPF_REG_2, at);
    emit_copy(t, dst, bytes);
    if (at < DIRECT_MAX)
        g_array_index(t->code, struct bpf_insn, jumps[1]).off =
            (int16_t)(t->code->len - jumps[1] - 1);
}

/* What the tag said, 0x8100 and its number: the four bytes from TAG_AT, of which some are wanted.
 */
static void emit_tag(struct translation *t, uint8_t dst, uint32_t at, uint32_t bytes)
{
    if (at + bytes > TAG_AT + TAG_BYTES) {
        emit_goto(t, TO_REJECT); /* half of the tag and what follows: no field is so */
        return;
    }
    emit_field(t, BPF_REG_0, FIELD(vlan_proto));
    emit_big_endian(t, BPF_REG_0, 2);
    emit(t, BPF_ALU | BPF_LSH | BPF_K, BPF_REG_0, 0, 0, 16);
    emit_field(t, BPF_REG_1, FIELD(vlan_tci));
    emit(t, BPF_ALU | BPF_OR | BPF_X, BPF_REG_0, BPF_REG_1, 0, 0);
    uint32_t behind = TAG_AT + TAG_BYTES - at - bytes;
    emit(t, BPF_ALU | BPF_RSH | BPF_K, BPF_REG_0, 0, 0, (int32_t)(behind * 8));
    if (bytes < 4)
        emit(t, BPF_ALU | BPF_AND | BPF_K, BPF_REG_0, 0, 0, bytes == 2 ? 0xffff : 0xff);
    emit(t, BPF_ALU | BPF_MOV | BPF_X, dst, BPF_REG_0, 0, 0);
}

static void emit_load(struct translation *t, uint8_t dst, uint32_t at, uint32_t bytes)
{
    if (at >> 12 == ANCILLARY)
        t->possible = false;
    if (!t->tagged || at + bytes <= TAG_AT)
        emit_load_at(t, dst, at, bytes);
    else if (at >= TAG_AT + TAG_BYTES)
        emit_load_at(t, dst, at - TAG_BYTES, bytes);
    else
        emit_tag(t, dst, at, bytes);
}

/* From X on: libpcap does this behind the IP header only, never as far in front as a tag. */
static void emit_indexed(struct translation *t, uint32_t at, uint32_t bytes)
{
    emit(t, BPF_ALU | BPF_MOV | BPF_X, BPF_REG_2, X, 0, 0);
    emit(t, ADD_32, BPF_REG_2, 0, 0, (int32_t)(at - (t->tagged ? TAG_BYTES : 0)));
    emit_copy(t, A, bytes);
}

static void emit_length(struct translation *t, uint8_t dst)
{
    emit_field(t, dst, FIELD(len));
    if (t->tagged)
        emit(t, ADD_32, dst, 0, 0, TAG_BYTES);
}

static int16_t memory_at(uint32_t word)
{
    return (int16_t)(MEMORY + 4 * (int)(word % MEMORY_WORDS));
}

static uint32_t width_of(uint16_t code)
{
    return BPF_SIZE(code) == BPF_W ? 4 : BPF_SIZE(code) == BPF_H ? 2 : 1;
}

/* LD and LDX: `dst` is A or X. */
static void translate_load(struct translation *t, const struct match_instruction *i, uint8_t dst)
{
    switch (BPF_MODE(i->code)) {
    case BPF_ABS:
        emit_load(t, dst, i->operand, width_of(i->code));
        break;
    case BPF_IND:
        emit_indexed(t, i->operand, width_of(i->code));
        break;
    case BPF_IMM:
        emit_set(t, dst, i->operand);
        break;
    case BPF_MEM:
        emit(t, BPF_LDX | BPF_MEM | BPF_W, dst, BPF_REG_10, memory_at(i->operand), 0);
        break;
    case BPF_LEN:
        emit_length(t, dst);
        break;
    case BPF_MSH: /* the length of an IPv4 header */
        emit_load(t, dst, i->operand, 1);
        emit(t, BPF_ALU | BPF_AND | BPF_K, dst, 0, 0, 0xf);
        emit(t, BPF_ALU | BPF_LSH | BPF_K, dst, 0, 0, 2);
        break;
    default:
        t->possible = false;
    }
}

/* --- the rest ------------------------------------------------------------------------------- */

static void translate_alu(struct translation *t, const struct match_instruction *i)
{
    bool by_x = BPF_SRC(i->code) == BPF_X;
    uint16_t operation = BPF_OP(i->code);
    if (operation == BPF_NEG) {
        emit(t, BPF_ALU | BPF_NEG, A, 0, 0, 0);
        return;
    }
    if (by_x && (operation == BPF_DIV || operation == BPF_MOD)) /* by 0: no match */
        emit_jump(t, BPF_JMP32 | BPF_JEQ | BPF_K, X, 0, 0, TO_REJECT);
    emit(t, (uint8_t)(BPF_ALU | operation | (by_x ? BPF_X : BPF_K)), A, by_x ? X : 0, 0,
         by_x ? 0 : (int32_t)i->operand);
}

static void translate_jump(struct translation *t, const struct match_instruction *i, gssize at)
{
    bool by_x = BPF_SRC(i->code) == BPF_X;
    if (BPF_OP(i->code) == BPF_JA) {
        emit_goto(t, at + 1 + (gssize)i->operand);
        return;
    }
    emit_jump(t, (uint8_t)(BPF_JMP32 | BPF_OP(i->code) | (by_x ? BPF_X : BPF_K)), A, by_x ? X : 0,
              by_x ? 0 : (int32_t)i->operand, at + 1 + i->jump_true);
    if (i->jump_false)
        emit_goto(t, at + 1 + i->jump_false);
}

static void translate_return(struct translation *t, const struct match_instruction *i)
{
    if (BPF_RVAL(i->code) == BPF_A) {
        emit_jump(t, BPF_JMP32 | BPF_JNE | BPF_K, A, 0, 0, TO_ACCEPT);
        emit_goto(t, TO_REJECT);
    } else {
        emit_goto(t, i->operand ? TO_ACCEPT : TO_REJECT);
    }
}

static void translate(struct translation *t, const struct match_instruction *i, gssize at)
{
    switch (BPF_CLASS(i->code)) {
    case BPF_LD:
        translate_load(t, i, A);
        break;
    case BPF_LDX:
        translate_load(t, i, X);
        break;
    case BPF_ST:
        emit(t, BPF_STX | BPF_MEM | BPF_W, BPF_REG_10, A, memory_at(i->operand), 0);
        break;
    case BPF_STX:
        emit(t, BPF_STX | BPF_MEM | BPF_W, BPF_REG_10, X, memory_at(i->operand), 0);
        break;
    case BPF_ALU:
        translate_alu(t, i);
        break;
    case BPF_JMP:
        translate_jump(t, i, at);
        break;
    case BPF_RET:
        translate_return(t, i);
        break;
    case BPF_MISC:
        if (BPF_MISCOP(i->code) == BPF_TAX)
            emit(t, BPF_ALU | BPF_MOV | BPF_X, X, A, 0, 0);
        else
            emit(t, BPF_ALU | BPF_MOV | BPF_X, A, X, 0, 0);
        break;
    }
}

/* --- the whole program ------------------------------------------------------------------------ */

static void emit_begin(struct translation *t)
{
    emit_move(t, PACKET, BPF_REG_1);
    emit_set(t, A, 0);
    emit_set(t, X, 0);
    for (int word = 0; word < MEMORY_WORDS; word += 2)
        emit(t, BPF_ST | BPF_MEM | BPF_DW, BPF_REG_10, 0, memory_at((uint32_t)word), 0);
    emit_field(t, BPF_REG_0, FIELD(vlan_present));
    emit_jump(t, BPF_JMP | BPF_JNE | BPF_K, BPF_REG_0, 0, 0, TO_TAGGED);
}

static void emit_copy_of(struct translation *t, const struct match *match, bool tagged)
{
    struct match_instruction instruction;
    t->tagged = tagged;
    for (size_t i = 0; match_instruction(match, i, &instruction); i++) {
        guint start = t->code->len;
        g_array_append_val(t->starts[tagged], start);
        translate(t, &instruction, (gssize)i);
    }
}

/* Goes on to another program; if that is not there, the frame passes. */
static guint emit_stage(struct translation *t, int stages, int stage)
{
    guint start = t->code->len;
    emit_move(t, BPF_REG_1, PACKET);
    emit(t, LOAD_WIDE, BPF_REG_2, BPF_PSEUDO_MAP_FD, 0, stages);
    emit(t, 0, 0, 0, 0, 0);
    emit_set(t, BPF_REG_3, (uint32_t)stage);
    emit(t, BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_tail_call);
    emit(t, BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, -1);
    emit(t, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
    return start;
}

static guint target_of(const struct translation *t, const struct fixup *fixup, guint accept,
                       guint reject)
{
    switch (fixup->target) {
    case TO_ACCEPT:
        return accept;
    case TO_REJECT:
        return reject;
    case TO_TAGGED:
        return g_array_index(t->starts[true], guint, 0);
    default:
        return g_array_index(t->starts[fixup->tagged], guint, fixup->target);
    }
}

static void fix_jumps(struct translation *t, guint accept, guint reject)
{
    for (guint i = 0; i < t->fixups->len; i++) {
        const struct fixup *fixup = &g_array_index(t->fixups, struct fixup, i);
        guint way = target_of(t, fixup, accept, reject) - fixup->at - 1;
        t->possible &= way <= G_MAXINT16;
        g_array_index(t->code, struct bpf_insn, fixup->at).off = (int16_t)way;
    }
}

static struct translation *translate_all(const struct match *match, int stages, enum kern_hook hook)
{
    struct translation *t = g_new0(struct translation, 1);
    t->possible = true;
    t->code = g_array_new(false, false, sizeof(struct bpf_insn));
    t->fixups = g_array_new(false, false, sizeof(struct fixup));
    t->starts[0] = g_array_new(false, false, sizeof(guint));
    t->starts[1] = g_array_new(false, false, sizeof(guint));
    emit_begin(t);
    emit_copy_of(t, match, false);
    emit_copy_of(t, match, true);
    guint accept = emit_stage(t, stages, (int)hook);
    guint reject = emit_stage(t, stages, (int)(KERN_HOOKS + hook));
    fix_jumps(t, accept, reject);
    return t;
}

static void translation_free(struct translation *t)
{
    g_array_unref(t->code);
    g_array_unref(t->fixups);
    g_array_unref(t->starts[0]);
    g_array_unref(t->starts[1]);
    g_free(t);
}

static int load_filter(const struct kern *kern, const struct match *match, enum kern_hook hook)
{
    struct translation *t = translate_all(match, kern_map_fd(kern, KERN_MAP_STAGES), hook);
    int fd = -1;
    errno = E2BIG;
    if (t->possible)
        fd = bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "vttif_filter", "Apache-2.0",
                           (const struct bpf_insn *)t->code->data, t->code->len, NULL);
    int cause = errno;
    translation_free(t);
    errno = cause;
    return fd;
}

static bool set_stage(const struct kern *kern, enum kern_hook hook, bool rejected)
{
    uint32_t key = (uint32_t)(rejected ? KERN_HOOKS + hook : hook);
    int fd = kern_stage_fd(kern, hook, rejected);
    return bpf_map_update_elem(kern_map_fd(kern, KERN_MAP_STAGES), &key, &fd, BPF_ANY) == 0;
}

bool kern_filter_load(struct kern *kern, const char *expression, GError **error)
{
    g_autoptr(match_handle) match = match_new(expression, ETHERNET, error);
    if (!match)
        return false;
    for (int hook = 0; hook < KERN_HOOKS; hook++) {
        bool staged = set_stage(kern, (enum kern_hook)hook, false) &&
                      set_stage(kern, (enum kern_hook)hook, true);
        kern->filter_fds[hook] = staged ? load_filter(kern, match, (enum kern_hook)hook) : -1;
        if (kern->filter_fds[hook] >= 0)
            continue;
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_LIMIT,
                    "filter '%s': the kernel does not take it (%s): make it shorter", expression,
                    g_strerror(errno));
        return false;
    }
    return true;
}
