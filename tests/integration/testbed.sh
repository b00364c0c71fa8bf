#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The test bed: hosts that are hosts, endings that leave nothing, launchers that reach everybody.
#
#     h1 ─┐
#     h2 ─┤ switch
#     h3 ─┤
#     h4 ─┘

# shellcheck disable=SC2317 # functions are called by ok

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$here/lib.sh"

rsh=$build/src/cli/vttif-rsh

needs_testbed flock

run() {
    timeout 300 "$testbed" run "$@"
}

# --- beds held in the background ------------------------------------------------------------------

hold_a() {
    hold_testbed 6 "$@"
    pid_a=$held_pid hosts_a=$held_hosts id_a=$held_id
}

hold_b() {
    hold_testbed 7 "$@"
    pid_b=$held_pid hosts_b=$held_hosts id_b=$held_id
}

release_a() {
    exec 6>&-
    wait "$pid_a"
}

release_b() {
    exec 7>&-
    wait "$pid_b"
}

pids_in() { # HOSTS-FILE
    sed 's/.*via=pid://' "$1"
}

# The PID namespace and the network namespaces of a bed, one a line.
namespaces_of() { # HOSTS-FILE
    for pid in $(pids_in "$1"); do
        readlink "/proc/$pid/ns/net" "/proc/$pid/ns/pid" "/proc/$pid/ns/mnt"
    done | sort -u
}

# True if no process is left in the namespaces listed in a file.
nobody_in() { # FILE
    ! readlink /proc/[0-9]*/ns/net /proc/[0-9]*/ns/pid /proc/[0-9]*/ns/mnt | grep -qxFf "$1"
}

outside_as_before() {
    ip -o link | cut -d : -f 2 >"$work/links.now"
    grep -c "$VTTIF_TESTBED_STATE" /proc/self/mountinfo >"$work/mounts.now"
    cmp "$work/links" "$work/links.now" && cmp "$work/mounts" "$work/mounts.now"
}

no_state() {
    [ -z "$(ls -A "$VTTIF_TESTBED_STATE")" ]
}

remember_outside() {
    outside_as_before
    mv "$work/links.now" "$work/links"
    mv "$work/mounts.now" "$work/mounts"
}

# --- what is tested -------------------------------------------------------------------------------

hosts_ping_each_other_by_name() {
    # shellcheck disable=SC2016 # the hosts' shell expands it
    run 3 -- sh -c 'for from in h1 h2 h3; do for to in h1 h2 h3; do
        '"$rsh"' $from ping -q -c 1 -W 5 $to || exit 1; done; done'
}

hostnames_differ() {
    [ "$(run 3 -- sh -c "hostname; $rsh h2 hostname; $rsh h3 hostname" | tr '\n' ' ')" = "h1 h2 h3 " ]
}

tmp_differs() {
    run 2 -- sh -c "touch /tmp/mine && $rsh h2 test ! -e /tmp/mine && $rsh h1 test -e /tmp/mine" &&
        test ! -e /tmp/mine
}

working_directory_is_shared() {
    run 2 -- sh -c "$rsh h2 'echo here >from-h2'" && [ "$(cat "$work/from-h2")" = here ]
}

sys_shows_the_hosts_interfaces() {
    [ "$(run 2 -- ls /sys/class/net | tr '\n' ' ')" = "eth0 lo " ]
}

status_is_passed_on() {
    run 2 -- sh -c 'exit 7'
    [ $? = 7 ] || return
    run 2 -- sh -c 'kill -KILL $$'
    [ $? = 137 ] || return
    run 2 -- /no/such/program
    [ $? = 127 ]
}

input_reaches_the_command() {
    [ "$(echo hello | run 2 -- cat)" = hello ]
}

sigterm_reaches_the_command() {
    "$testbed" run 2 -- sh -c 'trap "exit 5" TERM; echo ready; while :; do sleep 0.05; done' \
        >"$work/ready" &
    pid=$!
    wait_until 60 test -s "$work/ready"
    kill -TERM "$pid"
    wait "$pid"
    [ $? = 5 ]
}

# A terminal sends Ctrl-C to everybody in the foreground; the command's answer must count.
ctrl_c_reaches_the_command_once() {
    rm -f "$work/ready"
    mkfifo "$work/keys"
    cat >"$work/patient" <<'END'
trap 'echo caught; sleep 0.2; exit 5' INT
: >ready
while :; do sleep 0.05; done
END
    timeout 200 script -qec "exec $testbed run 2 -- sh patient" "$work/typescript" <"$work/keys" &
    pid=$!
    exec 8>"$work/keys"
    wait_until 60 test -e "$work/ready"
    printf '\003' >&8
    wait "$pid"
    status=$?
    exec 8>&-
    cat "$work/typescript"
    [ "$status" = 5 ] && [ "$(grep -c caught "$work/typescript")" = 1 ]
}

ends_with_input() {
    hold_a 2
    namespaces_of "$hosts_a" >"$work/namespaces"
    [ -s "$work/namespaces" ] && release_a && wait_until 60 nobody_in "$work/namespaces" && no_state
}

ends_with_signal() { # SIGNAL
    hold_a 2
    namespaces_of "$hosts_a" >"$work/namespaces"
    kill -"$1" "$pid_a"
    wait "$pid_a" && wait_until 60 nobody_in "$work/namespaces" && no_state
}

nothing_is_left_by_sigkill() {
    remember_outside
    hold_a 4 --rate 100mbit --offload off
    namespaces_of "$hosts_a" >"$work/namespaces"
    "$rsh" --pid "$(pids_in "$hosts_a" | tail -n 1)" -- setsid sleep 600 &
    [ "$(wc -l <"$work/namespaces")" = 9 ] || return # 4 network, 4 mount, 1 PID
    kill -KILL "$pid_a"
    wait_until 60 nobody_in "$work/namespaces" && outside_as_before || return
    [ -e "$hosts_a" ] && run 2 -- true && no_state
}

two_stand_side_by_side() {
    hold_a 3 && hold_b 2
    namespaces_of "$hosts_b" >"$work/namespaces"
    [ "$(VTTIF_HOSTS=$hosts_a "$rsh" h1 ping -q -c 1 -W 5 h3 | grep -c ' 0% packet loss')" = 1 ] &&
        [ "$(VTTIF_HOSTS=$hosts_b "$rsh" h1 ping -q -c 1 -W 5 h2 | grep -c ' 0% packet loss')" = 1 ] &&
        [ "$("$testbed" list | wc -l)" = 3 ] &&
        release_a && [ "$("$testbed" exec "$id_b" h2 hostname)" = h2 ]
}

stop_ends_the_other() {
    "$testbed" stop "$id_b" && wait_until 60 nobody_in "$work/namespaces" && release_b
    no_state
}

# It is told to stop as soon as it has a state, long before 64 hosts are up.
stop_all_ends_what_is_being_set_up() {
    mkfifo "$work/begun.in"
    exec 8<>"$work/begun.in"
    "$testbed" hold 64 <&8 >"$work/begun.out" &
    pid_begun=$!
    wait_until 60 begun || return
    "$testbed" stop all
    exec 8>&-
    wait "$pid_begun"
    no_state && [ ! -s "$work/begun.out" ]
}

begun() {
    for begun_pid in "$VTTIF_TESTBED_STATE"/*/pid; do
        [ -s "$begun_pid" ] || return 1
    done
}

a_relative_state_is_refused() {
    VTTIF_TESTBED_STATE=rel timeout 60 "$testbed" hold 2 </dev/null >refused 2>&1
    status=$?
    cat refused
    [ "$status" = 1 ] && grep -q "begins with /" refused && [ ! -e rel ]
}

outside_and_inside_read_the_same_path() {
    hold_a 2
    outside=$(VTTIF_HOSTS=$hosts_a "$rsh" h2 "cat /proc/sys/kernel/hostname")
    inside=$(VTTIF_HOSTS=$hosts_a "$rsh" h1 "$rsh 10.77.0.2 hostname || $rsh h2 hostname")
    ! cmp -s "$hosts_a" "$work/inner"
    release_a
    [ "$outside" = h2 ] && [ "$inside" = h2 ]
}

sixty_four_hosts_come_up() {
    timeout 300 "$testbed" run 64 -- sh -c "ping -q -c 1 -W 5 h64 && $rsh h64 hostname"
}

options_are_applied() {
    run 2 --rate 20mbit --mtu 1400 --offload off --ipv6 -- sh -c 'tc qdisc show dev eth0
        ip link show eth0; ip -6 address show eth0; ethtool -k eth0; ping -6 -q -c 1 -W 5 fd77::2' \
        >"$work/settings"
    for expected in 'tbf .* rate 20Mbit' 'mtu 1400' 'inet6 fd77::1/64' ' 0% packet loss' \
        '^tcp-segmentation-offload: off' '^generic-segmentation-offload: off'; do
        grep -q "$expected" "$work/settings" || { cat "$work/settings"; return 1; }
    done
}

refuses() { # STATUS WORDS-IN-MESSAGE ARGUMENTS...
    status=$1 words=$2
    shift 2
    "$testbed" "$@" >"$work/message" 2>&1
    [ $? = "$status" ] && cat "$work/message" && grep -q "$words" "$work/message"
}

bad_use_is_refused() {
    refuses 2 "2 to 64" run 1 -- true &&
        refuses 2 "2 to 64" hold 65 &&
        refuses 2 "not a number" hold four &&
        refuses 2 "like 100mbit" hold 2 --rate fast &&
        refuses 2 "576 to 65535" hold 2 --mtu 100 &&
        refuses 2 "on or off" hold 2 --offload maybe &&
        refuses 2 "unknown option --fast" hold 2 --fast &&
        refuses 2 "run what" run 2 &&
        refuses 2 "unknown command" walk 2 &&
        refuses 1 "no test bed nobody" exec nobody h1 true &&
        no_state
}

only_root_may() {
    # Read by us, and not from here: the folders may be root's alone.
    (cd / && setpriv --reuid 65534 --clear-groups sh -s run 2 -- true) <"$testbed" 2>"$work/message"
    [ $? = 1 ] && grep -q "root is needed" "$work/message"
}

a_kernel_without_bridges_is_named() {
    mkdir "$work/bin"
    cat >"$work/bin/ip" <<END
#!/bin/sh
case \$* in *"type bridge"*) exit 2 ;; esac
exec $(command -v ip) "\$@"
END
    chmod +x "$work/bin/ip"
    PATH=$work/bin:$PATH refuses 1 CONFIG_BRIDGE run 2 -- true && no_state
}

rsh_refuses() { # WORDS-IN-MESSAGE ARGUMENTS...
    words=$1
    shift
    VTTIF_HOSTS=$work/two "$rsh" "$@" 2>"$work/message"
    [ $? = 255 ] && grep -q "$words" "$work/message"
}

rsh_behaves_as_rsh() {
    printf 'here 10.0.0.1\nthere 10.0.0.2 via=pid:4194304\n' >"$work/two"
    export VTTIF_HOSTS="$work/two"
    # shellcheck disable=SC2016 # the shell there expands it
    [ "$("$rsh" here echo 'two  words' '$((1+1))')" = "two words 2" ] &&
        [ "$("$rsh" -l me -x -o A=b here -n echo x)" = x ] &&
        [ "$("$rsh" here -l me echo x)" = x ] &&
        [ "$("$rsh" me@10.0.0.1 echo x)" = x ] &&
        [ "$(echo input | "$rsh" here cat)" = input ] &&
        [ -z "$(echo input | "$rsh" -n here cat)" ] &&
        rsh_refuses "no host nowhere" nowhere true &&
        rsh_refuses "process 4194304" there true &&
        rsh_refuses "no host given" &&
        ! "$rsh" here false
}

nobody_sleeps() {
    ! "$testbed" exec "$id_a" h2 pgrep -f "sleep 6543"
}

rsh_takes_its_command_along() {
    hold_a 2
    VTTIF_HOSTS=$hosts_a "$rsh" h2 "echo started >started; exec sleep 6543" &
    pid=$!
    wait_until 60 test -s started && ! nobody_sleeps || return
    kill -KILL "$pid"
    wait_until 60 nobody_sleeps
    status=$?
    release_a
    return "$status"
}

# The console is ended by the machine that it halts, and says so with a status of 143.
pvm_comes_up_and_halts() {
    cat >"$work/pvm.sh" <<'END'
cut -d ' ' -f 1 "$VTTIF_HOSTS" >/tmp/machine
echo conf | pvm -nh1 /tmp/machine
echo halt | pvm >/dev/null 2>&1
for try in $(seq 1000); do
    pgrep pvmd >/dev/null || exit 0
    sleep 0.05
done
echo "pvmd is still there"
END
    run 4 -- sh "$work/pvm.sh" >"$work/conf" 2>&1
    cat "$work/conf"
    grep -q '^4 hosts' "$work/conf" && ! grep -q 'still there' "$work/conf"
}

pvm_dies_with_the_bed() {
    # shellcheck disable=SC2016 # the hosts' shell expands it
    run 2 -- sh -c 'cut -d " " -f 1 "$VTTIF_HOSTS" >/tmp/machine; echo conf | pvm -nh1 /tmp/machine
        readlink /proc/self/ns/pid >bed; readlink /proc/$(pgrep -o pvmd)/ns/pid >pvmd'
    [ -s bed ] && cmp bed pvmd && wait_until 60 nobody_in bed
}

each_host_once() {
    sort | tr '\n' ' ' >"$work/names"
    cat "$work/names"
    [ "$(cat "$work/names")" = "h1 h2 h3 h4 " ]
}

openmpi_reaches_each_host() {
    # shellcheck disable=SC2016 # the hosts' shell expands it
    run 4 -- sh -c 'cut -d " " -f 1 "$VTTIF_HOSTS" >machine
        mpirun.openmpi --hostfile machine -N 1 hostname' | each_host_once
}

openmpi_needs_nothing_but_the_agent() {
    hold_a 4
    cut -d ' ' -f 1 "$hosts_a" >machine
    "$testbed" exec "$id_a" h1 env "VTTIF_HOSTS=$hosts_a" mpirun.openmpi --allow-run-as-root \
        --mca plm_rsh_agent "$rsh" --hostfile machine -N 1 hostname | each_host_once
    status=$?
    release_a
    return "$status"
}

mpich_reaches_each_host() {
    run 4 -- mpiexec.hydra -launcher ssh -launcher-exec "$rsh" -hosts h1,h2,h3,h4 -n 4 hostname |
        each_host_once
}

# Runs the pair over two hosts; 4 MB must have left h1, and at 32 Mb/s that takes a second, if not more.
travels_by_wire() { # LAUNCHER WORDS...
    cat >"$work/travel.sh" <<'END'
before=$(cat /sys/class/net/eth0/statistics/tx_bytes)
"$@" ./pair 4000000 >seconds
after=$(cat /sys/class/net/eth0/statistics/tx_bytes)
echo "$((after - before)) bytes in $(cat seconds) s"
[ $((after - before)) -ge 4000000 ] && awk '{ exit $1 < 0.9 }' seconds
END
    run 2 --rate 32mbit -- sh travel.sh "$@"
}

# Counts the frames on h1 that are longer than Ethernet's 1514 bytes while 4 MB go to h2.
long_frames() { # OFFLOAD
    cat >"$work/frames.sh" <<'END'
tcpdump -i eth0 -w frames.pcap 2>capture &
until grep -q listening capture; do sleep 0.05; done
mpirun.openmpi -H h1,h2 -n 2 ./pair 4000000 >seconds
kill -INT $!
wait
tcpdump -r frames.pcap greater 1515 2>/dev/null | wc -l
END
    run 2 --offload "$1" -- sh frames.sh
}

only_offload_makes_long_frames() {
    [ "$(long_frames on)" -gt 0 ] && [ "$(long_frames off)" = 0 ]
}

# With $work/pair built for that MPI.
with_pair() { # openmpi|mpich SENTENCE COMMAND...
    mpi=$1
    shift
    if have "mpicc.$mpi" && "mpicc.$mpi" -o "$work/pair" "$here/pair.c"; then
        ok "$@"
    else
        skip "$1" "mpicc.$mpi is not installed"
    fi
}

with() { # PROGRAM SENTENCE COMMAND...
    if have "$1"; then
        shift
        ok "$@"
    else
        skip "$2" "$1 is not installed"
    fi
}

plan 34
with ping "hosts ping each other by name" hosts_ping_each_other_by_name
ok "each has its hostname" hostnames_differ
ok "each has its /tmp" tmp_differs
ok "the working directory is shared" working_directory_is_shared
ok "/sys shows a host's own interfaces" sys_shows_the_hosts_interfaces
ok "run passes on the exit status" status_is_passed_on
ok "run passes on standard input" input_reaches_the_command
ok "run passes on SIGTERM" sigterm_reaches_the_command
with script "run passes on Ctrl-C, once" ctrl_c_reaches_the_command_once
ok "hold ends when its input ends, and leaves nothing" ends_with_input
ok "hold ends by SIGTERM, and leaves nothing" ends_with_signal TERM
ok "hold ends by SIGINT, and leaves nothing" ends_with_signal INT
ok "SIGKILL leaves nothing but state, which the next start removes" nothing_is_left_by_sigkill
with ping "two stand side by side, and one outlives the other" two_stand_side_by_side
ok "stop ends a test bed" stop_ends_the_other
ok "stop all ends what is still being set up" stop_all_ends_what_is_being_set_up
ok "a relative directory for the state is refused" a_relative_state_is_refused
ok "the hosts file has one path outside and inside" outside_and_inside_read_the_same_path
with ping "64 hosts come up" sixty_four_hosts_come_up
with ethtool "rate, MTU, offload and IPv6 are as asked" options_are_applied
ok "bad use is refused with a reason" bad_use_is_refused
ok "only root may" only_root_may
ok "a kernel without bridges is named" a_kernel_without_bridges_is_named
ok "vttif-rsh takes what rsh and ssh take" rsh_behaves_as_rsh
with pgrep "a command does not outlive its vttif-rsh" rsh_takes_its_command_along
with pvm "a PVM virtual machine of 4 hosts comes up and halts" pvm_comes_up_and_halts
with pvm "a PVM daemon dies with the test bed" pvm_dies_with_the_bed
with mpirun.openmpi "Open MPI reaches each host" openmpi_reaches_each_host
with mpirun.openmpi "Open MPI needs nothing but the agent" openmpi_needs_nothing_but_the_agent
with mpiexec.hydra "MPICH reaches each host" mpich_reaches_each_host
with_pair mpich "MPICH's messages travel by wire, at its rate" \
    travels_by_wire mpiexec.hydra -hosts h1,h2 -n 2
with_pair openmpi "Open MPI's messages travel by wire, at its rate" \
    travels_by_wire mpirun.openmpi -H h1,h2 -n 2
with_pair openmpi "only offload makes frames longer than the MTU" only_offload_makes_long_frames
ok "nothing is left in the end" no_state
finish
