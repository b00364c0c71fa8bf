// SPDX-License-Identifier: Apache-2.0
/*
 * The interfaces of this network namespace that match the rules of a live source, as they come and
 * go (rtnetlink(7)). Whatever the kernel tells is taken as a sign to look at all of them again, so
 * nothing hangs on a message that was lost.
 */
#ifndef SOURCE_INTERFACES_H
#define SOURCE_INTERFACES_H

#include "source/live.h"

/* What is to be watched: name, index and side are set, side is PORT or HOST. */
typedef void interfaces_func(void *context, const struct live_interface *interface);

struct interfaces_calls {
    interfaces_func *come; /* one that matches is there, or has changed its side */
    interfaces_func *gone;
    void *context;
};

struct interfaces;
/* Copies the rules. Fails with VTTIF_ERROR_ARGUMENT if a rule without * and ? has no interface. */
struct interfaces *interfaces_new(const struct live_rule *rules, size_t n_rules,
                                  const struct interfaces_calls *calls, GError **error);
void interfaces_free(struct interfaces *interfaces);
int interfaces_fd(const struct interfaces *interfaces);
/* Looks at all of them, and calls for what has changed. To be called once at first. */
bool interfaces_look(struct interfaces *interfaces, GError **error);
/* Looks again if the kernel has told anything; a failure is told to events. */
void interfaces_dispatch(struct interfaces *interfaces, const struct live_events *events);
/* The interface of that name with its side, AUTO made out; or VTTIF_ERROR_ARGUMENT. */
bool interfaces_find(const char *name, enum live_side side, struct live_interface *found,
                     GError **error);

#endif
