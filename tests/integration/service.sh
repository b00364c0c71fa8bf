#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# vttifd as systemd's service. Not one of the tests of `make test`: scripts/check-systemd runs it in a
# virtual machine of which systemd is the init, with vttif installed at $PREFIX and flood (flood.c) beside it.
#
#        10.9.0.1            this host: a bridge             10.9.0.2
#      a: eth0 ────────────── veth_a ─┬─ veth_b ────────────── eth0 :b
#                                    br0

# shellcheck disable=SC2317 # functions are called by ok

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$here/lib.sh"

if [ -z "${PREFIX:-}" ] || [ ! -d /run/systemd/system ]; then
    skip_all "this is for a host with systemd that may be played with"
fi
case $PREFIX in
/usr) configuration=/etc/vttif/vttifd.conf ;;
*) configuration=$PREFIX/etc/vttif/vttifd.conf ;;
esac
sent=0

cleanup() {
    [ "$tests_failed" = 0 ] || journalctl --no-pager -o cat -u vttifd | tail -n 40
}

for namespace in a b; do
    ip netns add $namespace && ip link add eth0 netns $namespace type veth peer name veth_$namespace
done
ip link add br0 type bridge && ip link set br0 up
for namespace in a b; do
    ip link set veth_$namespace master br0 up
    ip -n $namespace link set eth0 up
done
ip -n a addr add 10.9.0.1/24 dev eth0
ip -n b addr add 10.9.0.2/24 dev eth0
# What would wait for ARP could be dropped before it is sent.
ip -n a neigh add 10.9.0.2 dev eth0 lladdr "$(ip -n b -o link show eth0 | sed 's/.*ether \([^ ]*\).*/\1/')"

# What an administrator does first: the example, with names.
configure() { # NAME NAME
    mkdir -p /etc/vttif "${configuration%/*}"
    printf '%s 10.9.0.1\n%s 10.9.0.2\n' "$1" "$2" >/etc/vttif/cluster.hosts
    sed 's/^#hosts =/hosts =/; s/^#group =/group =/' "$PREFIX/share/vttif/vttifd.conf" >"$configuration"
}

# The property of the service.
property() { # NAME
    systemctl show --value -p "$1" vttifd
}

send() { # DATAGRAMS [PAUSE-MICROSECONDS]
    sent=$((sent + $1))
    ip netns exec a flood 10.9.0.2 9 "$1" 1000 "${2:-0}"
}

# 14 of Ethernet, 20 of IP, 8 of UDP and 1000 bytes each.
shown() { # NAME NAME
    vttif query pairs --format csv >pairs.csv 2>&1
    vttif sql --format csv "SELECT bytes, frames FROM pairs WHERE src = '$1' AND dst = '$2'" >sql.csv 2>&1
    [ "$(sed -n 2p sql.csv)" = "$((sent * 1042)),$sent" ]
}

# Each try takes the guest half a second and more.
wait_shown() { # NAME NAME
    tries=20
    until shown "$1" "$2"; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || return 1
        sleep 0.5
    done
}

counted() { # NAME NAME
    wait_shown "$1" "$2" && return
    echo "sent: $((sent * 1042)),$sent"
    cat sql.csv pairs.csv
    journalctl --no-pager -o cat -u vttifd | tail -n 5
    return 1
}

cd "$work" || exit 99
configure one two
plan 10

started() {
    systemctl start vttifd && [ "$(property Type)" = notify ] && systemctl is-active vttifd &&
        vttif query status
}
ok "systemd starts it, and goes on when it is ready" started

understood() {
    ! journalctl --no-pager | grep -E 'vttifd\.service:[0-9]+:'
}
ok "systemd understands every line of the unit" understood

# Of 0 chown, 12 net_admin, 13 net_raw, 38 perfmon, 39 bpf, and of no other.
capable() {
    cat "/proc/$(property MainPID)/status" >status
    for set in CapPrm CapEff CapBnd; do
        grep -q "^$set:[[:space:]]*000000c000003001$" status || return 1
    done
    grep -q '^CapInh:[[:space:]]*0*$' status && grep -q '^CapAmb:[[:space:]]*0*$' status
}
ok "it has the capabilities that the unit gives, and no other" capable

confined() {
    pid=$(property MainPID)
    grep -E '^(Seccomp|NoNewPrivs):' "/proc/$pid/status" | tr -d '[:space:]' | grep -q 'NoNewPrivs:1Seccomp:2' &&
        awk '$5 == "/" { last = $6 } END { exit last !~ /^ro/ }' "/proc/$pid/mountinfo"
}
ok "its system calls are filtered, and the system is read-only to it" confined

socket_of_group() {
    ls -l /run/vttif && [ "$(stat -c %U:%G /run/vttif/vttifd.sock)" = root:vttif ]
}
ok "its socket is given to the group of the configuration" socket_of_group

traffic() {
    send 500 && counted one two && vttif query pairs >text && cat text && grep -q 'one.*two' text
}
ok "it counts what passes, byte for byte, and vttif query pairs shows it" traffic

# What was counted stays with the names of its time; the new ones get what comes.
reloaded() {
    pid=$(property MainPID)
    configure first second
    systemctl reload vttifd && [ "$(property MainPID)" = "$pid" ] && counted one two || return 1
    before=$sent
    sent=0
    send 300
    counted first second || return 1
    sent=$before
    counted one two || return 1
    sent=$((before + 300)) # a new process has one name for all
}
ok "systemctl reload: the new names hold, no count is lost" reloaded

back() {
    [ "$(property NRestarts)" = 1 ] && systemctl -q is-active vttifd
}
killed() {
    send 1000 2000 &
    sender=$!
    sent=$((sent + 1000)) # the & did that in a process of its own
    systemctl kill --kill-who=main -s KILL vttifd && wait_until 60 back && wait "$sender" &&
        counted first second
}
ok "kill -9 while traffic passes: systemd starts it again, no byte is lost" killed

stopped() {
    systemctl stop vttifd && [ "$(property ActiveState)" = inactive ] && [ "$(property Result)" = success ] &&
        [ "$(property ExecMainStatus)" = 0 ] && [ ! -e /run/vttif ]
}
ok "systemctl stop ends it as told, and leaves nothing in /run" stopped

again() {
    send 200 && systemctl start vttifd && counted first second
}
ok "started again, it knows what passed meanwhile" again

finish
