#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Counting in the kernel on real interfaces, against what was on the wire.
#
#        10.9.0.1                   h: a bridge                  10.9.0.2
#      a: eth0 ─────────────────── port_a ─┬─ port_b ─────────────────── eth0 :b
#        tso on or off                     br0        tso off: here tcpdump sees wire frames
#
# The source watches port_a and port_b. tcpdump at b's eth0 sees every frame between a and b, super-
# packets cut into the segments that they are on a wire.

# shellcheck disable=SC2317 # functions are called by ok

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$here/lib.sh"

build=${VTTIF_BUILD:-$here/../../build}
drive=$build/tests/integration/drive-live
stream=$build/tests/tools/stream
flood=$build/tests/integration/flood
vttif=$build/src/cli/vttif

[ "$(id -u)" = 0 ] || skip_all "root is needed to make network namespaces"
have ip nsenter ethtool tcpdump mount || skip_all "ip, nsenter, ethtool, mount, tcpdump are needed"
cd "$work" || exit 99
a=vla$$ b=vlb$$ h=vlh$$
pin=$work/bpf/vttif

cleanup() {
    exec 7>&- 8<&-
    [ -z "$source_pid" ] || kill "$source_pid" 2>/dev/null
    [ -z "$tcpdump_pid" ] || kill "$tcpdump_pid" 2>/dev/null
    rm -rf "$work/bpf/vttif" 2>/dev/null
    umount "$work/bpf" 2>/dev/null
    for namespace in $a $b $h; do
        ip netns del "$namespace" 2>/dev/null
    done
}
source_pid="" tcpdump_pid=""

in_a() { nsenter --net=/run/netns/$a "$@"; }
in_b() { nsenter --net=/run/netns/$b "$@"; }
in_h() { nsenter --net=/run/netns/$h "$@"; }

for namespace in $a $b $h; do
    ip netns add "$namespace" || skip_all "no network namespaces here"
done
ip link add eth0 netns $a type veth peer name port_a netns $h
ip link add eth0 netns $b type veth peer name port_b netns $h
in_h ip link add br0 type bridge || skip_all "no bridge here"
for port in port_a port_b; do
    in_h ip link set $port master br0 up
done
in_h ip link set br0 up
in_a ip addr add 10.9.0.1/24 dev eth0 && in_a ip link set eth0 up
in_b ip addr add 10.9.0.2/24 dev eth0 && in_b ip link set eth0 up
in_h ethtool -K port_b tso off gso off gro off tx off >/dev/null 2>&1
in_b ethtool -K eth0 tso off gso off gro off tx off >/dev/null 2>&1
mkdir bpf
mount -t bpf bpf bpf || skip_all "no BPF file system here"

offloads_of_a() { # on|off
    in_a ethtool -K eth0 tso "$1" gso "$1" >/dev/null 2>&1
}

# --- the source, driven by $work/in and $work/out --------------------------------------------

start_source() { # OPTION...
    rm -f in out && mkfifo in out
    in_h "$drive" "$@" <in >out 2>errors &
    source_pid=$!
    exec 7>in 8<out
    read -r answer <&8 && [ "$answer" = ready ]
}

ask() { # LINE; prints what comes back
    echo "$*" >&7
    while read -r answer <&8 && [ "$answer" != "done" ]; do
        echo "$answer"
    done
}

stop_source() {
    echo quit >&7
    exec 7>&- 8<&-
    wait "$source_pid" 2>/dev/null
    source_pid=""
}

kill_source() {
    kill -9 "$source_pid"
    wait "$source_pid" 2>/dev/null
    exec 7>&- 8<&-
    source_pid=""
}

# "FROM TO BYTES" of a reading, places added up; COLUMN 5 frame, 6 ip, 7 payload, 8 packets.
matrix_of() { # FILE COLUMN
    awk -v c="$2" '$1 == "pair" { t[$2 " " $3] += $c } END { for (p in t) if (t[p]) print p, t[p] }' \
        "$1" | sort
}

# --- the truth ---------------------------------------------------------------------------------

start_capture() {
    rm -f wire.pcap capture.log
    in_b tcpdump -i eth0 -B 131072 -s 128 -U --immediate-mode -w wire.pcap 2>capture.log &
    tcpdump_pid=$!
    wait_until 60 grep -q listening capture.log
}

# The matrix of what is in the file by now.
captured() { # COUNT
    "$vttif" generate -q --count "$1" wire.pcap 2>/dev/null >truth.csv || return 1
    awk -F, 'NR == 1 { for (i = 2; i <= NF; i++) to[i] = $i; next }
        { for (i = 2; i <= NF; i++) if ($i > 0) print $1, to[i], $i }' truth.csv | sort
}

stop_capture() {
    kill "$tcpdump_pid"
    wait "$tcpdump_pid" 2>/dev/null
    tcpdump_pid=""
}

counts_agree() { # COUNT COLUMN
    ask read >counted
    matrix_of counted "$2" >ours
    captured "$1" >theirs
    [ -s ours ] && cmp ours theirs
}

# Every count, byte for byte. tcpdump may still be writing: what it has is waited for.
agree() {
    wait_until 60 counts_agree frame 5 && counts_agree ip 6 && counts_agree payload 7 && return
    diff ours theirs
    cat capture.log
    return 1
}

tcp() { # BYTES WRITE
    rm -f sink.out
    in_b "$stream" sink 5000 >sink.out &
    sink=$!
    wait_until 60 grep -q ready sink.out && in_a "$stream" send 10.9.0.2 5000 "$1" "$2"
    wait "$sink"
}

udp() { # COUNT BYTES
    in_a "$flood" 10.9.0.2 9 "$1" "$2" 20
}

traffic_agrees() { # SOURCE-OPTIONS -- COMMAND...
    options=""
    while [ "$1" != -- ]; do
        options="$options $1"
        shift
    done
    shift
    start_capture || return 1
    # shellcheck disable=SC2086 # a list of words
    start_source $options 'port_*' || return 1
    "$@" && agree
    result=$?
    stop_source
    stop_capture
    return "$result"
}

plan 15

# --- exact -------------------------------------------------------------------------------------

offloads_of_a off
ok "TCP without TSO: the kernel's matrix is the capture's, byte for byte" \
    traffic_agrees -- tcp 3000000 65536
offloads_of_a on
ok "TCP with TSO: super-packets are counted as the frames on the wire" \
    traffic_agrees -- tcp 8000000 200000
ok "TCP in small writes" traffic_agrees -- tcp 20000 10
ok "UDP: small datagrams" traffic_agrees -- udp 3000 20
ok "UDP: large ones, in fragments" traffic_agrees -- udp 200 9000
ok "by clsact, as kernels before 6.6 have it" traffic_agrees --no-tcx -- tcp 4000000 200000
offloads_of_a on
ok "from AF_PACKET rings, where eBPF is not to be had: TCP with TSO" \
    traffic_agrees --packet -- tcp 4000000 200000
ok "... and UDP in fragments" traffic_agrees --packet -- udp 100 9000

# --- restart -----------------------------------------------------------------------------------

survives() { # SOURCE-OPTION...
    start_capture && start_source --pin "$pin" "$@" 'port_*' || return 1
    tcp 500000 65536 || return 1
    kill_source
    tcp 700000 65536 || return 1 # nobody is there
    start_source --pin "$pin" "$@" 'port_*' || return 1
    tcp 300000 65536 && agree
    result=$?
    stop_source
    stop_capture
    return "$result"
}
ok "kill -9 and a new start lose no byte that passed meanwhile" survives

refused() {
    start_source --pin "$pin" --key mac 'port_*' && return 1
    exec 7>&- 8<&-
    source_pid=""
    grep -q "are of endpoints by ip, not by mac" errors
}
ok "counters that were made for something else are refused, with the reason" refused

discarded() {
    start_source --pin "$pin" --key mac --discard 'port_*' || return 1
    ask read >counted
    stop_source
    ! grep -q '^pair' counted && start_source --pin "$pin" --key mac --discard 'port_*' &&
        stop_source
}
ok "... or thrown away when that is wanted" discarded

# --- interfaces ----------------------------------------------------------------------------------

followed() {
    start_source 'new*' port_a=port || return 1
    in_h ip link add new0 type veth peer name other0
    ask wait-interface new0 >seen
    in_h ip link del new0
    ask wait-gone new0 >>seen
    ask interfaces >list
    stop_source
    [ ! -s seen ] && [ "$(cut -d' ' -f1,2 list)" = "port_a port" ]
}
ok "interfaces that come and go are followed" followed

unknown() {
    ! in_h "$drive" nosuch0 2>errors </dev/null && grep -q "no interface 'nosuch0'" errors
}
ok "an interface that is not there is named" unknown

no_bpffs() {
    ! in_h "$drive" --pin "$work/nobpf/vttif" port_a 2>errors </dev/null &&
        grep -q "BPF file system" errors
}
ok "without a BPF file system it is said what to do" no_bpffs

no_permission() {
    ! in_h setpriv --bounding-set -all --inh-caps -all "$drive" port_a 2>errors </dev/null &&
        grep -q "CAP_BPF" errors
}
ok "without permission it is said which" no_permission

finish
