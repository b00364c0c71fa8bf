#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# vttifd at the switch of a test bed, against captures at every host.
#
#     h1 ── p1 ┐
#     h2 ── p2 ┤ switch: vttifd watches p1 to p4 from here
#     h3 ── p3 ┤
#     h4 ── p4 ┘ tcpdump runs on each host's eth0

# shellcheck disable=SC2317 # functions are called by ok

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$here/lib.sh"

vttifd=$build/src/daemon/vttifd
vttif=$build/src/cli/vttif
notified=$build/tests/integration/notified
flood=$build/tests/integration/flood

needs_testbed tcpdump setpriv mount curl

cleanup() {
    for pid in $notified_pid $captures; do # vttifd dies with notified
        kill "$pid" 2>/dev/null
    done
    exec 6>&-
    "$testbed" stop all >/dev/null 2>&1
    if mountpoint -q "$work/bpf"; then
        rm -rf "$work/bpf/vttif"
        umount "$work/bpf"
    fi
}
daemon_pid="" notified_pid="" captures=""

hold_testbed 6 4 --offload off
switch=$(ps -o ppid= -p "$(sed -n 's/^h1 .*via=pid://p' "$held_hosts")" | tr -d ' ')
cat >vttifd.conf <<END
[source]
type = ebpf
interface = p*:port
count = frame
hosts = $held_hosts

[query]
socket = $work/vttifd.sock
END

in_switch() { nsenter --net="/proc/$switch/ns/net" "$@"; }
network_of() { # HOST
    echo "/proc/$(sed -n "s/^$1 .*via=pid://p" "$held_hosts")/ns/net"
}
on() { # HOST COMMAND...
    host=$1
    shift
    nsenter --net="$(network_of "$host")" "$@"
}

# Starts vttifd and waits for its READY=1; further arguments are its options.
start_vttifd() {
    [ -z "$notified_pid" ] || kill "$notified_pid" # of a test that failed
    rm -f ready
    : >log
    "$notified" "$work/ready" nsenter --net="/proc/$switch/ns/net" "$vttifd" -c vttifd.conf "$@" 2>>log &
    notified_pid=$!
    wait_until 60 grep -q READY=1 ready && daemon_pid=$(cat ready.pid) && return
    kill -9 "$notified_pid"
    wait "$notified_pid"
    notified_pid=""
    cat log
    return 1
}

# Ends it with SIGTERM; its exit status.
end_vttifd() {
    kill "$daemon_pid"
    wait "$notified_pid"
    ended=$?
    daemon_pid="" notified_pid=""
    return "$ended"
}

start_captures() {
    for host in h1 h2 h3 h4; do
        nsenter --net="$(network_of "$host")" tcpdump -i eth0 -B 32768 -s 128 -U --immediate-mode \
            -w "$host.pcap" 2>"$host.log" &
        captures="$captures $!"
        wait_until 60 grep -q listening "$host.log" || return 1
    done
}

# What a host sends last is in its capture: then so is everything before.
end_captures() {
    for i in 1 2 3 4; do
        on "h$i" "$flood" 10.77.0.$((i % 4 + 1)) 7778 1 100 || return 1
        wait_until 60 sh -c "tcpdump -n -r h$i.pcap src 10.77.0.$i and udp port 7778 2>/dev/null |
            grep -q ." || return 1
    done
    # shellcheck disable=SC2086 # a list
    kill $captures
    # shellcheck disable=SC2086
    wait $captures
    captures=""
    ! grep -v '^0 packets dropped' h?.log | grep 'dropped by kernel'
}

sums_of() { # CSV; lines FROM TO BYTES
    awk -F, 'NR == 1 { for (i = 2; i <= NF; i++) to[i] = $i; next }
        { for (i = 2; i <= NF; i++) if ($i > 0) print $1, to[i], $i }' "$1" | sort
}

same_matrices() { # CSV CSV
    sums_of "$1" >ours
    sums_of "$2" >theirs
    cat ours
    [ -s ours ] && diff ours theirs
}

run_program() { # LAUNCHER PROGRAM ARGUMENT...
    launcher=$1 program=$2
    shift 2
    # What the message passing libraries leak is not our business.
    ASAN_OPTIONS=detect_leaks=0 timeout --foreground 120 "$vttif" infer -q --hosts "$held_hosts" --launcher "$launcher" \
        -o "$work/inferred" -- "$build/workloads/$program" --numprocs 4 "$@" >program.out 2>&1 || {
        cat program.out
        return 1
    }
}

online_equals_offline() { # LAUNCHER PROGRAM
    rm -rf inferred online.csv offline.csv
    start_vttifd -o online.csv || return 1
    start_captures || return 1
    run_program "$@" --pattern hypercube --messagesize 30000 --numiters 5 || return 1
    end_captures || return 1
    end_vttifd || return 1
    "$vttif" generate -q --hosts "$held_hosts" --count frame h1.pcap h2.pcap h3.pcap h4.pcap \
        >offline.csv 2>errors || { cat errors; return 1; }
    same_matrices online.csv offline.csv
}

plan 17

# Over each system for which the program is built; of FUNCTION LAUNCHER PROGRAM.
ok_over_all() { # SENTENCE (%s is the system) FUNCTION PROGRAM
    for system in pvm mpi; do
        # shellcheck disable=SC2059 # the sentence has the place of the system's name
        sentence=$(printf "$1" "$system")
        if [ -x "$build/workloads/$3-$system" ]; then
            ok "$sentence" "$2" "$system" "$3-$system"
        else
            skip "$sentence" "$3-$system is not built"
        fi
    done
}

ok_over_all "the matrix of a hypercube over %s is that of the captures, byte for byte" \
    online_equals_offline patterns

# Each pair's payload within 1 % of what IS, class W, says that it sent; 3 if it is less, 1 if it is
# more. bench/online does class A.
within_1_percent() { # LAUNCHER PROGRAM
    rm -rf inferred truth.csv is.csv
    start_vttifd --set source.count=payload -o is.csv || return 3
    run_program "$@" --class W --truth "$work/truth.csv" || return 3
    end_vttifd || return 3
    paste -d' ' truth.csv is.csv
    awk -F, 'FNR == 1 { file++; next }
        { for (i = 2; i <= 5; i++) if (i != FNR) cell[file, FNR, i] = $i }
        END {
            for (i = 2; i <= 5; i++) for (j = 2; j <= 5; j++) if (i != j) {
                off = cell[2, i, j] / cell[1, i, j] - 1
                if (off < 0 || off > 0.01) print i - 1, j - 1, off
                if (off > 0.01 && !bad) bad = 1
                if (off < 0) bad = 3
            }
            exit bad
        }' truth.csv is.csv
}
# What TCP sends twice on a busy machine is traffic of the host's as well: a run in which there was
# more may be repeated. One in which anything is missing, or that failed, may not.
within_1_percent_of_three() { # LAUNCHER PROGRAM
    for run in 1 2 3; do
        status=0
        within_1_percent "$@" || status=$?
        [ "$status" = 1 ] || return "$status"
        echo "run $run: more than 1 % over"
    done
    return 1
}

ok_over_all "what IS sends over %s is seen within 1 %%, by payload" within_1_percent_of_three is

replay_equals_generate() {
    "$vttifd" --replay h1.pcap --set source.count=frame --set source.speed=max --exit-at-end \
        -o replay.csv 2>log || { cat log; return 1; }
    "$vttif" generate -q --count frame h1.pcap >once.csv 2>/dev/null
    same_matrices replay.csv once.csv
}
ok "a replay of a capture counts what generate does" replay_equals_generate

# A datagram of 1000 bytes is a frame of 1042.
flood_h2() { # COUNT
    on h1 "$flood" 10.77.0.2 7777 "$1" 1000 1000
}

cell() { # CSV FROM TO
    sums_of "$1" | sed -n "s/^$2 $3 //p"
}

cell_is() { # CSV FROM TO BYTES
    found=$(cell "$1" "$2" "$3")
    echo "$2 > $3: ${found:-0}, expected $4"
    [ "${found:-0}" = "$4" ]
}

reload_with() { # WORDS of the log
    : >log
    kill -HUP "$daemon_pid"
    wait_until 60 grep -q "$1" log || { cat log; return 1; }
}

reloads() {
    sed 's/^h1 /master /' "$held_hosts" >renamed.hosts
    cp vttifd.conf first.conf
    start_vttifd -o reloaded.csv || return 1
    flood_h2 100
    sed -i "s|^hosts = .*|hosts = $work/renamed.hosts|" vttifd.conf
    reload_with "is read again" && flood_h2 50 || return 1
    sed -i 's/^count = .*/count = frames/' vttifd.conf
    reload_with "vttifd.conf:4: 'frames' is no value for count.*stays as it was" &&
        flood_h2 20 && end_vttifd || return 1
    cp first.conf vttifd.conf
    cell_is reloaded.csv h1 h2 104200 && cell_is reloaded.csv master h2 72940
}
ok "SIGHUP gives new names or says what is wrong, and no count is lost" reloads
ok "systemd is told of start, reload and end" \
    sh -c 'grep -q RELOADING=1 ready && grep -q STATUS=ebpf ready && grep -q STOPPING=1 ready'

warns_each_time() {
    cp vttifd.conf first.conf
    start_vttifd || return 1
    sed -i 's/^count = .*/count = ip/' vttifd.conf
    reload_with "count: only a restart changes that" && reload_with "count: only a restart changes that"
    warned=$?
    cp first.conf vttifd.conf
    reload_with "is read again" && ! grep "only a restart" log && end_vttifd && return "$warned"
}
ok "each SIGHUP says what a restart alone would change" warns_each_time

alerts() {
    start_vttifd --set 'trigger.byte-threshold=10 kB' --set 'trigger.time-bound=1 s' \
        --set 'trigger.tmax=500 ms' --set 'trigger.twait=500 ms' || return 1
    flood_h2 1500
    wait_until 60 grep -q 'alert 2, quiet: .*h1 > h2' log
    end_vttifd || return 1
    cat log
    grep -q 'alert 1, sustained' log && grep -q 'alert 2, quiet: .*h1 > h2' log
}
ok "a sustained rate is told of, and its end" alerts

mkdir bpf
if mount -t bpf bpf bpf; then
    pin=$work/bpf/vttif
else
    pin=""
fi
killed() {
    start_vttifd --set "source.pin=$pin" || return 1
    kill -9 "$daemon_pid"
    wait "$notified_pid"
    ls "$pin"
    start_vttifd --set "source.pin=$pin" -o after.csv || return 1
    flood_h2 10
    end_vttifd || return 1
    cell_is after.csv h1 h2 10420 && [ -d "$pin" ]
}
removed() {
    "$vttifd" --remove-pinned "$pin" && [ ! -e "$pin" ]
}
if [ -n "$pin" ]; then
    ok "after kill -9 it goes on with what is pinned, which SIGTERM leaves, too" killed
    ok "what is pinned can be removed" removed
else
    skip "after kill -9 it goes on with what is pinned, which SIGTERM leaves, too" "no bpffs"
    skip "what is pinned can be removed" "no bpffs"
fi

metric() { # NAME; the sum of its lines
    curl -sS --unix-socket "$work/vttifd.sock" http://vttifd/metrics 2>&1 | tee metrics |
        awk -v name="$1" '$1 ~ "^" name "([{]|$)" { n += $2 } END { printf "%.0f", n }'
}
half_is_free() {
    [ "$(metric vttif_table_pairs)" -le 32 ]
}
# Each call of flood has a port of its own: six times 30 pairs, in a table of 64.
thirty_pairs() {
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        for _ in 1 2 3; do on h1 "$flood" 10.77.0.2 7777 9 1000 || return 1; done
    done
}
start_with_ports() {
    start_vttifd --set source.hosts= --set source.key=port --set source.pairs=64 --set source.idle=1s \
        --set "source.pin=$pin" --set "query.socket=$work/vttifd.sock"
}
silent_pairs_leave() {
    start_with_ports || return 1
    for round in 1 2 3 4 5 6; do
        thirty_pairs || return 1
        if [ "$round" = 4 ]; then
            kill -9 "$daemon_pid"
            wait "$notified_pid"
            start_with_ports || return 1
        fi
        wait_until 30 half_is_free || { cat metrics; return 1; }
    done
    bytes=$(metric vttif_bytes_total) other=$(metric vttif_overflow_packets_total)
    cat metrics
    end_vttifd && "$vttifd" --remove-pinned "$pin" &&
        [ "$bytes" = $((6 * 30 * 9 * 1042)) ] && [ "$other" = 0 ]
}
if [ -n "$pin" ]; then
    ok "pairs that are silent make room, no byte is lost, and kill -9 changes nothing" silent_pairs_leave
else
    skip "pairs that are silent make room, no byte is lost, and kill -9 changes nothing" "no bpffs"
fi

# The capabilities of packaging/vttifd.service, nothing else.
capabilities=$(sed -n 's/^CapabilityBoundingSet=//p' "$here/../../packaging/vttifd.service.in" |
    tr 'A-Z ' 'a-z,' | sed 's/cap_/+/g')
confined() {
    rm -f ready
    : >log
    "$notified" "$work/ready" nsenter --net="/proc/$switch/ns/net" setpriv --no-new-privs \
        --bounding-set "-all,$capabilities" --inh-caps "-all,$capabilities" \
        "$vttifd" -c vttifd.conf -o confined.csv 2>>log &
    notified_pid=$!
    wait_until 60 grep -q READY=1 ready || { cat log; return 1; }
    daemon_pid=$(cat ready.pid)
    grep '^Cap' "/proc/$daemon_pid/status"
    flood_h2 10 && end_vttifd && cell_is confined.csv h1 h2 10420
}
ok "the service's capabilities are enough" confined

refused() { # WORDS OPTION...
    words=$1
    shift
    in_switch "$vttifd" "$@" >log 2>&1 && return 1
    cat log
    grep -q "$words" log
}
no_perfmon() {
    in_switch setpriv --bounding-set -perfmon,-sys_admin --inh-caps -perfmon,-sys_admin \
        "$vttifd" -c vttifd.conf >log 2>&1 && return 1
    cat log
    grep -q 'not here: CAP_PERFMON)' log
}
no_permission() {
    in_switch setpriv --bounding-set -all --inh-caps -all "$vttifd" -c vttifd.conf >log 2>&1 &&
        return 1
    cat log
    grep -qi 'CAP_BPF\|capabilit' log
}
ok "without permission it says which is needed" no_permission
ok "... even if it is CAP_PERFMON alone" no_perfmon
ok "an interface that is not there is named" refused nowhere0 -i nowhere0
ok "a configuration that is not there is named" refused missing.conf -c missing.conf
finish
