// SPDX-License-Identifier: Apache-2.0
/* What is known not to be the program's, and why. */
#include "filter/services.h"
#include "frames.h"

#include <vttif/filter.h>

static enum vttif_reason classify(struct recipe recipe)
{
    struct vttif_frame frame;
    g_autoptr(GByteArray) bytes = frame_make(&recipe);
    g_assert_cmpint(vttif_frame_decode(recipe.link, bytes->data, bytes->len, bytes->len, &frame),
                    !=, VTTIF_FRAME_MALFORMED);
    return vttif_filter_classify(&frame, NULL);
}

static void what_is_not_known_noise_is_kept(void)
{
    static const uint8_t protocols[] = {6, 17, 132, 47, 50};
    for (size_t i = 0; i < G_N_ELEMENTS(protocols); i++)
        g_assert_cmpint(
            classify((struct recipe){
                .protocol = protocols[i], .src_port = 40000, .dst_port = 1024, .payload = 64}),
            ==, VTTIF_REASON_KEEP);
    g_assert_cmpint(
        classify((struct recipe){.src = "fd00::1", .src_port = 40000, .dst_port = 1024}), ==,
        VTTIF_REASON_KEEP);
}

static void what_is_no_ip_has_a_reason_by_its_type(void)
{
    g_assert_cmpint(classify((struct recipe){.ethertype = 0x0806, .payload = 46}), ==,
                    VTTIF_REASON_ARP);
    g_assert_cmpint(classify((struct recipe){.ethertype = 0x8035, .payload = 46}), ==,
                    VTTIF_REASON_ARP);
    g_assert_cmpint(classify((struct recipe){.ethertype = 0x88cc, .payload = 46}), ==,
                    VTTIF_REASON_NON_IP);
    g_assert_cmpint(classify((struct recipe){.ethertype = 0x0026, .payload = 46}), ==,
                    VTTIF_REASON_NON_IP);
    g_assert_cmpint(classify((struct recipe){.tags = 2, .ethertype = 0x0806, .payload = 46}), ==,
                    VTTIF_REASON_ARP);
}

static void icmp_igmp_and_neighbour_discovery_are_no_program(void)
{
    g_assert_cmpint(classify((struct recipe){.protocol = 1, .payload = 64}), ==, VTTIF_REASON_ICMP);
    g_assert_cmpint(classify((struct recipe){.protocol = 2, .payload = 64}), ==, VTTIF_REASON_ICMP);
    g_assert_cmpint(classify((struct recipe){
                        .src = "fd00::1", .extensions = "h", .protocol = 58, .payload = 8}),
                    ==, VTTIF_REASON_ICMP);
}

static void group_addresses_have_no_single_receiver(void)
{
    static const struct recipe groups[] = {
        {.dst = "224.0.0.9"},
        {.dst = "239.1.2.3"},
        {.dst = "255.255.255.255"},
        {.dst = "10.0.0.255", .mac_dst = "ff:ff:ff:ff:ff:ff"},
        {.mac_dst = "01:00:5e:00:00:09"},
        {.src = "fd00::1", .dst = "ff05::1"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(groups); i++)
        g_assert_cmpint(classify(groups[i]), ==, VTTIF_REASON_GROUP);
    g_assert_cmpint(classify((struct recipe){.dst = "240.0.0.1"}), ==, VTTIF_REASON_KEEP);
}

static void loopback_is_a_host_talking_to_itself(void)
{
    g_assert_cmpint(classify((struct recipe){.src = "127.0.0.1", .dst = "127.8.9.10"}), ==,
                    VTTIF_REASON_LOOPBACK);
    g_assert_cmpint(classify((struct recipe){.src = "::1", .dst = "::1"}), ==,
                    VTTIF_REASON_LOOPBACK);
    g_assert_cmpint(classify((struct recipe){.src = "::2", .dst = "1::1"}), ==, VTTIF_REASON_KEEP);
}

/* The ports of filter.h, written down a second time. */
static enum vttif_reason expected_of(uint8_t protocol, unsigned port)
{
    bool tcp = protocol == 6;
    if (tcp && port == 22)
        return VTTIF_REASON_SSH;
    if (port >= 512 && port <= 514 && tcp)
        return VTTIF_REASON_RSH;
    if (tcp && port >= 6000 && port <= 6063)
        return VTTIF_REASON_X11;
    if (port == 111 || port == 2049)
        return VTTIF_REASON_NFS;
    if (port == 53 || (tcp && port == 853) || (!tcp && port == 5353) || port == 5355)
        return VTTIF_REASON_DNS;
    if (!tcp && (port == 67 || port == 68 || port == 546 || port == 547))
        return VTTIF_REASON_DHCP;
    if (!tcp && port == 123)
        return VTTIF_REASON_NTP;
    if (!tcp && port == 514)
        return VTTIF_REASON_SYSLOG;
    return VTTIF_REASON_KEEP;
}

static void a_service_is_known_by_its_port_on_either_side(void)
{
    struct vttif_frame frame;
    g_autoptr(GByteArray) bytes = frame_make(&(struct recipe){.protocol = 6});
    vttif_frame_decode(VTTIF_LINK_ETHERNET, bytes->data, bytes->len, bytes->len, &frame);
    for (unsigned port = 0; port < 65536; port++)
        for (int variant = 0; variant < 4; variant++) {
            frame.protocol = variant & 1 ? 6 : 17;
            frame.src.port = variant & 2 ? 50000 : (uint16_t)port;
            frame.dst.port = variant & 2 ? (uint16_t)port : 50000;
            g_assert_cmpint(vttif_filter_classify(&frame, NULL), ==,
                            expected_of(frame.protocol, port));
        }
}

static void no_port_of_a_service_is_passed_over_by_the_quick_question(void)
{
    unsigned near = 0;
    for (unsigned port = 0; port < 65536; port++) {
        bool is_service =
            expected_of(6, port) != VTTIF_REASON_KEEP || expected_of(17, port) != VTTIF_REASON_KEEP;
        g_assert_true(!is_service || service_is_near((uint16_t)port));
        near += service_is_near((uint16_t)port);
    }
    g_assert_cmpuint(near, <=, 9 * 64); /* and it nearly always says no */
}

static void services_are_known_to_tcp_and_udp_only(void)
{
    g_assert_cmpint(classify((struct recipe){.protocol = 132, .src_port = 40000, .dst_port = 22}),
                    ==, VTTIF_REASON_KEEP);
}

static void a_service_is_named_before_the_group_that_it_is_sent_to(void)
{
    g_assert_cmpint(classify((struct recipe){
                        .protocol = 17, .src_port = 5353, .dst_port = 5353, .dst = "224.0.0.251"}),
                    ==, VTTIF_REASON_DNS);
}

static void a_later_fragment_is_judged_by_its_addresses(void)
{
    g_assert_cmpint(classify((struct recipe){.protocol = 17, .offset = 1480, .payload = 100}), ==,
                    VTTIF_REASON_KEEP);
    g_assert_cmpint(classify((struct recipe){.protocol = 1, .offset = 1480, .payload = 100}), ==,
                    VTTIF_REASON_ICMP);
}

/* Task identifiers of PVM: the daemon of host 1, and tasks of hosts 1 and 2. */
enum { TASK_1 = 0x00040003, TASK_2 = 0x00080001, TASKS_OF_1 = 0x40040003 };
#define DAEMON_1 0x80040000u
#define DAEMON_2 0x80080000u

/* A UDP datagram with such a head, of which so many bytes are there. */
static enum vttif_reason pvm_reason(uint32_t to, uint32_t from, uint8_t flags, uint32_t tag,
                                    unsigned bytes)
{
    uint8_t head[PVM_HEAD_BYTES];
    put_pvm_head(head, to, from, flags, tag);
    return classify((struct recipe){.protocol = 17,
                                    .src_port = 40000,
                                    .dst_port = 50000,
                                    .payload = bytes,
                                    .head = head,
                                    .head_bytes = MIN(bytes, PVM_HEAD_BYTES)});
}

static void pvms_daemons_are_known_by_whom_their_datagrams_are_for(void)
{
    static const uint32_t to[] = {DAEMON_2, DAEMON_2, TASK_2, 0x80000000};
    static const uint32_t from[] = {DAEMON_1, TASK_1, DAEMON_1, DAEMON_1};
    for (size_t i = 0; i < G_N_ELEMENTS(to); i++) {
        g_assert_cmpint(pvm_reason(to[i], from[i], 0x07, 0x80020003, 56), ==,
                        VTTIF_REASON_LAUNCHER);
        g_assert_cmpint(pvm_reason(to[i], from[i], 0x04, 0, 4000), ==, VTTIF_REASON_LAUNCHER);
        g_assert_cmpint(pvm_reason(to[i], from[i], 0x10, 0, 16), ==, VTTIF_REASON_LAUNCHER);
    }
    g_assert_cmpint(pvm_reason(DAEMON_2, DAEMON_1, 0x10, 0, 15), ==, VTTIF_REASON_KEEP);
}

static void pvms_own_messages_between_tasks_are_known_by_their_tags(void)
{
    g_assert_cmpint(pvm_reason(TASK_2, TASK_1, 0x07, 0x80030001, 72), ==, VTTIF_REASON_LAUNCHER);
    g_assert_cmpint(pvm_reason(TASKS_OF_1, TASK_1, 0x07, 0x8003000c, 56), ==,
                    VTTIF_REASON_LAUNCHER);
    g_assert_cmpint(pvm_reason(TASK_2, TASK_1, 0x07, 0x80030001, 23), ==, VTTIF_REASON_KEEP);
}

static void what_a_program_sends_by_pvms_daemons_is_kept(void)
{
    static const uint32_t tags[] = {0, 1, 10000, 0x7fffffff};
    for (size_t i = 0; i < G_N_ELEMENTS(tags); i++) {
        g_assert_cmpint(pvm_reason(TASK_2, TASK_1, 0x07, tags[i], 400), ==, VTTIF_REASON_KEEP);
        g_assert_cmpint(pvm_reason(TASK_2, TASK_1, 0x05, tags[i], 4064), ==, VTTIF_REASON_KEEP);
    }
    /* later pieces of a message: data stands where the first one has the tag */
    g_assert_cmpint(pvm_reason(TASK_2, TASK_1, 0x04, 0x80030001, 4064), ==, VTTIF_REASON_KEEP);
    g_assert_cmpint(pvm_reason(TASK_2, TASK_1, 0x06, 0x80030001, 4064), ==, VTTIF_REASON_KEEP);
}

static void what_only_looks_like_pvms_is_kept(void)
{
    g_assert_cmpint(pvm_reason(DAEMON_2, DAEMON_1, 0, 0, 56), ==, VTTIF_REASON_KEEP);
    g_assert_cmpint(pvm_reason(DAEMON_2, DAEMON_1, 0x20, 0, 56), ==, VTTIF_REASON_KEEP);
    g_assert_cmpint(pvm_reason(DAEMON_2, 0, 0x07, 0, 56), ==, VTTIF_REASON_KEEP);
    g_assert_cmpint(pvm_reason(DAEMON_2 | 1, DAEMON_1, 0x07, 0, 56), ==, VTTIF_REASON_KEEP);
    g_assert_cmpint(pvm_reason(DAEMON_2, 0xc0040000, 0x07, 0, 56), ==, VTTIF_REASON_KEEP);
    /* RTP with its second sequence number, and VXLAN */
    g_assert_cmpint(pvm_reason(0x80000001, 0x00001234, 0x07, 0, 172), ==, VTTIF_REASON_KEEP);
    g_assert_cmpint(pvm_reason(0x08000000, 0x80040000, 0x07, 0, 172), ==, VTTIF_REASON_KEEP);
}

static enum vttif_reason reason_with_launcher(const char *ports, uint8_t protocol, uint16_t from,
                                              uint16_t to)
{
    struct vttif_ports launcher = {.n = 0};
    struct vttif_frame frame;
    g_autoptr(GByteArray) bytes =
        frame_make(&(struct recipe){.protocol = protocol, .src_port = from, .dst_port = to});
    g_assert_true(vttif_ports_add(&launcher, ports));
    vttif_frame_decode(VTTIF_LINK_ETHERNET, bytes->data, bytes->len, bytes->len, &frame);
    return vttif_filter_classify(&frame, &launcher);
}

static void a_launcher_is_known_by_the_ports_that_it_was_given(void)
{
    const char *ports = "29200-29263, 5000";
    for (unsigned port = 1; port < 65536; port++) {
        bool is = (port >= 29200 && port <= 29263) || port == 5000;
        enum vttif_reason reason = is ? VTTIF_REASON_LAUNCHER : expected_of(6, port);
        g_assert_cmpint(reason_with_launcher(ports, 6, (uint16_t)port, 44444), ==, reason);
        g_assert_cmpint(reason_with_launcher(ports, 6, 44444, (uint16_t)port), ==, reason);
    }
    g_assert_cmpint(reason_with_launcher(ports, 17, 5000, 44444), ==, VTTIF_REASON_LAUNCHER);
    g_assert_cmpint(reason_with_launcher(ports, 132, 5000, 44444), ==, VTTIF_REASON_KEEP);
    g_assert_cmpint(reason_with_launcher(ports, 6, 5000, 22), ==, VTTIF_REASON_SSH);
    g_assert_cmpint(reason_with_launcher("20-30", 6, 44444, 22), ==, VTTIF_REASON_SSH);
}

static void lists_of_ports_are_read_or_refused_whole(void)
{
    static const char *const bad[] = {"",     "x",   "1-",    "-1",  "0",  "65536", "10-9",
                                      "1,,2", "1,x", "1-2-3", "1 2", "+1", "0-9",   "9-65536"};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        struct vttif_ports ports = {.n = 1, .ranges = {{7, 7}}};
        g_assert_false(vttif_ports_add(&ports, bad[i]));
        g_assert_cmpuint(ports.n, ==, 1);
    }
    struct vttif_ports ports = {.n = 0}, more = {.n = 0};
    g_assert_true(vttif_ports_add(&ports, "1,2,3,4,5,6,7,8"));
    g_assert_true(vttif_ports_add(&ports, "8,7,9-65535"));
    g_assert_cmpuint(ports.n, ==, 9);
    g_assert_true(vttif_ports_have(&ports, 65535) && !vttif_ports_have(&ports, 0));
    g_assert_true(vttif_ports_add(&more, "21,22,23,24,25,26,27,28"));
    g_assert_false(vttif_ports_join(&ports, &more));
    g_assert_cmpuint(ports.n, ==, 9);
}

static void reasons_have_names_both_ways(void)
{
    for (int reason = 0; reason < VTTIF_REASONS; reason++) {
        enum vttif_reason back;
        g_assert_true(vttif_reason_parse(vttif_reason_name((enum vttif_reason)reason), &back));
        g_assert_cmpint(back, ==, reason);
        g_assert_nonnull(vttif_reason_text((enum vttif_reason)reason));
    }
    enum vttif_reason none;
    g_assert_false(vttif_reason_parse("SSH", &none));
    g_assert_false(vttif_reason_parse(NULL, &none));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/filter/what is not known noise is kept", what_is_not_known_noise_is_kept);
    g_test_add_func("/filter/what is no IP has a reason by its type",
                    what_is_no_ip_has_a_reason_by_its_type);
    g_test_add_func("/filter/ICMP, IGMP and neighbour discovery are no program",
                    icmp_igmp_and_neighbour_discovery_are_no_program);
    g_test_add_func("/filter/group addresses have no single receiver",
                    group_addresses_have_no_single_receiver);
    g_test_add_func("/filter/loopback is a host talking to itself",
                    loopback_is_a_host_talking_to_itself);
    g_test_add_func("/filter/a service is known by its port on either side",
                    a_service_is_known_by_its_port_on_either_side);
    g_test_add_func("/filter/no port of a service is passed over by the quick question",
                    no_port_of_a_service_is_passed_over_by_the_quick_question);
    g_test_add_func("/filter/services are known to TCP and UDP only",
                    services_are_known_to_tcp_and_udp_only);
    g_test_add_func("/filter/a service is named before the group that it is sent to",
                    a_service_is_named_before_the_group_that_it_is_sent_to);
    g_test_add_func("/filter/a later fragment is judged by its addresses",
                    a_later_fragment_is_judged_by_its_addresses);
    g_test_add_func("/filter/PVM's daemons are known by whom their datagrams are for",
                    pvms_daemons_are_known_by_whom_their_datagrams_are_for);
    g_test_add_func("/filter/PVM's own messages between tasks are known by their tags",
                    pvms_own_messages_between_tasks_are_known_by_their_tags);
    g_test_add_func("/filter/what a program sends by PVM's daemons is kept",
                    what_a_program_sends_by_pvms_daemons_is_kept);
    g_test_add_func("/filter/what only looks like PVM's is kept",
                    what_only_looks_like_pvms_is_kept);
    g_test_add_func("/filter/a launcher is known by the ports that it was given",
                    a_launcher_is_known_by_the_ports_that_it_was_given);
    g_test_add_func("/filter/lists of ports are read or refused whole",
                    lists_of_ports_are_read_or_refused_whole);
    g_test_add_func("/filter/reasons have names both ways", reasons_have_names_both_ways);
    return g_test_run();
}
