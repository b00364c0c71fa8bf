// SPDX-License-Identifier: Apache-2.0
/* Addresses and the hosts file. */
#include <string.h>
#include <vttif/endpoint.h>
#include <vttif/error.h>

static void an_address_reads_back_as_it_was_written(void)
{
    static const char *const texts[] = {
        "02:00:00:00:00:01", "10.0.0.1", "255.255.255.255",
        "10.0.0.1:5000",     "fd00::1",  "[fd00::1]:5000",
        "::ffff:1.2.3.4",    "::",       "0.0.0.0:65535",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        struct vttif_address address;
        char text[VTTIF_ADDRESS_TEXT_MAX];
        g_assert_true(vttif_address_parse(texts[i], &address));
        vttif_address_format(&address, text);
        g_assert_cmpstr(text, ==, texts[i]);
    }
}

static void what_is_no_address_is_refused(void)
{
    static const char *const texts[] = {
        "",
        "10.0.0",
        "10.0.0.256",
        "02:00:00:00:00",
        "02:00:00:00:00:0g",
        "10.0.0.1:",
        "10.0.0.1:0",
        "10.0.0.1:65536",
        "[10.0.0.1]:5",
        "02-00:00:00:00:01",
        "[fd00::1]",
        "fd00::1%eth0",
        "host",
        "[fd00::1]:99999999999999999999",
    };
    struct vttif_address address;
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        if (vttif_address_parse(texts[i], &address))
            g_error("'%s' was taken for an address", texts[i]);
}

static void group_addresses_have_no_single_receiver(void)
{
    static const char *const groups[] = {"01:00:5e:00:00:01", "ff:ff:ff:ff:ff:ff", "224.0.0.251",
                                         "255.255.255.255", "ff02::1"};
    static const char *const singles[] = {"02:00:00:00:00:01", "10.0.0.255", "fe80::1"};
    struct vttif_address address;
    for (size_t i = 0; i < G_N_ELEMENTS(groups); i++)
        g_assert_true(vttif_address_parse(groups[i], &address) &&
                      vttif_address_is_multicast(&address));
    for (size_t i = 0; i < G_N_ELEMENTS(singles); i++)
        g_assert_true(vttif_address_parse(singles[i], &address) &&
                      !vttif_address_is_multicast(&address));
}

static void a_hosts_file_gives_names_addresses_and_ways(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(vttif_hosts) hosts =
        vttif_hosts_parse("# the cluster\n"
                          "h1 10.0.0.1,02:00:00:00:00:01 interface=eth0 via=netns:red\n"
                          "\n"
                          "h2\t10.0.0.2   via=ssh:root@h2.example # by ssh\r\n"
                          "h3 [fd00::3]:5000,fd00::3\n",
                          "hosts", &error);
    g_assert_no_error(error);
    g_assert_cmpuint(vttif_hosts_size(hosts), ==, 3);
    const struct vttif_host *h1 = vttif_hosts_get(hosts, 0), *h2 = vttif_hosts_get(hosts, 1);
    g_assert_cmpstr(h1->name, ==, "h1");
    g_assert_cmpuint(h1->n_addresses, ==, 2);
    g_assert_cmpstr(h1->interface, ==, "eth0");
    g_assert_cmpint(h1->via, ==, VTTIF_VIA_NETNS);
    g_assert_cmpstr(h1->target, ==, "red");
    g_assert_cmpstr(h2->target, ==, "root@h2.example");
    g_assert_null(h2->interface);
    g_assert_cmpint(vttif_hosts_get(hosts, 2)->via, ==, VTTIF_VIA_LOCAL);
    g_assert_cmpint(vttif_hosts_find_name(hosts, "h3"), ==, 2);
    g_assert_cmpint(vttif_hosts_find_name(hosts, "h4"), ==, -1);
}

static gssize find(const struct vttif_hosts *hosts, const char *text)
{
    struct vttif_address address;
    g_assert_true(vttif_address_parse(text, &address));
    return vttif_hosts_find_address(hosts, &address);
}

static void an_address_with_a_port_is_found_before_one_without(void)
{
    g_autoptr(vttif_hosts) hosts = vttif_hosts_parse("host 10.0.0.1\n"
                                                     "process 10.0.0.1:5000\n",
                                                     "hosts", NULL);
    g_assert_cmpint(find(hosts, "10.0.0.1:5000"), ==, 1);
    g_assert_cmpint(find(hosts, "10.0.0.1:5001"), ==, 0);
    g_assert_cmpint(find(hosts, "10.0.0.1"), ==, 0);
    g_assert_cmpint(find(hosts, "10.0.0.2"), ==, -1);
}

static void a_bad_hosts_file_is_refused_with_line_and_reason(void)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "hosts: no host in it"},
        {"# only\n\n", "hosts: no host in it"},
        {"h1 10.0.0.1\nh1 10.0.0.2\n", "hosts:2: there is already a host named 'h1'"},
        {"h1 10.0.0.1\n\nh2 10.0.0.1\n", "hosts:3: address 10.0.0.1 is already that of host 'h1'"},
        {"h1 10.0.0.1,10.0.0.1\n", "hosts:1: address 10.0.0.1 is already that of host 'h1'"},
        {"h1\n", "hosts:1: host 'h1' has no address"},
        {"h1 10.0.0.300\n", "hosts:1: '10.0.0.300' is not an address"},
        {"h1 10.0.0.1,\n", "hosts:1: '' is not an address"},
        {"h/1 10.0.0.1\n", "hosts:1: 'h/1' is not a host name"},
        {"-x 10.0.0.1\n", "hosts:1: '-x' is not a host name"},
        {"h1 10.0.0.1 color=red\n", "hosts:1: unknown key 'color=red'"},
        {"h1 10.0.0.1 eth0\n", "hosts:1: unknown key 'eth0'"},
        {"h1 10.0.0.1 interface=a interface=b\n", "hosts:1: interface= is given twice"},
        {"h1 10.0.0.1 interface=\n", "hosts:1: '' is not the name of an interface"},
        {"h1 10.0.0.1 via=telnet:x\n", "hosts:1: 'via=telnet:x' is not a way to a host"},
        {"h1 10.0.0.1 via=ssh:root@h1.example:2222\n",
         "hosts:1: 'via=ssh:root@h1.example:2222' has a port"},
        {"h1 10.0.0.1 via=ssh:[fd00::1]:22\n", "~/.ssh/config"},
        {"h1 10.0.0.1 via=ssh:\n", "hosts:1: 'via=ssh:' is not a way to a host"},
        {"h1 10.0.0.1 via=ssh:-oProxyCommand=x\n", "is not a way to a host"},
        {"h1 10.0.0.1 via=netns:../x\n", "is not a way to a host"},
        {"h1 10.0.0.1 via=pid:1x\n", "is not a way to a host"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(vttif_hosts_parse(cases[i].text, "hosts", &error));
        g_assert_error(error, VTTIF_ERROR, VTTIF_ERROR_FORMAT);
        if (!strstr(error->message, cases[i].message))
            g_error("case %" G_GSIZE_FORMAT ": %s", i, error->message);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/endpoint/an address reads back as it was written",
                    an_address_reads_back_as_it_was_written);
    g_test_add_func("/endpoint/what is no address is refused", what_is_no_address_is_refused);
    g_test_add_func("/endpoint/group addresses have no single receiver",
                    group_addresses_have_no_single_receiver);
    g_test_add_func("/endpoint/a hosts file gives names, addresses and ways",
                    a_hosts_file_gives_names_addresses_and_ways);
    g_test_add_func("/endpoint/an address with a port is found before one without",
                    an_address_with_a_port_is_found_before_one_without);
    g_test_add_func("/endpoint/a bad hosts file is refused with line and reason",
                    a_bad_hosts_file_is_refused_with_line_and_reason);
    return g_test_run();
}
