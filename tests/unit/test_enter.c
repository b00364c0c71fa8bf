// SPDX-License-Identifier: Apache-2.0
#include "offline/enter.h"

static const char *const command[] = {"echo", "it's", "a b", "", NULL};

static char *entered(enum vttif_via via, const char *target, enum enter_purpose purpose)
{
    struct vttif_host host = {.name = (char *)"h1", .via = via, .target = (char *)target};
    g_auto(GStrv) argv = enter_argv(&host, purpose, command);
    return g_strjoinv("|", argv);
}

static void assert_entered(enum vttif_via via, const char *target, enum enter_purpose purpose,
                           const char *expected)
{
    g_autofree char *found = entered(via, target, purpose);
    g_assert_cmpstr(found, ==, expected);
}

static void local_is_run_as_it_is(void)
{
    assert_entered(VTTIF_VIA_LOCAL, NULL, ENTER_CAPTURE, "echo|it's|a b|");
    assert_entered(VTTIF_VIA_LOCAL, NULL, ENTER_PROGRAM, "echo|it's|a b|");
}

static void a_capture_enters_only_the_network(void)
{
    assert_entered(VTTIF_VIA_NETNS, "blue", ENTER_CAPTURE,
                   "nsenter|--net=/run/netns/blue|echo|it's|a b|");
    assert_entered(VTTIF_VIA_PID, "42", ENTER_CAPTURE, "nsenter|-t|42|-n|echo|it's|a b|");
}

static void a_program_gets_the_files_of_a_named_namespace(void)
{
    assert_entered(VTTIF_VIA_NETNS, "blue", ENTER_PROGRAM, "ip|netns|exec|blue|echo|it's|a b|");
}

static void a_program_enters_all_namespaces_of_a_process(void)
{
    assert_entered(VTTIF_VIA_PID, "42", ENTER_PROGRAM, "vttif-rsh|--pid|42|--|echo|it's|a b|");
}

static void ssh_never_asks_and_gets_one_quoted_text(void)
{
    assert_entered(VTTIF_VIA_SSH, "me@far", ENTER_CAPTURE,
                   "ssh|-o|BatchMode=yes|-o|ConnectTimeout=10|-o|ServerAliveInterval=10|-o|"
                   "LogLevel=ERROR|-o|ControlMaster=no|--|me@far|exec 'echo' 'it'\\''s' 'a b' ''");
}

static void ssh_takes_a_program_to_the_working_directory(void)
{
    g_autofree char *directory = g_get_current_dir();
    g_autofree char *expected = g_strdup_printf("|cd '%s' 2>/dev/null; exec 'echo' "
                                                "'it'\\''s' 'a b' ''",
                                                directory);
    g_autofree char *found = entered(VTTIF_VIA_SSH, "far", ENTER_PROGRAM);
    g_assert_true(g_str_has_suffix(found, expected));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_setenv("VTTIF_RSH", "vttif-rsh", TRUE);
    g_unsetenv("VTTIF_SSH");
    g_test_add_func("/enter/local is run as it is", local_is_run_as_it_is);
    g_test_add_func("/enter/a capture enters only the network", a_capture_enters_only_the_network);
    g_test_add_func("/enter/a program gets the files of a named namespace",
                    a_program_gets_the_files_of_a_named_namespace);
    g_test_add_func("/enter/a program enters all namespaces of a process",
                    a_program_enters_all_namespaces_of_a_process);
    g_test_add_func("/enter/ssh never asks and gets one quoted text",
                    ssh_never_asks_and_gets_one_quoted_text);
    g_test_add_func("/enter/ssh takes a program to the working directory",
                    ssh_takes_a_program_to_the_working_directory);
    return g_test_run();
}
