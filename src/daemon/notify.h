// SPDX-License-Identifier: Apache-2.0
/* Tells systemd how the service is (sd_notify(3)): a datagram to the socket in $NOTIFY_SOCKET. Does
 * nothing without one. */
#ifndef DAEMON_NOTIFY_H
#define DAEMON_NOTIFY_H

#include <glib.h>

/* "READY=1", "STATUS=...", lines of VARIABLE=VALUE. */
void notify_systemd(const char *format, ...) G_GNUC_PRINTF(1, 2);
/* Half the time within which systemd wants to hear "WATCHDOG=1", in microseconds; 0: it does not.
 */
gint64 notify_watchdog_us(void);

#endif
