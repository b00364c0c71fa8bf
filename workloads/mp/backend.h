// SPDX-License-Identifier: Apache-2.0
/*
 * What a backend of mp supplies. mp.c has what is the same for all: checks, counting, the truth.
 * The calls mean what their namesakes in mp.h say, arguments are already checked.
 */
#ifndef MP_BACKEND_H
#define MP_BACKEND_H

#include "mp.h"

/* Tags above those of the program. MPI guarantees tags up to 32767. */
enum { TAG_COLLECTIVE = MP_TAG_MAX + 1, TAG_BACKEND };

void backend_init(int *argc, char ***argv);
_Noreturn void backend_leave(int status);
void backend_start(int processes, enum mp_route route);
int backend_rank(void);
int backend_size(void);
void backend_exchange(int to, const void *data, size_t n_out, int from, void *into, size_t n_in,
                      int tag);
void backend_meet(int rank);
void *backend_receive_any(int tag, int *from, size_t *n);
void backend_allow_losses(int tag);
bool backend_forbid_losses(void);
_Noreturn void backend_abort(const char *message);
void backend_finish(void);

/* Collects n bytes of each rank at rank 0, in order of rank; `all` (size * n bytes) is only used
 * there. Not the program's traffic: it is not counted. */
void backend_collect(const void *mine, size_t n, void *all);

/* mp_exchange_lengths with any tag. */
void mp_transfer(int to, const void *data, size_t n_out, int from, void *into, size_t n_in,
                 int tag);

/* One line on standard error, behind the program's name. */
void mp_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
