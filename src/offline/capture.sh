# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# One capture, on the host that is watched:
#     sh -c THIS vttif INTERFACE ADDRESS FILE SNAPLEN KIB
# An empty INTERFACE is the one that has ADDRESS. Without FILE the capture is kept in a temporary
# file, and written to standard output at the end. Standard input: a line asks for the counters,
# its end stops the capture. What is said on standard error begins with "vttif: "; the rest there
# is tcpdump's.
interface=$1 address=$2 file=$3 snaplen=$4 kib=$5
exec 3<&0 </dev/null
PATH=$PATH:/usr/sbin:/sbin LC_ALL=C
export PATH LC_ALL

say() {
    echo "vttif: $*" >&2
}

find_interface() {
    case $address in
    ??:??:??:??:??:??) ip -o link show | grep -i " $address " ;;
    *) ip -o address show to "$address" ;;
    esac | {
        read -r _ name _
        echo "${name%%[:@]*}"
    }
}

command -v tcpdump >/dev/null || {
    say no-tcpdump
    exit 1
}
[ -n "$interface" ] || interface=$(find_interface)
[ -n "$interface" ] || {
    say no-interface
    exit 1
}
directory=
if [ -z "$file" ]; then
    directory=$(mktemp -d "${TMPDIR:-/var/tmp}/vttif.XXXXXX") || exit 1
    file=$directory/capture.pcap
fi

set -- -i "$interface" -s "$snaplen" -B "$kib" -n -w "$file"
[ "$(id -u)" != 0 ] || set -- "$@" -Z root
tcpdump "$@" >/dev/null 3<&- &
tcpdump=$!
{
    while read -r _; do
        kill -USR1 $tcpdump
    done
    kill -TERM $tcpdump
} <&3 >/dev/null 2>&1 &
reader=$!
wait $tcpdump
status=$?
kill $reader 2>/dev/null
if [ -n "$directory" ]; then
    if cat "$file"; then
        rm -rf "$directory"
    else
        say "kept $file"
    fi
fi
say "ended $status"
