// SPDX-License-Identifier: Apache-2.0
#include "cli/top.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/* Other screen, no cursor, no wrapping; and back. */
static const char enter_sequence[] = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J";
static const char leave_sequence[] = "\x1b[?7h\x1b[?25h\x1b[?1049l";

static struct termios before;
static bool has_input;
static volatile sig_atomic_t ending, stopping;

static void on_signal(int number)
{
    if (number == SIGTSTP)
        stopping = 1;
    else if (number != SIGWINCH && number != SIGCONT)
        ending = 1;
}

static void put(const char *text, size_t length)
{
    while (length > 0) {
        ssize_t n = write(STDOUT_FILENO, text, length);
        if (n < 0 && errno != EINTR) {
            ending = 1;
            return;
        }
        text += MAX(n, 0);
        length -= (size_t)MAX(n, 0);
    }
}

static void take_over(void)
{
    struct termios raw = before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    if (has_input)
        tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    put(enter_sequence, sizeof enter_sequence - 1);
}

void top_terminal_enter(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH, SIGCONT};
    struct sigaction action = {.sa_handler = on_signal}; /* without SA_RESTART: poll must end */
    sigset_t blocked;
    sigemptyset(&action.sa_mask);
    sigemptyset(&blocked);
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        sigaction(numbers[i], &action, NULL);
        sigaddset(&blocked, numbers[i]);
    }
    sigprocmask(SIG_BLOCK, &blocked, NULL); /* they come in ppoll only */
    has_input = tcgetattr(STDIN_FILENO, &before) == 0;
    take_over();
}

void top_terminal_leave(void)
{
    put(leave_sequence, sizeof leave_sequence - 1);
    if (has_input)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
}

struct top_size top_terminal_size(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0)
        return (struct top_size){size.ws_col, size.ws_row};
    return (struct top_size){80, 24};
}

void top_terminal_show(const GString *screen)
{
    put(screen->str, screen->len);
}

static void stop_for_a_while(void)
{
    stopping = 0;
    top_terminal_leave();
    raise(SIGSTOP);
    take_over();
}

char top_terminal_key(int milliseconds)
{
    struct pollfd input = {.fd = has_input ? STDIN_FILENO : -1, .events = POLLIN};
    struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
    sigset_t none;
    sigemptyset(&none);
    char key = 0;
    int n = ppoll(&input, 1, &time, &none);
    if (stopping)
        stop_for_a_while();
    if (n > 0 && read(STDIN_FILENO, &key, 1) <= 0)
        ending = 1;
    return ending ? 'q' : key;
}
