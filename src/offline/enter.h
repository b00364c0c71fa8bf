// SPDX-License-Identifier: Apache-2.0
/*
 * How to get into a host of a hosts file: the words that go before a command so that it runs there.
 *
 *     via=local      as it is
 *     via=netns:N    the network namespace of that name; a program gets `ip netns exec`, which also
 *                    gives it the namespace's files below /etc/netns
 *     via=pid:P      the namespaces of process P: a container, or a host of the test bed
 *     via=ssh:H      ssh, which must get in without asking anything; VTTIF_SSH may hold another
 *                    command for it, with options, quoted as for a shell
 *
 * A capture wants the host's network and nothing else of it: tcpdump, its libraries and its output
 * are this machine's. A program wants to find itself on that host: hostname, /tmp, processes.
 */
#ifndef OFFLINE_ENTER_H
#define OFFLINE_ENTER_H

#include <glib.h>
#include <vttif/endpoint.h>

enum enter_purpose {
    ENTER_CAPTURE, /* the network namespace only */
    ENTER_PROGRAM /* everything of the host, and the working directory if the host has it */
};

/*
 * The whole argument vector, NULL at its end, to run argv[] on the host; free it with g_strfreev.
 * Standard input, output and error and the exit status are the command's; so are signals, except
 * over ssh, where a signal ends ssh and the command learns of it by its closed output. Environment
 * variables go along, except over ssh. ssh itself exits with 255 when it cannot get there.
 */
char **enter_argv(const struct vttif_host *host, enum enter_purpose purpose,
                  const char *const *argv);

#endif
