# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Leaves nothing of the PVM virtual machine $1 on this host: what has PVM_VMID=$1.* in its
# environment was started by it.
grep -lsz "^PVM_VMID=$1\." /proc/[0-9]*/environ | while read -r environment; do
    process=${environment#/proc/}
    process=${process%/environ}
    [ "$process" = $$ ] || kill -9 "$process" 2>/dev/null
done
rm -f "${PVM_TMP:-/tmp}/pvmd.$(id -u).$1".* "${PVM_TMP:-/tmp}/pvml.$(id -u).$1".*
