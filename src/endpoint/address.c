// SPDX-License-Identifier: Apache-2.0
#include <vttif/endpoint.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define ETHER_BYTES 6

static uint64_t big_endian(const uint8_t *bytes, size_t n)
{
    uint64_t value = 0;
    for (size_t i = 0; i < n; i++)
        value = value << 8 | bytes[i];
    return value;
}

static void to_big_endian(uint64_t value, uint8_t *bytes, size_t n)
{
    for (size_t i = n; i-- > 0; value >>= 8)
        bytes[i] = (uint8_t)value;
}

/* Two hexadecimal digits a byte, ':' or '-' between them, always the same of the two. */
static bool parse_mac(const char *text, struct vttif_address *address)
{
    uint64_t value = 0;
    char separator = text[0] && text[1] ? text[2] : 0;
    if (strlen(text) != 3 * ETHER_BYTES - 1 || (separator != ':' && separator != '-'))
        return false;
    for (int i = 0; i < ETHER_BYTES; i++, text += 3) {
        int high = g_ascii_xdigit_value(text[0]), low = g_ascii_xdigit_value(text[1]);
        if (high < 0 || low < 0 || (i < ETHER_BYTES - 1 && text[2] != separator))
            return false;
        value = value << 8 | (uint64_t)(high << 4 | low);
    }
    *address = (struct vttif_address){.low = value, .kind = VTTIF_ADDRESS_MAC};
    return true;
}

static bool parse_ip(const char *text, struct vttif_address *address)
{
    uint8_t bytes[16];
    if (inet_pton(AF_INET, text, bytes) == 1) {
        *address = (struct vttif_address){.low = big_endian(bytes, 4), .kind = VTTIF_ADDRESS_IPV4};
        return true;
    }
    if (inet_pton(AF_INET6, text, bytes) == 1) {
        *address = (struct vttif_address){.high = big_endian(bytes, 8),
                                          .low = big_endian(bytes + 8, 8),
                                          .kind = VTTIF_ADDRESS_IPV6};
        return true;
    }
    return false;
}

static bool parse_port(const char *text, uint16_t *port)
{
    guint64 value;
    if (!g_ascii_string_to_unsigned(text, 10, 1, G_MAXUINT16, &value, NULL))
        return false;
    *port = (uint16_t)value;
    return true;
}

/* "10.0.0.1:80" or "[fd00::1]:80" */
static bool parse_ip_port(const char *text, struct vttif_address *address)
{
    char host[VTTIF_ADDRESS_TEXT_MAX];
    const char *colon = strrchr(text, ':');
    if (!colon || (size_t)(colon - text) >= sizeof host)
        return false;
    g_strlcpy(host, text, (gsize)(colon - text) + 1);
    size_t length = strlen(host);
    bool bracketed = length > 2 && host[0] == '[' && host[length - 1] == ']';
    if (bracketed)
        host[length - 1] = 0;
    if (!parse_ip(bracketed ? host + 1 : host, address))
        return false;
    return bracketed == (address->kind == VTTIF_ADDRESS_IPV6) &&
           parse_port(colon + 1, &address->port);
}

bool vttif_address_parse(const char *text, struct vttif_address *address)
{
    return parse_mac(text, address) || parse_ip(text, address) || parse_ip_port(text, address);
}

static void format_mac(const struct vttif_address *address, char *text)
{
    uint8_t b[ETHER_BYTES];
    to_big_endian(address->low, b, sizeof b);
    snprintf(text, VTTIF_ADDRESS_TEXT_MAX, "%02x:%02x:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3],
             b[4], b[5]);
}

static void format_ip(const struct vttif_address *address, char *text)
{
    bool ipv6 = address->kind == VTTIF_ADDRESS_IPV6;
    char host[INET6_ADDRSTRLEN];
    uint8_t bytes[16];
    to_big_endian(address->high, bytes, 8);
    to_big_endian(address->low, bytes + 8, 8);
    inet_ntop(ipv6 ? AF_INET6 : AF_INET, ipv6 ? bytes : bytes + 12, host, sizeof host);
    if (!address->port)
        g_strlcpy(text, host, VTTIF_ADDRESS_TEXT_MAX);
    else
        snprintf(text, VTTIF_ADDRESS_TEXT_MAX, ipv6 ? "[%s]:%u" : "%s:%u", host, address->port);
}

void vttif_address_format(const struct vttif_address *address, char text[VTTIF_ADDRESS_TEXT_MAX])
{
    switch ((enum vttif_address_kind)address->kind) {
    case VTTIF_ADDRESS_NONE:
        g_strlcpy(text, "none", VTTIF_ADDRESS_TEXT_MAX);
        break;
    case VTTIF_ADDRESS_MAC:
        format_mac(address, text);
        break;
    case VTTIF_ADDRESS_IPV4:
    case VTTIF_ADDRESS_IPV6:
        format_ip(address, text);
        break;
    }
}

int vttif_address_compare(const struct vttif_address *a, const struct vttif_address *b)
{
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->high != b->high)
        return a->high < b->high ? -1 : 1;
    if (a->low != b->low)
        return a->low < b->low ? -1 : 1;
    return a->port - b->port;
}

bool vttif_address_is_multicast(const struct vttif_address *address)
{
    switch ((enum vttif_address_kind)address->kind) {
    case VTTIF_ADDRESS_MAC:
        return address->low >> 40 & 1;
    case VTTIF_ADDRESS_IPV4: /* 224/4 and 255.255.255.255 */
        return address->low >> 28 == 0xe || address->low == 0xffffffff;
    case VTTIF_ADDRESS_IPV6: /* ff00::/8 */
        return address->high >> 56 == 0xff;
    case VTTIF_ADDRESS_NONE:
        break;
    }
    return false;
}
