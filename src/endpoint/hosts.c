// SPDX-License-Identifier: Apache-2.0
/* The hosts file: a line is split into words, a word is handed to the parser of its key. */
#include <vttif/endpoint.h>
#include <vttif/error.h>

#include <string.h>

struct vttif_hosts {
    gatomicrefcount references;
    GPtrArray *list; /* of struct vttif_host *, owned */
    GHashTable *by_name; /* name -> index + 1; names owned by the hosts */
    GHashTable *by_address; /* struct vttif_address * -> index + 1; owned by the hosts */
};

/* Where we are, for messages. */
struct place {
    const char *file;
    unsigned line;
};

static guint address_hash(gconstpointer key)
{
    const struct vttif_address *address = key;
    uint64_t mixed = (address->low ^ address->high * 31 ^ address->port) * 0x9e3779b97f4a7c15u;
    return (guint)(mixed >> 32);
}

static gboolean address_equal(gconstpointer a, gconstpointer b)
{
    return vttif_address_compare(a, b) == 0;
}

static void host_free(gpointer data)
{
    struct vttif_host *host = data;
    g_free(host->name);
    g_free(host->addresses);
    g_free(host->interface);
    g_free(host->target);
    g_free(host);
}

G_GNUC_PRINTF(3, 4)
static bool fail(GError **error, const struct place *place, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *what = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_FORMAT, "%s:%u: %s", place->file, place->line,
                what);
    return false;
}

/* --- the words of a line ------------------------------------------------------------------ */

/* Printable, and fit for a file name and a column heading. */
static bool name_is_valid(const char *name)
{
    if (*name == '-' || *name == '.' || strlen(name) > 63)
        return false;
    for (; *name; name++)
        if (!g_ascii_isalnum(*name) && !strchr("-_.", *name))
            return false;
    return true;
}

static bool parse_addresses(struct vttif_host *host, const char *word, const struct place *place,
                            GError **error)
{
    g_auto(GStrv) parts = g_strsplit(word, ",", -1);
    size_t n = g_strv_length(parts);
    if (n > VTTIF_HOST_ADDRESSES_MAX)
        return fail(error, place, "more than %d addresses for one host", VTTIF_HOST_ADDRESSES_MAX);
    host->addresses = g_new0(struct vttif_address, n);
    host->n_addresses = n;
    for (size_t i = 0; i < n; i++)
        if (!vttif_address_parse(parts[i], &host->addresses[i]))
            return fail(error, place,
                        "'%s' is not an address; expected a MAC (02:00:00:00:00:01), an IPv4 or "
                        "IPv6 address, or IP:PORT",
                        parts[i]);
    return true;
}

/* "HOST:22" or "[fd00::1]:22", but not an IPv6 address. */
static bool has_port(const char *target)
{
    const char *host_end = strrchr(target, ']'), *colon = strchr(host_end ? host_end : target, ':');
    return colon && !strchr(colon + 1, ':');
}

static bool parse_via(struct vttif_host *host, const char *value, const struct place *place,
                      GError **error)
{
    static const struct {
        const char *prefix;
        enum vttif_via via;
    } kinds[] = {
        {"netns:", VTTIF_VIA_NETNS},
        {"pid:", VTTIF_VIA_PID},
        {"ssh:", VTTIF_VIA_SSH},
    };
    if (strcmp(value, "local") == 0) {
        host->via = VTTIF_VIA_LOCAL;
        return true;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (!g_str_has_prefix(value, kinds[i].prefix))
            continue;
        const char *target = value + strlen(kinds[i].prefix);
        if (!*target || *target == '-')
            break;
        if (kinds[i].via == VTTIF_VIA_PID &&
            !g_ascii_string_to_unsigned(target, 10, 1, G_MAXINT32, NULL, NULL))
            break;
        if (kinds[i].via == VTTIF_VIA_NETNS && strchr(target, '/'))
            break;
        if (kinds[i].via == VTTIF_VIA_SSH && has_port(target))
            return fail(error, place,
                        "'via=%s' has a port, which ssh does not take so; put it into "
                        "~/.ssh/config (Host, Port) or VTTIF_SSH='ssh -p PORT'",
                        value);
        host->via = kinds[i].via;
        host->target = g_strdup(target);
        return true;
    }
    return fail(error, place,
                "'via=%s' is not a way to a host; expected via=local, via=netns:NAME, via=pid:PID "
                "or via=ssh:[USER@]HOST",
                value);
}

static bool parse_interface(struct vttif_host *host, const char *value, const struct place *place,
                            GError **error)
{
    size_t length = strlen(value);
    if (length == 0 || length > 15 || *value == '-' || strchr(value, '/'))
        return fail(error, place, "'%s' is not the name of an interface", value);
    host->interface = g_strdup(value);
    return true;
}

static const struct {
    const char *key;
    bool (*parse)(struct vttif_host *, const char *, const struct place *, GError **);
} keys[] = {
    {"interface=", parse_interface},
    {"via=", parse_via},
};

static bool parse_option(struct vttif_host *host, const char *word, unsigned *seen,
                         const struct place *place, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        if (!g_str_has_prefix(word, keys[i].key))
            continue;
        if (*seen & 1u << i)
            return fail(error, place, "%s is given twice", keys[i].key);
        *seen |= 1u << i;
        return keys[i].parse(host, word + strlen(keys[i].key), place, error);
    }
    return fail(error, place, "unknown key '%s'; expected interface=IF or via=HOW", word);
}

/* --- lines -------------------------------------------------------------------------------- */

static bool parse_host(struct vttif_host *host, const char *line, const struct place *place,
                       GError **error)
{
    g_auto(GStrv) words = g_strsplit_set(line, " \t\r", -1);
    unsigned seen = 0;
    size_t given = 0;
    for (char **word = words; *word; word++) {
        if (!**word)
            continue;
        size_t position = given++;
        if (position == 0) {
            if (!name_is_valid(*word))
                return fail(error, place,
                            "'%s' is not a host name; use up to 63 letters, digits, '-', '_', '.'",
                            *word);
            host->name = g_strdup(*word);
        } else if (position == 1) {
            if (!parse_addresses(host, *word, place, error))
                return false;
        } else if (!parse_option(host, *word, &seen, place, error)) {
            return false;
        }
    }
    if (given < 2)
        return fail(error, place, "host '%s' has no address; expected NAME ADDRESS[,ADDRESS...]",
                    host->name);
    return true;
}

/* Takes the host over whether it succeeds or not. */
static bool hosts_add(struct vttif_hosts *hosts, struct vttif_host *host, const struct place *place,
                      GError **error)
{
    gpointer index = GSIZE_TO_POINTER(hosts->list->len + 1);
    g_ptr_array_add(hosts->list, host);
    if (!g_hash_table_insert(hosts->by_name, host->name, index))
        return fail(error, place, "there is already a host named '%s'", host->name);
    for (size_t i = 0; i < host->n_addresses; i++) {
        if (g_hash_table_contains(hosts->by_address, &host->addresses[i])) {
            char text[VTTIF_ADDRESS_TEXT_MAX];
            vttif_address_format(&host->addresses[i], text);
            gssize other = vttif_hosts_find_address(hosts, &host->addresses[i]);
            return fail(error, place, "address %s is already that of host '%s'", text,
                        vttif_hosts_get(hosts, (size_t)other)->name);
        }
        g_hash_table_insert(hosts->by_address, &host->addresses[i], index);
    }
    return true;
}

static bool parse_line(struct vttif_hosts *hosts, char *line, const struct place *place,
                       GError **error)
{
    line[strcspn(line, "#")] = 0;
    g_strstrip(line);
    if (!*line)
        return true;
    if (hosts->list->len == VTTIF_HOSTS_MAX)
        return fail(error, place, "more than %d hosts", VTTIF_HOSTS_MAX);
    struct vttif_host *host = g_new0(struct vttif_host, 1);
    if (!parse_host(host, line, place, error)) {
        host_free(host);
        return false;
    }
    return hosts_add(hosts, host, place, error);
}

struct vttif_hosts *vttif_hosts_parse(const char *text, const char *file, GError **error)
{
    g_autoptr(vttif_hosts) hosts = g_new0(struct vttif_hosts, 1);
    g_atomic_ref_count_init(&hosts->references);
    hosts->list = g_ptr_array_new_with_free_func(host_free);
    hosts->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    hosts->by_address = g_hash_table_new(address_hash, address_equal);

    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    struct place place = {.file = file};
    for (char **line = lines; *line; line++) {
        place.line++;
        if (!parse_line(hosts, *line, &place, error))
            return NULL;
    }
    if (hosts->list->len == 0) {
        g_set_error(error, VTTIF_ERROR, VTTIF_ERROR_FORMAT,
                    "%s: no host in it; expected lines NAME ADDRESS[,ADDRESS...]", file);
        return NULL;
    }
    return g_steal_pointer(&hosts);
}

struct vttif_hosts *vttif_hosts_ref(const struct vttif_hosts *hosts)
{
    struct vttif_hosts *mine = (struct vttif_hosts *)(uintptr_t)hosts;
    g_atomic_ref_count_inc(&mine->references);
    return mine;
}

void vttif_hosts_free(struct vttif_hosts *hosts)
{
    if (!hosts || !g_atomic_ref_count_dec(&hosts->references))
        return;
    g_hash_table_unref(hosts->by_name);
    g_hash_table_unref(hosts->by_address);
    g_ptr_array_unref(hosts->list);
    g_free(hosts);
}

size_t vttif_hosts_size(const struct vttif_hosts *hosts)
{
    return hosts->list->len;
}

const struct vttif_host *vttif_hosts_get(const struct vttif_hosts *hosts, size_t i)
{
    g_return_val_if_fail(i < hosts->list->len, NULL);
    return hosts->list->pdata[i];
}

gssize vttif_hosts_find_name(const struct vttif_hosts *hosts, const char *name)
{
    return (gssize)GPOINTER_TO_SIZE(g_hash_table_lookup(hosts->by_name, name)) - 1;
}

gssize vttif_hosts_find_address(const struct vttif_hosts *hosts,
                                const struct vttif_address *address)
{
    gpointer found = g_hash_table_lookup(hosts->by_address, address);
    if (!found && address->port) {
        struct vttif_address portless = *address;
        portless.port = 0;
        found = g_hash_table_lookup(hosts->by_address, &portless);
    }
    return (gssize)GPOINTER_TO_SIZE(found) - 1;
}
