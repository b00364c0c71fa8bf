// SPDX-License-Identifier: Apache-2.0
#include <vttif/error.h>

G_DEFINE_QUARK(vttif - error - quark, vttif_error)
