// SPDX-License-Identifier: Apache-2.0
/*
 * The computing phase: dummy work in proportion to the message, as the paper's patterns has it. An
 * element is one double (8 bytes) of the message; for each there are so many multiply-add steps,
 * reads of main memory and writes to main memory.
 *
 * Reads and writes go to an arena that is larger than the caches of a core, a new cache line each
 * time, in an order that hardware does not foresee; the compiler can drop none of it. The arena is
 * only there when it is needed.
 */
#ifndef PATTERNS_COMPUTE_H
#define PATTERNS_COMPUTE_H

#include <stddef.h>
#include <stdint.h>

struct compute;

/* Work for messages of so many elements. Returns NULL if there is no memory for it. */
struct compute *compute_new(size_t elements, int64_t flops, int64_t reads, int64_t writes);
void compute_free(struct compute *compute);

/* One phase. */
void compute_run(struct compute *compute);

#endif
