// SPDX-License-Identifier: Apache-2.0
/*
 * Matrices from JSON, schemas vttif.matrix/1 and vttif.topology/1 (doc/schema).
 *
 * The members of an object come in any order, but the cells can only be judged when the endpoints
 * are known. So the text is walked twice: once to see that it is JSON and where each member of the
 * top begins, then member by member in the order that suits. Members that are not known are left
 * alone: a later version may add some.
 */
#include "view/json.h"

#include <string.h>
#include <vttif/filter.h>

struct reading {
    struct json json;
    GHashTable *members; /* name -> const char *, where its value begins */
    GString *string;
    double unit;
    GPtrArray *names; /* of char *, owned */
    GArray *pairs; /* of struct view_pair */
    struct vttif_account account;
};

/* --- the walk over the top ----------------------------------------------------------------- */

static bool find_members(struct reading *reading, GError **error)
{
    struct json *json = &reading->json;
    size_t count = 0;
    bool more;
    while (json_next_member(json, &count, &more, reading->string, error)) {
        if (!more)
            return json_expect_end(json, error);
        json_peek(json);
        const char *value = json->at;
        if (!g_hash_table_insert(reading->members, g_strdup(reading->string->str),
                                 (gpointer)value)) {
            g_autofree char *name =
                view_quote(reading->string->str, reading->string->str + reading->string->len);
            return view_input_fail(json->input, value, error, VTTIF_ERROR_FORMAT,
                                   "a second member %s; expected one", name);
        }
        if (!json_skip(json, error))
            return false;
    }
    return false;
}

/* Goes to the value of a member of the top; false if there is none. */
static bool go_to(struct reading *reading, const char *member)
{
    const char *value = g_hash_table_lookup(reading->members, member);
    if (value)
        reading->json.at = value;
    return value != NULL;
}

static bool missing(const struct reading *reading, const char *member, GError **error)
{
    const struct view_input *input = reading->json.input;
    return view_input_fail(input, input->text, error, VTTIF_ERROR_FORMAT,
                           "the JSON object has no \"%s\"; expected schema vttif.matrix/1 or "
                           "vttif.topology/1",
                           member);
}

static bool check_schema(struct reading *reading, GError **error)
{
    struct json *json = &reading->json;
    if (!go_to(reading, "schema"))
        return missing(reading, "schema", error);
    if (!json_read_string(json, reading->string, error))
        return false;
    const char *schema = reading->string->str;
    if (strcmp(schema, "vttif.matrix/1") == 0 || strcmp(schema, "vttif.topology/1") == 0)
        return true;
    g_autofree char *found = view_quote(schema, schema + reading->string->len);
    return view_input_fail(json->input, json->place, error, VTTIF_ERROR_FORMAT,
                           "schema is %s; expected \"vttif.matrix/1\" or \"vttif.topology/1\"",
                           found);
}

/* --- endpoints and cells ------------------------------------------------------------------- */

static bool read_endpoints(struct reading *reading, GError **error)
{
    struct json *json = &reading->json;
    if (!go_to(reading, "endpoints"))
        return missing(reading, "endpoints", error);
    g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);
    size_t count = 0;
    bool more;
    while (json_next_element(json, &count, &more, error)) {
        if (!more)
            return true;
        if (!json_read_string(json, reading->string, error) ||
            !view_input_check_name(json->input, json->place, reading->string->str, error))
            return false;
        if (count > VTTIF_MATRIX_MAX)
            return view_input_fail(json->input, json->place, error, VTTIF_ERROR_LIMIT,
                                   "more than %d endpoints, the most that a matrix may have",
                                   VTTIF_MATRIX_MAX);
        char *name = g_strdup(reading->string->str);
        g_ptr_array_add(reading->names, name);
        if (!g_hash_table_add(known, name)) {
            g_autofree char *found = view_quote(name, name + strlen(name));
            return view_input_fail(json->input, json->place, error, VTTIF_ERROR_FORMAT,
                                   "two endpoints are named %s; expected different names", found);
        }
    }
    return false;
}

static bool read_cell(struct reading *reading, double *bytes, GError **error)
{
    struct json *json = &reading->json;
    const char *end;
    return json_read_number(json, &end, error) &&
           view_input_cell(json->input, json->place, json->place, end, reading->unit, bytes, error);
}

/* Reads a row of "matrix". */
static bool read_row(struct reading *reading, uint32_t from, GError **error)
{
    struct json *json = &reading->json;
    size_t count = 0, n = reading->names->len;
    bool more;
    json_peek(json);
    const char *row = json->at;
    while (json_next_element(json, &count, &more, error)) {
        struct view_pair pair = {.from = from, .to = (uint32_t)count - 1};
        if (!more || count > n)
            return (!more && count == n) ||
                   view_input_fail(json->input, row, error, VTTIF_ERROR_FORMAT,
                                   "row %u of the matrix has %s cells than the %" G_GSIZE_FORMAT
                                   " endpoints",
                                   from + 1, more ? "more" : "fewer", n);
        if (!read_cell(reading, &pair.bytes, error))
            return false;
        if (pair.bytes > 0)
            g_array_append_val(reading->pairs, pair);
    }
    return false;
}

static bool read_dense(struct reading *reading, GError **error)
{
    struct json *json = &reading->json;
    size_t count = 0, n = reading->names->len;
    bool more;
    const char *matrix = json->at;
    while (json_next_element(json, &count, &more, error)) {
        if (!more || count > n)
            return (!more && count == n) ||
                   view_input_fail(json->input, matrix, error, VTTIF_ERROR_FORMAT,
                                   "the matrix has %s rows than the %" G_GSIZE_FORMAT " endpoints",
                                   more ? "more" : "fewer", n);
        if (!read_row(reading, (uint32_t)count - 1, error))
            return false;
    }
    return false;
}

static bool read_index(struct reading *reading, uint32_t *index, GError **error)
{
    struct json *json = &reading->json;
    uint64_t value;
    if (!json_read_uint64(json, &value, error))
        return false;
    *index = (uint32_t)value;
    return value < reading->names->len ||
           view_input_fail(json->input, json->place, error, VTTIF_ERROR_FORMAT,
                           "there is no endpoint %" G_GUINT64_FORMAT
                           "; expected an index from 0, below %u",
                           value, reading->names->len);
}

static bool read_sparse(struct reading *reading, GError **error)
{
    struct json *json = &reading->json;
    size_t count = 0;
    bool more;
    while (json_next_element(json, &count, &more, error)) {
        if (!more)
            return true;
        struct view_pair pair;
        if (!json_expect(json, '[', error) || !read_index(reading, &pair.from, error) ||
            !json_expect(json, ',', error) || !read_index(reading, &pair.to, error) ||
            !json_expect(json, ',', error) || !read_cell(reading, &pair.bytes, error) ||
            !json_expect(json, ']', error))
            return false;
        if (pair.bytes > 0)
            g_array_append_val(reading->pairs, pair);
    }
    return false;
}

static bool read_cells(struct reading *reading, GError **error)
{
    bool dense = go_to(reading, "matrix");
    const char *place = reading->json.at;
    if (!go_to(reading, "cells"))
        return dense ? read_dense(reading, error) : missing(reading, "matrix", error);
    if (!dense)
        return read_sparse(reading, error);
    return view_input_fail(reading->json.input, place, error, VTTIF_ERROR_FORMAT,
                           "\"matrix\" and \"cells\" in one file; expected one of them");
}

/* --- the account --------------------------------------------------------------------------- */

static bool read_count(struct reading *reading, GError **error)
{
    struct json *json = &reading->json;
    if (!go_to(reading, "count"))
        return true;
    if (!json_read_string(json, reading->string, error))
        return false;
    if (vttif_count_parse(reading->string->str, &reading->account.count))
        return true;
    g_autofree char *found =
        view_quote(reading->string->str, reading->string->str + reading->string->len);
    return view_input_fail(json->input, json->place, error, VTTIF_ERROR_FORMAT,
                           "count is %s; expected frame, ip, payload or unknown", found);
}

static bool read_seconds(struct reading *reading, GError **error)
{
    struct json *json = &reading->json;
    if (!go_to(reading, "seconds"))
        return true;
    if (!json_read_double(json, &reading->account.seconds, error))
        return false;
    return reading->account.seconds >= 0 ||
           view_input_fail(json->input, json->place, error, VTTIF_ERROR_FORMAT,
                           "seconds are negative; expected at least 0");
}

/* Reads {"arp": 84, ...} into the bytes (or frames) of each reason. */
static bool read_reasons(struct reading *reading, bool frames, GError **error)
{
    struct json *json = &reading->json;
    size_t count = 0;
    bool more;
    while (json_next_member(json, &count, &more, reading->string, error)) {
        enum vttif_reason reason;
        uint64_t value;
        if (!more)
            return true;
        bool known = vttif_reason_parse(reading->string->str, &reason);
        if (!json_read_uint64(json, &value, error))
            return false;
        if (known && frames)
            reading->account.filtered[reason].frames = value;
        else if (known)
            reading->account.filtered[reason].bytes = value;
    }
    return false;
}

/* {"bytes": 60, "frames": 1} */
static bool read_missing(struct reading *reading, struct vttif_dropped *missing, GError **error)
{
    size_t count = 0;
    bool more;
    while (json_next_member(&reading->json, &count, &more, reading->string, error)) {
        uint64_t *field = NULL;
        if (!more)
            return true;
        if (strcmp(reading->string->str, "bytes") == 0)
            field = &missing->bytes;
        else if (strcmp(reading->string->str, "frames") == 0)
            field = &missing->frames;
        if (!(field ? json_read_uint64(&reading->json, field, error)
                    : json_skip(&reading->json, error)))
            return false;
    }
    return false;
}

static bool read_dropped_member(struct reading *reading, const char *name, GError **error)
{
    struct json *json = &reading->json;
    struct vttif_account *account = &reading->account;
    if (strcmp(name, "kernel") == 0)
        return json_read_uint64(json, &account->kernel_drops, error);
    if (strcmp(name, "undecodable") == 0)
        return json_read_uint64(json, &account->undecodable, error);
    if (strcmp(name, "estimated") == 0)
        return json_read_uint64(json, &account->estimated, error);
    if (strcmp(name, "truncated") == 0)
        return json_read_bool(json, &account->truncated, error);
    if (strcmp(name, "overflow") == 0)
        return read_missing(reading, &account->overflow, error);
    if (strcmp(name, "missed") == 0)
        return read_missing(reading, &account->missed, error);
    if (strcmp(name, "filtered") == 0)
        return read_reasons(reading, false, error);
    if (strcmp(name, "filtered_frames") == 0)
        return read_reasons(reading, true, error);
    return json_skip(json, error);
}

static bool read_dropped(struct reading *reading, GError **error)
{
    size_t count = 0;
    bool more;
    if (!go_to(reading, "dropped"))
        return true;
    while (json_next_member(&reading->json, &count, &more, reading->string, error)) {
        if (!more)
            return true;
        g_autofree char *name = g_strdup(reading->string->str);
        if (!read_dropped_member(reading, name, error))
            return false;
    }
    return false;
}

/* A file that says it is a lower bound, without a counter that says why, stays one. */
static bool read_lower_bound(struct reading *reading, GError **error)
{
    bool lower_bound = false;
    if (go_to(reading, "lower_bound") && !json_read_bool(&reading->json, &lower_bound, error))
        return false;
    if (lower_bound && !vttif_account_is_lower_bound(&reading->account))
        reading->account.truncated = true;
    return true;
}

static bool read_account(struct reading *reading, GError **error)
{
    return read_count(reading, error) && read_seconds(reading, error) &&
           (!go_to(reading, "frames") ||
            json_read_uint64(&reading->json, &reading->account.frames, error)) &&
           read_dropped(reading, error) && read_lower_bound(reading, error);
}

static bool read_bmin(struct reading *reading, double *bmin, GError **error)
{
    struct json *json = &reading->json;
    *bmin = 0;
    if (!go_to(reading, "bmin"))
        return true;
    if (!json_read_double(json, bmin, error))
        return false;
    if (!(*bmin > 0 && *bmin <= 1))
        return view_input_fail(json->input, json->place, error, VTTIF_ERROR_FORMAT,
                               "bmin is %g; expected a number above 0 and at most 1", *bmin);
    bool is_auto = false;
    if (go_to(reading, "bmin_is_auto") && !json_read_bool(json, &is_auto, error))
        return false;
    *bmin = is_auto ? 0 : *bmin;
    return true;
}

struct vttif_matrix *view_read_json(const struct view_input *input, double unit, double *bmin,
                                    GError **error)
{
    struct reading reading = {
        .json = {.input = input, .at = input->text},
        .members = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
        .string = g_string_new(NULL),
        .unit = unit,
        .names = g_ptr_array_new_with_free_func(g_free),
        .pairs = g_array_new(FALSE, FALSE, sizeof(struct view_pair)),
    };
    struct vttif_matrix *matrix = NULL;
    if (find_members(&reading, error) && check_schema(&reading, error) &&
        read_endpoints(&reading, error) && read_cells(&reading, error) &&
        read_account(&reading, error) && read_bmin(&reading, bmin, error))
        matrix =
            view_matrix_from_pairs(input, reading.names->len,
                                   (const char *const *)reading.names->pdata, reading.pairs, error);
    if (matrix)
        *vttif_matrix_account(matrix) = reading.account;
    g_hash_table_unref(reading.members);
    g_string_free(reading.string, TRUE);
    g_ptr_array_unref(reading.names);
    g_array_unref(reading.pairs);
    return matrix;
}
