// SPDX-License-Identifier: Apache-2.0
#include "base/units.h"

#include <vttif/filter.h>
#include <vttif/view.h>

static const char *const count_texts[] = {
    [VTTIF_COUNT_UNKNOWN] = "bytes of a kind that the file does not name",
    [VTTIF_COUNT_FRAME] = "whole Ethernet frames (--count frame)",
    [VTTIF_COUNT_IP] = "IP packets (--count ip)",
    [VTTIF_COUNT_PAYLOAD] = "TCP and UDP payload (--count payload)",
};

static void append_frames(GString *out, uint64_t frames)
{
    g_string_append_printf(out, "%" G_GUINT64_FORMAT " frame%s", frames, frames == 1 ? "" : "s");
}

/* "84 B in 2 frames" */
static void append_dropped(GString *out, const struct vttif_dropped *dropped)
{
    unit_append_bytes(out, (double)dropped->bytes);
    g_string_append(out, " in ");
    append_frames(out, dropped->frames);
}

static void append_counted(const struct vttif_matrix *matrix, GString *out)
{
    const struct vttif_account *account = vttif_matrix_account_const(matrix);
    g_string_append_printf(out, "Counted: %s, ", count_texts[account->count]);
    unit_append_bytes(out, vttif_matrix_total(matrix));
    if (account->frames > 0) {
        g_string_append(out, " in ");
        append_frames(out, account->frames);
    }
    if (account->seconds > 0) {
        g_string_append(out, ", ");
        unit_append_seconds(out, account->seconds);
    }
    g_string_append_c(out, '\n');
}

/* One line a loss: "  kernel drops: 3 frames". */
static void append_loss(GString *out, const char *what, uint64_t frames)
{
    if (frames == 0)
        return;
    g_string_append_printf(out, "  %s: ", what);
    append_frames(out, frames);
    g_string_append_c(out, '\n');
}

static void append_missing(GString *out, const char *what, const struct vttif_dropped *missing)
{
    if (missing->frames == 0 && missing->bytes == 0)
        return;
    g_string_append_printf(out, "  %s: ", what);
    append_dropped(out, missing);
    g_string_append_c(out, '\n');
}

static void append_losses(const struct vttif_account *account, GString *out)
{
    if (!vttif_account_is_lower_bound(account))
        return;
    g_string_append(out, "Incomplete: the matrix is a lower bound.\n");
    append_loss(out, "dropped by the kernel before the capture saw them", account->kernel_drops);
    append_loss(out, "too short or malformed to say who sent them", account->undecodable);
    append_missing(out, "of pairs that no table had room for", &account->overflow);
    append_missing(out, "seen where they arrived, but not by the captures at their senders",
                   &account->missed);
    if (account->truncated)
        g_string_append(out, "  a capture or table ended before its end\n");
}

static void append_filtered(const struct vttif_account *account, GString *out)
{
    bool any = false;
    for (int reason = 1; reason < VTTIF_REASONS; reason++) {
        const struct vttif_dropped *filtered = &account->filtered[reason];
        if (filtered->bytes == 0 && filtered->frames == 0)
            continue;
        if (!any)
            g_string_append(out, "Filtered, and not in the matrix:\n");
        any = true;
        g_string_append_printf(out, "  %s: ", vttif_reason_text((enum vttif_reason)reason));
        append_dropped(out, filtered);
        g_string_append_c(out, '\n');
    }
}

void vttif_view_account(const struct vttif_matrix *matrix, GString *out)
{
    const struct vttif_account *account = vttif_matrix_account_const(matrix);
    append_counted(matrix, out);
    append_losses(account, out);
    append_filtered(account, out);
    if (account->estimated > 0)
        g_string_append_printf(out,
                               "Estimated: %" G_GUINT64_FORMAT " segments of super-packets were "
                               "counted with an assumed segment size.\n",
                               account->estimated);
}
