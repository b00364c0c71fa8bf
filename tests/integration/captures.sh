#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Captures that tcpdump made of real traffic, read by vttif and by tshark: every byte agrees; and
# what offload does to frames makes no difference to what is counted.
#
#     a 10.77.0.1, fd77::1 ──── veth ──── b 10.77.0.2, fd77::2

# shellcheck disable=SC2317 # functions are called by ok

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$here/lib.sh"

vttif=$VTTIF_BUILD/src/cli/vttif
[ "$(id -u)" = 0 ] || skip_all "needs root, to make network namespaces"
have tcpdump tshark python3 ethtool ip || skip_all "needs tcpdump, tshark, python3, ethtool and ip"

a=vttif-cap-a-$$
b=vttif-cap-b-$$
started=()

# shellcheck disable=SC2154 # work is lib.sh's
cleanup() {
    for pid in "${started[@]}"; do
        kill "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
    done
    for namespace in "$a" "$b"; do
        ip netns delete "$namespace" 2>/dev/null
    done
}

# BBR, the default of some machines, takes the time that a process waits for a processor for the
# path's, and then sends a few kilobytes a second.
use_cubic() { # NUMBER
    grep -qw cubic /proc/sys/net/ipv4/tcp_available_congestion_control || return 0
    ip -n "$namespace" route change 10.77.0.0/24 dev eth0 src "10.77.0.$1" congctl cubic &&
        ip -n "$namespace" -6 route replace fd77::/64 dev eth0 proto kernel metric 256 congctl cubic
}

make_hosts() {
    ip netns add "$a" && ip netns add "$b" || return 1
    ip -n "$a" link add eth0 type veth peer name eth0 netns "$b" || return 1
    local number=1
    for namespace in "$a" "$b"; do
        ip -n "$namespace" address add "10.77.0.$number/24" dev eth0 &&
            ip -n "$namespace" address add "fd77::$number/64" dev eth0 nodad &&
            ip -n "$namespace" link set eth0 up || return 1
        use_cubic "$number" || return 1
        number=$((number + 1))
    done
}

offload() { # on|off
    for namespace in "$a" "$b"; do
        ip netns exec "$namespace" ethtool -K eth0 tso "$1" gso "$1" gro "$1" \
            tx-udp-segmentation "$1" >/dev/null 2>&1
    done
}

# A server that takes everything, and answers a connection's end with 300,000 bytes.
cat >"$work/server.py" <<'END'
import socket, threading
def tcp(family, address):
    listener = socket.create_server((address, 5001), family=family)
    while True:
        peer, _ = listener.accept()
        while peer.recv(65536):
            pass
        peer.sendall(bytes(300000))
        peer.close()
def udp(family, address):
    receiver = socket.socket(family, socket.SOCK_DGRAM)
    receiver.bind((address, 5002))
    while True:
        receiver.recv(65536)
for family, address in (socket.AF_INET, "10.77.0.2"), (socket.AF_INET6, "fd77::2"):
    for serve in tcp, udp:
        threading.Thread(target=serve, args=(family, address)).start()
END
cat >"$work/client.py" <<'END'
import socket
for family, address in (socket.AF_INET, "10.77.0.2"), (socket.AF_INET6, "fd77::2"):
    stream = socket.create_connection((address, 5001)) # first: now the neighbour is known
    sender = socket.socket(family, socket.SOCK_DGRAM)
    for size in [4080, 100, 0, 1472, 1473, 20000] * 20:
        sender.sendto(bytes(size), (address, 5002))
    stream.sendall(bytes(8 << 20))
    stream.shutdown(socket.SHUT_WR)
    while stream.recv(65536):
        pass
END

listens() { # in b
    [ "$(ip netns exec "$b" ss -Hltun | grep -c ':500[12]')" = 4 ]
}

# What there is to know of a run that did not end.
tell_state() {
    for namespace in "$a" "$b"; do
        echo "--- $namespace"
        ip netns exec "$namespace" ss -tuanimp
        ip netns exec "$namespace" nstat -as
        ip -n "$namespace" -s link show eth0
        ip netns exec "$namespace" tc -s qdisc show dev eth0
        ip netns exec "$namespace" ethtool -S eth0
        tail -n 3 "$work/tcpdump-$namespace"
    done
    uptime
    dmesg | tail -n 5
}

# One run of the client, captured at both ends: FILES NAME-a.pcap and NAME-b.pcap.
capture() { # NAME
    local tcpdumps=() namespace
    for namespace in "$a" "$b"; do
        ip netns exec "$namespace" tcpdump -i eth0 -s 200 -U -B 32768 --immediate-mode -Z root \
            -w "$work/$1-${namespace#vttif-cap-}.pcap" 2>"$work/tcpdump-$namespace" &
        tcpdumps+=($!)
        started+=($!)
        wait_until 60 grep -q listening "$work/tcpdump-$namespace" || return 1
    done
    timeout 200 ip netns exec "$a" python3 "$work/client.py" || { tell_state; return 1; }
    wait_until 60 is_written "$work/$1" || { tell_state; return 1; }
    kill -INT "${tcpdumps[@]}"
    wait "${tcpdumps[@]}"
    for namespace in a b; do
        mv "$work/$1-$namespace-$$.pcap" "$work/$1-$namespace.pcap"
    done
    ! grep -h 'dropped by kernel' "$work"/tcpdump-* | grep -v '^0 '
}

# Both ends saw the last connection close. -U writes each frame as it is seen.
is_written() { # NAME
    local file
    for file in "$1-a-$$.pcap" "$1-b-$$.pcap"; do
        [ "$(tcpdump -nr "$file" 'ip6 and ip6[6] == 6 and (ip6[53] & 1) != 0' 2>/dev/null | wc -l)" -ge 2 ] ||
            return 1
    done
}

# FROM TO BYTES of each pair, by tshark: its fields of each frame, added up.
by_tshark() { # COUNT FILE
    tshark -r "$2" -o ip.defragment:FALSE -o ipv6.defragment:FALSE -n -T fields -E separator=, \
        -E occurrence=f -e frame.len -e ip.src -e ip.dst -e ip.len -e ip.frag_offset -e ip.proto \
        -e ipv6.src -e ipv6.dst -e ipv6.plen -e ipv6.nxt -e ipv6.fraghdr.nxt \
        -e ipv6.fraghdr.offset -e tcp.hdr_len 2>/dev/null |
        awk -F, -v count="$1" '
        $2 != "" { from = $2; to = $3; bytes = $4; rest = bytes - 20; offset = $5; protocol = $6 }
        $7 != "" {
            from = $7; to = $8; bytes = $9 + 40; rest = $9; protocol = $10; offset = 0
            if (protocol == 44) { rest -= 8; protocol = $11; offset = $12 }
        }
        ($2 != "" || $7 != "") && (protocol == 6 || protocol == 17) {
            if (offset == 0) rest -= protocol == 6 ? $13 : 8
            sum[from " " to] += count == "frame" ? $1 : count == "ip" ? bytes : rest
        }
        END { for (pair in sum) printf "%s %.0f\n", pair, sum[pair] }' | sort
}

# The same by vttif.
by_vttif() { # COUNT FILE...
    local count=$1
    shift
    "$vttif" generate --format csv --count "$count" "$@" 2>/dev/null |
        awk -F, 'NR == 1 { for (i = 2; i <= NF; i++) name[i] = $i; next }
            { for (i = 2; i <= NF; i++) if ($i > 0) printf "%s %s %.0f\n", $1, name[i], $i }' | sort
}

agrees() { # COUNT NAME
    by_tshark "$1" "$work/$2.pcap" >"$work/expected"
    by_vttif "$1" "$work/$2.pcap" >"$work/got"
    [ "$(wc -l <"$work/expected")" = 4 ] || { cat "$work/expected"; return 1; }
    diff "$work/expected" "$work/got"
}

# The bytes of each pair differ by at most so many per mille.
close_to() { # PER-MILLE FILE FILE
    cat "$2" "$3"
    join <(awk '{ print $1 ">" $2, $3 }' "$2") <(awk '{ print $1 ">" $2, $3 }' "$3") |
        awk -v limit="$1" '{ d = $2 - $3; if (d < 0) d = -d; if (d * 1000 > limit * $2) bad = 1; n++ }
            END { exit bad || n != 4 }'
}

both_ends() { # COUNT NAME PER-MILLE
    by_vttif "$1" "$work/$2-a.pcap" >"$work/at-a"
    by_vttif "$1" "$work/$2-b.pcap" >"$work/at-b"
    by_vttif "$1" "$work/$2-a.pcap" "$work/$2-b.pcap" >"$work/at-both"
    close_to "$3" "$work/at-a" "$work/at-b" && close_to "$3" "$work/at-a" "$work/at-both"
}

# Bytes of that count for each byte of payload, in the direction of the 8 MiB: what runs back depends
# on how often the receiver acknowledges. Retransmissions weigh nothing in it.
per_payload_byte() { # COUNT NAME
    join <(by_vttif "$1" "$work/$2.pcap" | awk '$1 ~ /1$/ { print $1, $3 }') \
        <(by_vttif payload "$work/$2.pcap" | awk '$1 ~ /1$/ { print $1, $3 }') |
        awk '{ printf "%s %.6f\n", $1, $2 / $3 }'
}

like_without_offload() { # COUNT PER-MILLE
    per_payload_byte "$1" plain-a >"$work/plain"
    per_payload_byte "$1" offload-a >"$work/offloaded"
    join "$work/plain" "$work/offloaded" | awk -v limit="$2" '
        { print; d = $2 - $3; if (d < 0) d = -d; if (d * 1000 > limit * $2) bad = 1; n++ }
        END { exit bad || n != 2 }'
}

has_super_packets() {
    [ "$(tcpdump -nr "$work/offload-a.pcap" 'tcp and greater 3000' 2>/dev/null | wc -l)" -gt 20 ]
}

plan 16
ok "two hosts joined by a veth pair" make_hosts
ip netns exec "$b" python3 "$work/server.py" &
started+=($!)
ok "a server listens on one" wait_until 60 listens
offload off
ok "TCP, UDP and fragments are captured at both ends" capture plain
for count in frame ip payload; do
    ok "without offload, $count bytes are tshark's at the sender" agrees $count plain-a
    ok "without offload, $count bytes are tshark's at the receiver" agrees $count plain-b
done
ok "both ends count the same" both_ends frame plain 0
offload on
ok "the same is captured with offload" capture offload
ok "with offload, IP payload bytes are tshark's at the sender" agrees payload offload-a
if has_super_packets; then
    ok "headers weigh what they do without offload, to 0.3 %" like_without_offload frame 3
    ok "IP headers, too" like_without_offload ip 3
else
    skip "headers weigh what they do without offload, to 0.3 %" "no super-packets here"
    skip "IP headers, too" "no super-packets here"
fi
ok "both ends count the same payload" both_ends payload offload 0
ok "both ends count the same frames, to 0.5 %" both_ends frame offload 5
finish
