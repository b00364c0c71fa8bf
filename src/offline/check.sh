# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Whether the program $1 can be run here: exits as a shell would that cannot, or with 0.
case $1 in
*/*)
    [ -e "$1" ] || exit 127
    [ -f "$1" ] && [ -x "$1" ] || exit 126
    ;;
*) command -v -- "$1" >/dev/null || exit 127 ;;
esac
exit 0
