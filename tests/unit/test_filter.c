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
    return vttif_filter_classify(&frame);
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
            g_assert_cmpint(vttif_filter_classify(&frame), ==, expected_of(frame.protocol, port));
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
    g_test_add_func("/filter/reasons have names both ways", reasons_have_names_both_ways);
    return g_test_run();
}
