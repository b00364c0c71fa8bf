#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# patterns over PVM, Open MPI and MPICH, on hosts that are hosts: what it says that it sent is what
# its topology is, rank r is on host r+1, and whatever goes wrong ends the run for all.
#
#     h1 ─┐
#     h2 ─┤ switch
#      :  │
#     h18─┘

# shellcheck disable=SC2317 # functions are called by ok

here=$(cd "$(dirname "$0")" && pwd)

# The MPI libraries leak at their end, of which a build with AddressSanitizer would complain.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"

# --- inside a test bed, on h1 -----------------------------------------------------------------------

# shellcheck source-path=SCRIPTDIR source=bed.sh
. "$here/bed.sh"

launch_patterns() { # SYSTEM N OPTIONS...
    system=$1 n=$2
    shift 2
    launch "$programs/patterns" "$system" "$n" --numprocs "$n" "$@"
}

# Each run leaves NAME.csv, NAME.out and NAME.status.
run_one() { # NAME SYSTEM N OPTIONS...
    name=$1
    shift
    (launch_patterns "$@" --messagesize 20000 --numiters 3 --truth "$PWD/$name.csv") >"$name.out" 2>&1
    echo $? >"$name.status"
}

run_patterns() { # SYSTEM
    run_one tree "$1" 8 --pattern tree
    run_one mesh "$1" 9 --pattern mesh --dims 3x3
    run_one torus "$1" 18 --pattern torus --dims 3x2x3
    run_one all-to-all "$1" 6 --pattern all-to-all
    run_one hypercube "$1" 8 --pattern hypercube
}

# The run has started, SIGNAL hits one process, and everything has to end.
run_lost() { # SYSTEM PROGRAM WHOM SIGNAL
    name=$3 path=$programs/patterns-$2
    (launch_patterns "$1" 4 --pattern all-to-all --numiters 1000000) >"$name.out" 2>&1 &
    starter=$!
    wait_until 60 all_ranks "$path"
    case $3 in
    rank) victim=$(last_rank "$path") ;;
    user) victim=$starter ;;
    esac
    kill "-$4" "$victim"
    await_end 120 "$starter"
    echo $? >"$name.status"
    wait_until 60 no_ranks "$path" && : >"$name.empty"
}

# A host is cut off, and its processes with it.
run_without_host() {
    (MP_HOST_SECONDS=3 launch_patterns pvm 4 --pattern all-to-all --numiters 1000000) >host.out 2>&1 &
    starter=$!
    wait_until 60 all_ranks "$programs/patterns-pvm"
    $PVM_RSH h3 ip link set eth0 down
    await_end 120 "$starter"
    echo $? >host.status
}

inside() { # PROGRAMS JOB SYSTEM PROGRAM
    programs=$1
    case $3 in
    pvm | daemon) start_pvm ;;
    esac
    case $2 in
    patterns) run_patterns "$3" ;;
    losses)
        run_lost "$3" "$4" rank KILL
        run_lost "$3" "$4" user TERM
        ;;
    host) run_without_host ;;
    esac
    case $2-$3 in
    host-*) ;; # PVM would wait for its daemon there
    *-pvm | *-daemon) stop_pvm ;;
    esac
}

if [ "${1:-}" = .inside ]; then
    shift
    inside "$@"
    exit 0
fi

# --- outside ----------------------------------------------------------------------------------------

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$here/lib.sh"

programs=$build/workloads

needs_testbed flock

in_bed() { # HOSTS JOB SYSTEM PROGRAM
    mkdir -p "$work/$2-$3"
    (cd "$work/$2-$3" &&
        timeout 400 "$testbed" run "$1" --share "$build" --share "$here" -- \
            sh "$here/patterns.sh" .inside "$programs" "$2" "$3" "$4")
}

# The matrix that a pattern must have, worked out from its definition alone.
expected() { # PATTERN N DIMS BYTES
    awk -v pattern="$1" -v n="$2" -v dims="$3" -v bytes="$4" '
        function times(i, j,    k, x, y, size, differing, sends) {
            if (pattern == "tree") return i > 0 && int((i - 1) / 2) == j
            if (pattern == "all-to-all") return i != j
            if (pattern == "hypercube") dims = "2x2x2"
            n_dims = split(dims, sizes, "x")
            for (k = n_dims; k >= 1; k--) {
                size = sizes[k]; x = i % size; y = j % size
                i = int(i / size); j = int(j / size)
                if (x == y) continue
                differing++
                sends = pattern == "torus" ? ((x + 1) % size == y) + ((y + 1) % size == x) \
                                           : (x - y == 1) + (y - x == 1)
            }
            return differing == 1 ? sends : 0
        }
        BEGIN {
            for (j = 0; j < n; j++) printf ",h%d", j + 1
            print ""
            for (i = 0; i < n; i++) {
                printf "h%d", i + 1
                for (j = 0; j < n; j++) printf ",%d", times(i, j) * bytes
                print ""
            }
        }'
}

sent_as_expected() { # FOLDER PATTERN N DIMS
    cat "$work/$1/$2.out"
    expected "$2" "$3" "$4" 60000 | diff - "$work/$1/$2.csv" &&
        [ "$(cat "$work/$1/$2.status")" = 0 ]
}

rounds_are() { # FOLDER PATTERN ROUNDS
    cat "$work/$1/$2.out"
    grep -q "^rounds *$3 per iteration" "$work/$1/$2.out"
}

check_patterns() { # SYSTEM TITLE PROGRAM
    if ! [ -x "$programs/patterns-$3" ]; then
        for what in tree mesh torus all-to-all hypercube rounds; do
            skip "$2: $what" "patterns-$3 was not built"
        done
        return
    fi
    in_bed 18 patterns "$1" "$3" >"$work/.bed" 2>&1
    folder=patterns-$1
    ok "$2: a tree of 8 sends upwards only" sent_as_expected "$folder" tree 8 ''
    ok "$2: a 3x3 mesh" sent_as_expected "$folder" mesh 9 3x3
    ok "$2: a 3x2x3 torus, twice as much where it is 2 wide" \
        sent_as_expected "$folder" torus 18 3x2x3
    ok "$2: all-to-all of 6" sent_as_expected "$folder" all-to-all 6 ''
    ok "$2: a 3-D hypercube" sent_as_expected "$folder" hypercube 8 ''
    ok "$2: the torus takes the 6 rounds that its 6 exchanges a process need" \
        rounds_are "$folder" torus 6
}

ended_badly() { # FOLDER WHOM
    cat "$work/$1/$2.out" "$work/$1/$2.status"
    [ "$(cat "$work/$1/$2.status")" != 0 ] && [ -e "$work/$1/$2.empty" ]
}

# mpirun has a status of its own for it, and MPICH's is 0.
left_nothing() { # FOLDER WHOM
    cat "$work/$1/$2.out" "$work/$1/$2.status"
    [ -e "$work/$1/$2.empty" ]
}

ended_with_message() { # FOLDER WHOM
    ended_badly "$@" && [ -s "$work/$1/$2.out" ]
}

ended_as_by_sigterm() {
    cat "$work/losses-pvm/user.out" "$work/losses-pvm/user.status"
    ! [ -x "$programs/patterns-pvm" ] || [ "$(cat "$work/losses-pvm/user.status")" = 143 ]
}

check_losses() { # SYSTEM TITLE PROGRAM
    if ! [ -x "$programs/patterns-$3" ]; then
        skip "$2: a killed rank" "patterns-$3 was not built"
        skip "$2: an interrupted run" "patterns-$3 was not built"
        return
    fi
    in_bed 4 losses "$1" "$3" >"$work/.bed" 2>&1
    ok "$2: a killed rank ends the run, with a message and a status that is not 0" \
        ended_with_message "losses-$1" rank
    ok "$2: a run that is told to stop leaves no process behind" left_nothing "losses-$1" user
}

refuses_all() {
    refuses "--pattern is needed" "$program" --numprocs 4 &&
        refuses "--numprocs is needed" "$program" --pattern mesh &&
        refuses "not \"ring\"" "$program" --pattern ring --numprocs 4 &&
        refuses "--numprocs is 2 to 1024, not 1" "$program" --pattern mesh --numprocs 1 &&
        refuses "--dims 3x2 is 6 processes" "$program" --pattern mesh --numprocs 9 --dims 3x2 &&
        refuses "a hypercube has 2, 4, 8" "$program" --pattern hypercube --numprocs 6 &&
        refuses "--dims is for mesh and torus" "$program" --pattern tree --numprocs 8 --dims 8 &&
        refuses "--messagesize is 1 to" "$program" --pattern tree --numprocs 8 --messagesize 0 &&
        refuses "--messagesize" "$program" --pattern tree --numprocs 8 --messagesize 1k &&
        refuses "--numiters is 1 to" "$program" --pattern tree --numprocs 8 --numiters 0 &&
        refuses "--flopsperelement is 0 to" "$program" --pattern tree --numprocs 8 --flopsperelement=-1 &&
        refuses "--readsperelement is 0 to" "$program" --pattern tree --numprocs 8 --readsperelement=-1 &&
        refuses "--writesperelement is 0 to" "$program" --pattern tree --numprocs 8 --writesperelement=-1 &&
        refuses "not \"carrier\"" "$program" --pattern tree --numprocs 8 --route carrier &&
        refuses "--colour" "$program" --pattern tree --numprocs 8 --colour &&
        refuses "\"extra\" is not an option" "$program" --pattern tree --numprocs 8 extra
}

check_options() { # PROGRAM
    program=$programs/patterns-$1
    if [ -x "$program" ]; then
        ok "patterns-$1 refuses what does not fit, and says why" refuses_all
    else
        skip "patterns-$1 refuses what does not fit, and says why" "it was not built"
    fi
}

ended_without_host() {
    cat host-pvm/host.out host-pvm/host.status
    [ "$(cat host-pvm/host.status)" = 1 ] && grep -q "host h3 does not answer any more" host-pvm/host.out
}

check_host() {
    if [ -x "$programs/patterns-pvm" ]; then
        in_bed 4 host pvm pvm >"$work/.bed" 2>&1
        ok "PVM: a host that does not answer any more ends the run, and it is said which" \
            ended_without_host
    else
        skip "PVM: a host that does not answer any more" "patterns-pvm was not built"
    fi
}

complains_once() {
    mpirun.openmpi --allow-run-as-root --oversubscribe -np 3 "$programs/patterns-mpi" "$@" \
        >out 2>err
    status=$?
    cat out err
    [ "$status" != 0 ] && [ "$(grep -c '^patterns-mpi: ' err)" = 1 ]
}

helps() {
    "$program" --help | grep -q -e --writesperelement
}

truth_cannot_be_written() {
    mpirun.openmpi --allow-run-as-root --oversubscribe -np 2 "$programs/patterns-mpi" \
        --pattern mesh --numprocs 2 --truth "$work/no/such/folder" >out 2>&1
    status=$?
    cat out
    [ "$status" != 0 ] && grep -q "cannot write $work/no/such/folder: No such file" out
}

plan 40
check_options pvm
check_options mpi
check_options mpich
if [ -x "$programs/patterns-mpi" ]; then
    program=$programs/patterns-mpi
    ok "--help shows the options" helps
    ok "of three ranks, one complains" complains_once --pattern torus --numprocs 3 --dims 2
    ok "a run of the wrong size is refused once" complains_once --pattern torus --numprocs 4
    ok "MPI has no daemon route" complains_once --pattern torus --numprocs 3 --route daemon
    ok "a truth file that cannot be written ends the run" truth_cannot_be_written
else
    for what in help once size route truth; do
        skip "$what" "patterns-mpi was not built"
    done
fi
check_patterns pvm "PVM, direct" pvm
check_patterns daemon "PVM, by the daemons" pvm
check_patterns mpi "Open MPI" mpi
check_patterns mpich "MPICH" mpich
check_losses pvm "PVM" pvm
ok "PVM: the run that was told to stop ends as by the signal" ended_as_by_sigterm
check_host
check_losses mpi "Open MPI" mpi
check_losses mpich "MPICH" mpich
finish
