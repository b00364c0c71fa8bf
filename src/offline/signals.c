// SPDX-License-Identifier: Apache-2.0
#include "offline/signals.h"

#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

bool signals_begin(struct signals *signals)
{
    sigemptyset(&signals->watched);
    sigemptyset(&signals->ignored);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct sigaction action;
        sigaction(numbers[i], NULL, &action);
        bool ignored = action.sa_handler == SIG_IGN;
        sigaddset(ignored ? &signals->ignored : &signals->watched, numbers[i]);
    }
    signals->descriptor = signalfd(-1, &signals->watched, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals->descriptor < 0)
        return false;
    sigprocmask(SIG_BLOCK, &signals->watched, &signals->mask_before);
    /* An inherited SIG_IGN would swallow the status of our children. */
    signal(SIGCHLD, SIG_DFL);
    return true;
}

bool signals_next(struct signals *signals, struct signal_event *event)
{
    struct signalfd_siginfo info;
    if (read(signals->descriptor, &info, sizeof info) != sizeof info)
        return false;
    event->number = (int)info.ssi_signo;
    event->from_terminal = info.ssi_code == SI_KERNEL;
    return true;
}

void signals_restore_in_child(const struct signals *signals)
{
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (sigismember(&signals->ignored, numbers[i]))
            signal(numbers[i], SIG_IGN);
    sigprocmask(SIG_SETMASK, &signals->mask_before, NULL);
}

void signals_end(struct signals *signals)
{
    close(signals->descriptor);
    sigprocmask(SIG_SETMASK, &signals->mask_before, NULL);
}
