#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A program under watch on many hosts: nothing lost, the program as if it had been run alone, clear
# words when something is wrong, nothing left behind.
#
#     h1 ─┐
#     h2 ─┤ switch
#     h3 ─┤
#     h4 ─┘

# shellcheck disable=SC2317 # functions are called by ok

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$here/lib.sh"

drive=$build/tests/integration/drive-offline
flood=$build/tests/integration/flood

needs_testbed tcpdump

cleanup() {
    for pid in ${sshd_pid:-} ${noise_pid:-}; do
        kill "$pid" 2>/dev/null
    done
    exec 6>&-
    if mountpoint -q "$work/small"; then umount "$work/small"; fi
    if [ -n "${made_run_sshd:-}" ]; then rmdir /run/sshd; fi
}

pid_of() { # HOST
    sed -n "s/^$1 .*via=pid://p" "$hosts"
}

# Runs under watch; the driver's report is in $work/report, the captures in $work/out.
under_watch() {
    rm -rf out
    timeout --foreground -k 5 250 "$drive" --hosts "$hosts" --directory "$work/out" "$@" \
        9>report 2>errors
    status=$?
    cat errors
    return "$status"
}

status_is() { # STATUS COMMAND...
    wanted=$1
    shift
    "$@"
    found=$?
    echo "exit status $found, expected $wanted"
    [ "$found" -eq "$wanted" ]
}

frames_in() { # HOST EXPRESSION...
    from=$1
    shift
    tcpdump -n -r out/"$from"-*.pcap "$@" 2>/dev/null | wc -l
}

holds() { # COUNT HOST EXPRESSION...
    count=$1
    shift
    found=$(frames_in "$@")
    echo "$found frames, expected $count"
    [ "$found" -eq "$count" ]
}

no_capture_runs() {
    ! pgrep -f "^tcpdump .*$work/"
}

# The start failed: the message has these words, and nothing was left behind.
fails_saying() { # STATUS WORDS OPTIONS...
    wanted=$1 words=$2
    shift 2
    status_is "$wanted" under_watch "$@" || return 1
    grep -F "$words" errors || return 1
    [ -z "$(ls out 2>/dev/null)" ] || return 1
    wait_until 60 no_capture_runs
}

# --- nothing lost ---------------------------------------------------------------------------------

every_datagram_is_there() {
    under_watch -- "$flood" 10.77.0.2 9 20000 64 || return 1
    holds 20000 h1 udp dst port 9 && holds 20000 h2 udp dst port 9 && holds 0 h3 udp dst port 9
}

all_are_complete() {
    [ "$(grep -c '^capture .* dropped 0 complete 1$' report)" -eq 4 ] && all_add_up
}

# received = captured + dropped
all_add_up() {
    awk '$1 == "capture" && $6 != $8 + $10 { exit 1 }' report
}

json_says_the_same() {
    for name in h1 h2 h3 h4; do
        whole=$(frames_in "$name")
        grep -q "\"captured\" : $whole,*$" out/"$name"-*.json || return 1
        grep -q '"schema" : "vttif.capture/1"' out/"$name"-*.json || return 1
        grep -q "\"host\" : \"$name\"" out/"$name"-*.json || return 1
        grep -q '"complete" : true' out/"$name"-*.json || return 1
    done
}

few_at_the_last_moment() { # the kernel's block is not full: tcpdump hears of it a second later
    for _ in 1 2 3; do
        under_watch -- "$flood" 10.77.0.3 9 7 64 || return 1
        holds 7 h1 udp dst port 9 && holds 7 h3 udp dst port 9 || return 1
    done
}

# Frames of the noise in a host's file that were stamped between two times.
noise_between() { # HOST FROM TO
    tcpdump -tt -n -r out/"$1"-*.pcap udp dst port 7 2>/dev/null |
        awk -v from="$2" -v to="$3" '$1 >= from && $1 <= to { n++ } END { print n + 0 }'
}

amid_noise() { # others go on sending after the program's end; what they sent before it is all there
    "$testbed" exec "$id" h4 "$flood" 10.77.0.2 7 100000 64 300 &
    noise_pid=$!
    under_watch -- "$flood" 10.77.0.2 9 5000 64 100
    status=$?
    kill -0 "$noise_pid" || return 1
    kill "$noise_pid"
    wait "$noise_pid"
    noise_pid=
    from=$(sed -n 's/^ran 1 from \(.*\) to .*/\1/p' report)
    to=$(sed -n 's/^ran 1 from .* to \(.*\)/\1/p' report)
    sent=$(noise_between h4 "$from" "$to")
    # On the wire at the very end: it may have its stamp there a little later.
    arrived=$(noise_between h2 "$from" "$(echo "$to" | awk '{ printf "%.6f", $1 + 0.02 }')")
    echo "sent $sent, arrived $arrived"
    [ "$status" -eq 0 ] && holds 5000 h2 udp dst port 9 && all_are_complete &&
        [ "$sent" -gt 100 ] && [ "$arrived" -ge "$sent" ]
}

drops_are_told() { # h2's capture is held while more comes than its 512 KiB take
    rm -f go flooded end
    start_in_background --buffer 512 -- sh -c ": >ready; until [ -e go ]; do sleep 0.05; done
        $flood 10.77.0.2 9 30000 64; : >flooded; until [ -e end ]; do sleep 0.05; done"
    held=$(pgrep -f "^tcpdump .*$work/out/h2") && kill -STOP "$held" && : >go
    wait_until 60 test -e flooded
    kill -CONT "$held"
    : >end
    wait "$driver_pid" || return 1
    dropped=$(sed -n 's/^capture h2 .* dropped \([0-9]*\) .*/\1/p' report)
    received=$(sed -n 's/^capture h2 .* received \([0-9]*\) .*/\1/p' report)
    captured=$(sed -n 's/^capture h2 .* captured \([0-9]*\) .*/\1/p' report)
    cat report
    [ "$dropped" -gt 0 ] && [ $((captured + dropped)) -eq "$received" ] && all_add_up
}

loopback_counts_once() {
    echo "me 127.0.0.1" >local
    hosts=local under_watch -- "$flood" 127.0.0.1 9 100 64 || return 1
    holds 100 me udp dst port 9 && grep -q '^capture me lo .* complete 1$' report
}

full_disk_is_told() {
    mkdir -p small && mount -t tmpfs -o size=512k tmpfs small || return 1
    timeout 200 "$drive" --hosts "$hosts" --directory "$work/small" -- "$flood" 10.77.0.2 9 20000 64 \
        9>report
    cat report
    found=$(tcpdump -n -r small/h1-*.pcap 2>/dev/null | wc -l)
    umount small
    [ "$found" -gt 100 ] && grep -q '^problem h1: .* of 20[0-9]* frames: the disk is full$' report
}

# --- as if it had been run alone ------------------------------------------------------------------

killed_by_signal() {
    # shellcheck disable=SC2016
    status_is 139 under_watch -- sh -c 'kill -SEGV $$'
}

streams_are_ours() {
    echo "in" | under_watch -- sh -c 'cat; echo err >&2; pwd' >said || return 1
    printf 'in\n%s\nerr\n' "$work" | cmp - said
}

runs_on_the_first_host() {
    under_watch -- hostname >said
    grep -x h1 said
}

# In the background the program runs as a shell's child would: $work/ready appears when it is there.
start_in_background() { # [OPTIONS...] -- PROGRAM...
    rm -rf out ready
    "$drive" --hosts "$hosts" --directory "$work/out" "$@" 9>report &
    driver_pid=$!
    wait_until 60 test -e ready
}

term_is_passed_on() {
    start_in_background -- sh -c 'trap "exit 5" TERM; : >ready; while :; do sleep 0.1; done'
    kill -TERM "$driver_pid"
    wait "$driver_pid"
    found=$?
    cat report
    [ "$found" -eq 5 ] && all_are_complete
}

term_at_the_start_stops_all() {
    rm -rf out
    "$drive" --hosts "$hosts" --directory "$work/out" --launcher pvm -- true 9>report &
    driver_pid=$!
    wait_until 60 grep -q '^stage start PVM' report
    kill -TERM "$driver_pid"
    wait "$driver_pid"
    found=$?
    cat report
    [ "$found" -eq 143 ] && [ -z "$(ls out 2>/dev/null)" ] && no_capture_runs
}

# On a terminal of its own; what is written to descriptor 8 is typed.
# Programs that a shell starts with & ignore Ctrl-C, unless told otherwise.
start_on_terminal() { # SHELL-PROGRAM
    rm -rf out ready interrupts
    rm -f keys && mkfifo keys
    echo "$1" >program.sh
    # A shell starts background programs with SIGINT ignored, and that is inherited. script(1)
    # runs this by $SHELL: a dash that stays in between would die of the Ctrl-C itself.
    env --default-signal=INT,QUIT script -qec "exec $drive --hosts $hosts --directory $work/out -- sh $work/program.sh 9>report" \
        /dev/null <keys >typescript 2>&1 &
    terminal_pid=$!
    exec 8>keys
    wait_until 60 test -e ready
}

ctrl_c() {
    printf '\003' >&8
}

wait_for_terminal() {
    wait "$terminal_pid"
    found=$?
    exec 8>&-
    cat typescript report
    return "$found"
}

ctrl_c_reaches_the_program_once() {
    start_on_terminal 'trap "echo INT >>interrupts" INT
: >ready
until [ -s interrupts ]; do sleep 0.1; done
sleep 0.5
exit 6'
    ctrl_c
    status_is 6 wait_for_terminal && [ "$(wc -l <interrupts)" -eq 1 ] && all_are_complete
}

ctrl_c_ends_a_program() {
    start_on_terminal ': >ready; sleep 300'
    ctrl_c
    status_is 130 wait_for_terminal && all_are_complete
}

# A third one would end the draining, too. Two that come while we have no processor would be one: so
# the second waits until the program has had the first.
ctrl_c_twice_kills() {
    start_on_terminal 'trap "echo INT >>interrupts" INT
: >ready
while :; do sleep 0.1; done'
    ctrl_c
    wait_until 60 test -s interrupts
    sleep 0.2
    ctrl_c
    status_is 137 wait_for_terminal && all_are_complete
}

kill_leaves_no_capture() {
    rm -f end
    start_in_background -- sh -c ': >ready; until [ -e end ]; do sleep 0.1; done'
    pgrep -f "^tcpdump .*$work/out" || return 1
    kill -KILL "$driver_pid"
    wait "$driver_pid"
    wait_until 60 no_capture_runs && [ "$(find out -name "*.pcap" | wc -l)" -eq 4 ]
    left=$?
    : >end
    return "$left"
}

# --- what is wrong is told ------------------------------------------------------------------------

cannot_write() {
    : >file
    status_is 1 "$drive" --hosts "$hosts" --directory "$work/file/out" -- true 2>errors
    grep -F "cannot make the output directory $work/file/out" errors
}

cannot_create() {
    mkdir -p small && mount -t tmpfs -o ro tmpfs small
    status_is 1 "$drive" --hosts "$hosts" --directory "$work/small" -- touch started 2>errors
    umount small
    grep -F "h1: cannot create $work/small/h1-" errors && [ ! -e started ]
}

with_bad_host() { # LINE STATUS WORDS OPTIONS...
    { cat "$hosts" && echo "$1"; } >bad
    shift
    hosts=bad fails_saying "$@" && [ ! -e started ]
}

# shellcheck disable=SC2016 # sh -c expands it
no_tcpdump() { # a mount over it, for us and what we start
    unshare --mount sh -c 'mount --bind /dev/null "$1" && shift && exec "$@"' sh \
        "$(command -v tcpdump)" "$drive" --hosts "$hosts" --directory "$work/out" -- true 2>errors
    cat errors
    grep "h[1-4]: has no tcpdump" errors # whichever says so first
}

no_services() {
    unshare --mount sh -c 'mount --bind /dev/null /etc/services && exec "$@"' sh \
        timeout 60 sh "$here/../../src/offline/pvm.sh" vttif-test h1 5 h1 2>errors
    cat errors
    grep -F "vttif: /etc/services has no 'exec'" errors
}

# --- launchers ------------------------------------------------------------------------------------

all_hosts_said() {
    sort said | tr '\n' ' ' | grep -x 'h1 h2 h3 h4 '
}

build_pvm_names() {
    cc -o pvm_names "$here/pvm_names.c" -lpvm3
}

pvm_reaches_all() {
    under_watch --launcher pvm -- ./pvm_names >said
    cat said
    all_hosts_said && all_are_complete
}

no_pvmd_is_left() {
    for host in h1 h2 h3 h4; do
        ! pgrep --ns "$(pid_of "$host")" --nslist net -x pvmd || return 1
        ! "$testbed" exec "$id" "$host" sh -c 'ls -d /tmp/pvm* /tmp/vttif*' 2>/dev/null || return 1
    done
}

# shellcheck disable=SC2016 # the script expands it
pvm_names_who_is_missing() {
    printf '#!/bin/sh\n[ "$1" != h3 ] || { echo h3 is ill >&2; exit 1; }\nexec "%s" "$@"\n' \
        "$build/src/cli/vttif-rsh" >rsh && chmod +x rsh
    export PVM_RSH="$work/rsh"
    fails_saying 1 "PVM did not start on h3 (h3 is ill" --launcher pvm -- touch started
    found=$?
    unset PVM_RSH
    [ "$found" -eq 0 ] && [ ! -e started ] && no_pvmd_is_left
}

# The MPI libraries leak; the other tests look for what leaks in our own code.
leaky_under_watch() {
    (
        export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"
        under_watch "$@"
    )
}

open_mpi_reaches_all() {
    under_watch --launcher mpi --mpirun mpirun.openmpi -- hostname >said
    cat said
    all_hosts_said && all_are_complete
}

# An MPI program, not hostname: MPICH 4.0's mpirun dies of SIGPIPE now and then when its programs end
# at once on a busy machine, with no host but this one just the same.
all_to_all() { # PROGRAM NUMBER
    printf '%s --pattern all-to-all --numprocs %s --messagesize 1000 --numiters 10' "$1" "$2"
}

h1_sent_to() { # HOST...
    for host; do
        [ "$(frames_in "$host" src 10.77.0.1 and dst "10.77.0.${host#h}" and greater 1000)" -ge 10 ] ||
            return 1
    done
}

mpich_reaches_all() { # PROGRAM
    # shellcheck disable=SC2046 # words
    leaky_under_watch --launcher mpi -- $(all_to_all "$1" 4) &&
        h1_sent_to h2 h3 h4 && all_are_complete
}

# The other MPI's mpirun would start two programs of one process each, and nothing would travel.
mpi_of_the_program() { # PROGRAM
    # shellcheck disable=SC2046 # words
    leaky_under_watch --launcher mpi --np 2 -- $(all_to_all "$1" 2) && h1_sent_to h2
}

# The list of hosts is there while the program runs, and gone when we have ended.
list_was_there() {
    cat list && [ -s list ] && [ ! -e "$(cat list)" ]
}

none_lets_open_mpi_reach_all() {
    variable=OMPI_MCA_orte_default_hostfile
    under_watch -- sh -c "echo \"\$$variable\" >list && ls \"\$$variable\" >/dev/null && \
        exec mpirun.openmpi -np 4 hostname" >said || return 1
    cat said
    all_hosts_said && list_was_there
}

none_lets_mpich_reach_all() { # PROGRAM
    variable=HYDRA_HOST_FILE
    leaky_under_watch -- sh -c "echo \"\$$variable\" >list && ls \"\$$variable\" >/dev/null && \
        exec mpirun.mpich -np 4 $(all_to_all "$1" 4)" && h1_sent_to h2 h3 h4 && list_was_there
}

with_program() { # PROGRAM SENTENCE COMMAND...
    if [ -x "$1" ]; then
        ok "$2" "$3" "$1"
    else
        skip "$2" "there is no $1"
    fi
}

with() { # TOOL SENTENCE COMMAND...
    if have "$1"; then
        shift
        ok "$@"
    else
        skip "$2" "there is no $1"
    fi
}

# --- ssh ------------------------------------------------------------------------------------------

# h2's own sshd, to be reached from h1's network.
start_sshd() {
    mkdir ssh
    if [ ! -d /run/sshd ]; then mkdir /run/sshd && made_run_sshd=yes; fi
    ssh-keygen -q -t ed25519 -N '' -f ssh/host && ssh-keygen -q -t ed25519 -N '' -f ssh/user || return 1
    cp ssh/user.pub ssh/authorized
    cat >ssh/config <<END
Port 2222
ListenAddress 10.77.0.2
HostKey $work/ssh/host
AuthorizedKeysFile $work/ssh/authorized
PidFile $work/ssh/pid
PermitRootLogin prohibit-password
StrictModes no
UsePAM no
END
    "$testbed" exec "$id" h2 "$(command -v sshd)" -D -f "$work/ssh/config" -E "$work/ssh/log" &
    sshd_pid=$!
    VTTIF_SSH="nsenter -t $(pid_of h1) -n ssh -F none -p 2222 -i $work/ssh/user"
    VTTIF_SSH="$VTTIF_SSH -o StrictHostKeyChecking=no -o UserKnownHostsFile=$work/ssh/known"
    export VTTIF_SSH
    # shellcheck disable=SC2086
    wait_until 60 $VTTIF_SSH -o BatchMode=yes 10.77.0.2 true
}

ssh_hosts() {
    sed 's/^\(h2 .*\) via=pid:.*/\1 via=ssh:root@10.77.0.2/' "$hosts" >over-ssh
}

ssh_capture_is_fetched() {
    hosts=over-ssh under_watch -- "$flood" 10.77.0.2 9 20000 64 || return 1
    cat report
    holds 20000 h2 udp dst port 9 && all_are_complete
}

captures_do_not_travel_during_the_run() {
    [ "$(frames_in h2 tcp port 2222 and greater 1000)" -lt 20 ]
}

nothing_is_left_on_the_ssh_host() {
    wait_until 60 no_ssh_remains
}

no_ssh_remains() {
    [ -z "$(ls -d /var/tmp/vttif.* 2>/dev/null)" ] && ! pgrep -f '^tcpdump .*/var/tmp/vttif'
}

ssh_kill_leaves_nothing() {
    rm -f end
    hosts=over-ssh start_in_background -- sh -c ': >ready; until [ -e end ]; do sleep 0.1; done'
    pgrep -f '^tcpdump .*/var/tmp/vttif' || return 1
    kill -KILL "$driver_pid"
    wait "$driver_pid"
    wait_until 60 no_ssh_remains
    left=$?
    : >end
    return "$left"
}

program_over_ssh() {
    sed -n '/^h2/p' over-ssh >ssh-first
    hosts=ssh-first status_is 4 under_watch -- sh -c 'hostname; exit 4' >said
    cat said
    grep -x h2 said
}

unreachable_by_ssh() {
    { cat "$hosts" && echo "far 10.77.0.77 via=ssh:root@10.77.0.3"; } >bad
    hosts=bad fails_saying 1 "far: cannot be reached" -- touch started
}

# --- the plan -------------------------------------------------------------------------------------

plan 43
hold_testbed 6 4 --share "$build"
hosts=$held_hosts id=$held_id
ok "every datagram is in the sender's and the receiver's file" every_datagram_is_there
ok "no capture dropped any" all_are_complete
ok "the JSON beside each file says the same" json_says_the_same
ok "what is sent in the last moment is there" few_at_the_last_moment
ok "others that go on sending do not hold up the end" amid_noise
ok "what the kernel drops is told" drops_are_told
ok "the loopback interface counts once" loopback_counts_once
ok "a full disk is told, and the files are kept" full_disk_is_told

ok "the program runs on the first host" runs_on_the_first_host
ok "the program's exit status is ours" status_is 7 under_watch -- sh -c 'exit 7'
ok "the program's signal is ours" killed_by_signal
ok "input, output and errors are the program's" streams_are_ours
ok "SIGTERM to us is passed on, and the captures are drained" term_is_passed_on
ok "SIGTERM before the program starts stops everything" term_at_the_start_stops_all
if have script; then
    ok "Ctrl-C reaches the program once, and we wait for it" ctrl_c_reaches_the_program_once
    ok "Ctrl-C ends a program, and we end alike" ctrl_c_ends_a_program
    ok "Ctrl-C twice kills a program that ignores it" ctrl_c_twice_kills
else
    skip "Ctrl-C reaches the program once, and we wait for it" "there is no script(1)"
    skip "Ctrl-C ends a program, and we end alike" "there is no script(1)"
    skip "Ctrl-C twice kills a program that ignores it" "there is no script(1)"
fi
ok "SIGKILL to us leaves no capture running, and the files" kill_leaves_no_capture

ok "a program that is not there: 127" fails_saying 127 "h1: there is no program 'nonesuch'" -- nonesuch
ok "a program that cannot be executed: 126" fails_saying 126 "h1: cannot execute './local'" -- ./local
ok "an output directory that cannot be made is told" cannot_write
ok "an output directory that cannot be written is told" cannot_create
ok "a host that cannot be entered is told" with_bad_host "x 10.77.0.50 via=netns:vttif-none" \
    1 "x: the capture failed (nsenter: " -- touch started
ok "an interface that is not there is told" with_bad_host \
    "x 10.77.0.50 interface=vttif9 via=local" 1 "x: there is no such interface" -- touch started
ok "an address that no interface has is told" with_bad_host "x 198.51.100.1" \
    1 "x: no interface there has the address 198.51.100.1" -- touch started
ok "a host without tcpdump is told" no_tcpdump
ok "a launcher that is not there is told" fails_saying 1 "there is no launcher 'slurm'" \
    --launcher slurm -- true

if have pvmd cc && build_pvm_names 2>/dev/null; then
    ok "PVM reaches all hosts" pvm_reaches_all
    ok "no pvmd is left, and none of its files" no_pvmd_is_left
    ok "PVM: the missing host is named" pvm_names_who_is_missing
    ok "PVM: a host without /etc/services is told" no_services
else
    skip "PVM reaches all hosts" "there is no PVM"
    skip "no pvmd is left, and none of its files" "there is no PVM"
    skip "PVM: the missing host is named" "there is no PVM"
    skip "PVM: a host without /etc/services is told" "there is no PVM"
fi
patterns=$build/workloads/patterns
with mpirun.openmpi "Open MPI reaches all hosts" open_mpi_reaches_all
with_program "$patterns-mpich" "MPICH reaches all hosts" mpich_reaches_all
with_program "$patterns-mpi" "a program of Open MPI gets its mpirun" mpi_of_the_program
with_program "$patterns-mpich" "a program of MPICH gets its mpirun" mpi_of_the_program
with mpirun.openmpi "without a launcher, Open MPI's mpirun reaches all" none_lets_open_mpi_reach_all
with_program "$patterns-mpich" "without a launcher, MPICH's mpirun reaches all" \
    none_lets_mpich_reach_all

if have ssh sshd ssh-keygen && start_sshd; then
    ssh_hosts
    ok "a capture over ssh is fetched whole" ssh_capture_is_fetched
    ok "it does not travel during the run" captures_do_not_travel_during_the_run
    ok "nothing is left on a host reached by ssh" nothing_is_left_on_the_ssh_host
    ok "SIGKILL to us leaves nothing there either" ssh_kill_leaves_nothing
    ok "a program runs over ssh" program_over_ssh
    ok "a host that ssh does not reach is told" unreachable_by_ssh
else
    for sentence in "a capture over ssh is fetched whole" "it does not travel during the run" \
        "nothing is left on a host reached by ssh" "SIGKILL to us leaves nothing there either" \
        "a program runs over ssh" "a host that ssh does not reach is told"; do
        skip "$sentence" "there is no ssh server that can be started"
    done
fi
finish
