// SPDX-License-Identifier: Apache-2.0
/* The kernel's programs, run by themselves on hand-made frames (BPF_PROG_TEST_RUN). */
#ifndef TESTS_KERNEL_H
#define TESTS_KERNEL_H

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include "frames.h"
#include "source/kern.h"
#include "source/live.h"

/* Whether we may load programs. If not, *status is what the test ends with: 0, skipped, without the
 * right to; 1 if the kernel's verifier refuses them, which is a failure. */
static inline bool kernel_is_there(int *status)
{
    g_autoptr(GError) error = NULL;
    struct live *live = live_bpf_open(&(struct live_config){.key = VTTIF_KEY_IP}, &error);
    live_close(live);
    if (live)
        return true;
    bool skip = g_error_matches(error, VTTIF_ERROR, VTTIF_ERROR_PERMISSION);
    g_print(skip ? "1..0 # SKIP %s\n" : "Bail out! %s\n", error->message);
    *status = skip ? 0 : 1;
    return false;
}

static inline struct live *open_source(const struct live_config *config)
{
    g_autoptr(GError) error = NULL;
    struct live *live = live_bpf_open(config, &error);
    if (!live)
        g_error("%s", error->message);
    return live;
}

/* How the kernel hands a frame to a hook. */
struct passing {
    enum kern_hook hook;
    uint32_t gso_size;
    uint32_t ingress;
};

static inline void pass_bytes(struct live *live, const void *bytes, size_t length,
                              struct passing how)
{
    struct __sk_buff context = {.gso_size = how.gso_size, .ingress_ifindex = how.ingress};
    struct bpf_test_run_opts options = {.sz = sizeof options,
                                        .data_in = bytes,
                                        .data_size_in = (uint32_t)length,
                                        .ctx_in = &context,
                                        .ctx_size_in = sizeof context,
                                        .repeat = 1};
    int failed = bpf_prog_test_run_opts(kern_program_fd(live_bpf_kern(live), how.hook), &options);
    g_assert_cmpint(failed, ==, 0);
    g_assert_cmpint((int)options.retval, ==, -1); /* whatever else is attached goes on */
}

static inline void pass_as(struct live *live, const struct recipe *recipe, struct passing how)
{
    g_autoptr(GByteArray) frame = frame_make(recipe);
    pass_bytes(live, frame->data, frame->len, how);
}

static inline void pass(struct live *live, const struct recipe *recipe)
{
    pass_as(live, recipe, (struct passing){.hook = KERN_IN_PORT});
}

static inline void take_snapshot(struct live *live, struct live_snapshot *snapshot)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(live_read(live, snapshot, &error));
    g_assert_no_error(error);
}

#endif
