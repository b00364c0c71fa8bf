// SPDX-License-Identifier: Apache-2.0
/*
 * Runs a program as systemd runs a service of Type=notify.
 *
 *     notified FILE PROGRAM ARGUMENT...
 *
 * What the program says at $NOTIFY_SOCKET is appended to FILE, its process ID is in FILE.pid. Ends
 * as the program ends.
 */
#include <glib.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static int listen_at(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    unlink(path);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        perror(path);
        exit(99);
    }
    return fd;
}

static void append(const char *path, int fd)
{
    char text[4096];
    ssize_t n = recv(fd, text, sizeof text, MSG_DONTWAIT);
    FILE *file = n > 0 ? fopen(path, "a") : NULL;
    if (!file)
        return;
    fwrite(text, 1, (size_t)n, file);
    fputc('\n', file);
    fclose(file);
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 99;
    g_autofree char *socket_path = g_strconcat(argv[1], ".sock", NULL);
    g_autofree char *pid_path = g_strconcat(argv[1], ".pid", NULL);
    int fd = listen_at(socket_path);
    g_setenv("NOTIFY_SOCKET", socket_path, TRUE);
    pid_t parent = getpid(), pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() == parent)
            execvp(argv[2], argv + 2);
        _exit(127);
    }
    g_autofree char *pid_text = g_strdup_printf("%d\n", (int)pid);
    g_file_set_contents(pid_path, pid_text, -1, NULL);
    struct pollfd watched[] = {{fd, POLLIN, 0}, {(int)syscall(SYS_pidfd_open, pid, 0), POLLIN, 0}};
    int status = 0;
    while (waitpid(pid, &status, WNOHANG) == 0) {
        poll(watched, 2, 1000);
        append(argv[1], fd);
    }
    for (int i = 0; i < 16; i++) /* what was said last */
        append(argv[1], fd);
    unlink(socket_path);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
