#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The NAS kernels over PVM, Open MPI and MPICH, on hosts that are hosts: they verify at every number
# of processes, a capture sees what they say that they sent, and that is what an implementation of
# them has to send. Whatever goes wrong ends the run for all.
#
#     h1 ─┐
#     h2 ─┤ switch
#      :  │
#     h16─┘

# shellcheck disable=SC2317 # functions are called by ok

here=$(cd "$(dirname "$0")" && pwd)
kernels="ep ft is mg"

# The MPI libraries leak at their end, of which a build with AddressSanitizer would complain.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"

# --- inside a test bed, on h1 -----------------------------------------------------------------------

# shellcheck source-path=SCRIPTDIR source=bed.sh
. "$here/bed.sh"

# Leaves KERNEL-CLASS-N.out, .csv and .status.
run_kernel() { # SYSTEM KERNEL CLASS N OPTIONS...
    local name=$2-$3-$4 system=$1 program=$programs/$2 class=$3 n=$4
    shift 4
    (launch "$program" "$system" "$n" --class "$class" --numprocs "$n" --truth "$PWD/$name.csv" \
        "$@") >"$name.out" 2>&1
    echo $? >"$name.status"
}

run_kernels() { # SYSTEM PROCESSES...
    local kernel n system=$1
    shift
    for kernel in $kernels; do
        [ -x "$programs/$kernel-$system" ] || continue
        for n; do
            run_kernel "$system" "$kernel" S "$n"
        done
        run_kernel "$system" "$kernel" W 4
    done
    run_kernel "$system" is W 8 --master
}

all_ranks_or_end() { # PATH STARTER
    all_ranks "$1" || ! kill -0 "$2"
}

# One process of a run is killed. If the run was over before that, which a busy machine can bring
# about, once more.
lose_rank() { # SYSTEM KERNEL
    local program=$programs/$2-$1 starter attempt
    for attempt in 1 2 3; do
        (launch "$programs/$2" "$1" 4 --class A --numprocs 4) >"lost-$2.out" 2>&1 &
        starter=$!
        wait_until 60 all_ranks_or_end "$program" "$starter"
        kill -KILL "$(last_rank "$program")"
        await_end 200 "$starter"
        echo $? >"lost-$2.status"
        [ "$(cat "lost-$2.status")" = 0 ] || break
        echo "attempt $attempt was over too early"
    done
    wait_until 60 no_ranks "$program" && : >"lost-$2.empty"
}

inside() { # PROGRAMS SYSTEM PROCESSES...
    local kernel
    programs=$1
    shift
    [ "$1" != pvm ] || start_pvm
    run_kernels "$@"
    for kernel in $kernels; do
        lose_rank "$1" "$kernel"
    done
    [ "$1" != pvm ] || stop_pvm
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
tools=$build/tests/integration
vttif=$build/src/cli/vttif

needs_testbed flock

verified() { # NAME
    cat "$1.out" "$1.status"
    [ "$(cat "$1.status")" = 0 ] && grep -q '^VERIFICATION SUCCESSFUL$' "$1.out"
}

all_verified() { # SYSTEM KERNEL PROCESSES...
    local n system=$1 kernel=$2
    shift 2
    for n; do
        verified "$system/$kernel-S-$n" || return 1
    done
}

# MPICH's mpirun can end by SIGPIPE, without a word, when it finds a process gone.
ended_badly() { # SYSTEM KERNEL
    cat "$1/lost-$2.out" "$1/lost-$2.status"
    [ "$(cat "$1/lost-$2.status")" != 0 ] && [ -e "$1/lost-$2.empty" ] &&
        { [ -s "$1/lost-$2.out" ] || [ "$1" = mpich ]; }
}

# A matrix as lines "from to bytes", hosts by their place in the file.
cells() {
    awk -F, 'NR > 1 { for (i = 2; i <= NF; i++) if (i != NR) print NR - 1, i - 1, $i + 0 }' "$1"
}

# Every host to every other so many bytes, within the spread that the kernel has.
sends_to_all() { # FILE BYTES PERCENT
    cells "$1" | awk -v bytes="$2" -v percent="$3" '
        $3 > bytes * (1 + percent / 100) || $3 < bytes * (1 - percent / 100) {
            print $1 " -> " $2 ": " $3 " instead of " bytes
            bad = 1
        }
        END { exit bad || NR == 0 }'
}

# Eleven rounds of keys, 4 bytes each, and 28 bytes ahead of them; the counts of buckets, once. How
# even it is lies in the keys.
is_sends() { # FILE KEYS BUCKETS PROCESSES PERCENT
    sends_to_all "$1" $((11 * (4 * $2 / $4 / $4 + 28) + 8 * $3 / $4)) "$5"
}

is_sends_all() { # SYSTEM
    is_sends "$1/is-S-4.csv" 65536 512 4 3 &&
        is_sends "$1/is-S-8.csv" 65536 512 8 10 &&
        is_sends "$1/is-S-16.csv" 65536 512 16 20 &&
        is_sends "$1/is-W-4.csv" 1048576 1024 4 1.5
}

# Eight transposes of complex numbers, all the same.
ft_sends_all() { # SYSTEM
    sends_to_all "$1/ft-S-4.csv" 2097152 1 &&
        sends_to_all "$1/ft-S-8.csv" 524288 1 &&
        sends_to_all "$1/ft-S-16.csv" 131072 1 &&
        sends_to_all "$1/ft-W-4.csv" 4194304 1
}

# What MG sends from process to process, lines "from to bytes", worked out from its algorithm alone.
# In each of 5 iterations, halos of the finest level go three times, as do those of the levels below it
# (at the coarsest, twice); right side and first residual are made twice. Where the next level has no
# point for each process, halos go once: the rest is done by all.
halos() { # LEVELS PROCESSES
    awk -v top="$1" -v n="$2" '
        function place(rank, axis) {
            if (axis == 0) return rank % p[0]
            if (axis == 1) return int(rank / p[0]) % p[1]
            return int(rank / (p[0] * p[1]))
        }
        function face(axis, k,    nx, ny, nz) {
            nx = 2 ^ k / p[0]; ny = 2 ^ k / p[1]; nz = 2 ^ k / p[2]
            return 8 * (axis == 0 ? ny * nz : axis == 1 ? (nx + 2) * nz : (nx + 2) * (ny + 2))
        }
        function times(k) {
            return k == top ? 19 : 2 ^ (k - 1) >= p[2] && k > 1 ? 15 : k == 1 ? 10 : 5
        }
        function traffic(from, to,    axis, differing, which, gap, k, bytes) {
            for (axis = 0; axis < 3; axis++)
                if (place(from, axis) != place(to, axis)) { differing++; which = axis }
            gap = (place(to, which) - place(from, which) + p[which]) % p[which]
            if (differing != 1 || gap != 1 && gap != p[which] - 1) return 0
            for (k = 1; k <= top; k++) if (2 ^ k >= p[2]) bytes += times(k) * face(which, k)
            return p[which] == 2 ? 2 * bytes : bytes
        }
        BEGIN {
            p[0] = p[1] = p[2] = 1
            axis = 2
            for (left = n; left > 1; left /= 2) { p[axis] *= 2; axis = (axis + 2) % 3 }
            for (from = 0; from < n; from++)
                for (to = 0; to < n; to++)
                    if (from != to) print from + 1, to + 1, traffic(from, to)
        }'
}

# Besides halos: extreme values, sums, the verdict, and on 16 the 64 points that all get; no more than
# 4 kB in all.
mg_sends() { # FILE LEVELS PROCESSES
    paste -d' ' <(cells "$1") <(halos "$2" "$3") | awk '
        $1 != $4 || $2 != $5 || $3 < $6 || $3 > $6 + 4000 {
            print $1 " -> " $2 ": " $3 " instead of " $6
            bad = 1
        }
        $6 > 0 { neighbours++ }
        END { exit bad || !neighbours }'
}

mg_sends_all() { # SYSTEM
    mg_sends "$1/mg-S-2.csv" 5 2 &&
        mg_sends "$1/mg-S-4.csv" 5 4 &&
        mg_sends "$1/mg-S-8.csv" 5 8 &&
        mg_sends "$1/mg-S-16.csv" 5 16 &&
        mg_sends "$1/mg-W-4.csv" 7 4
}

# MB from the first process to each neighbour in class A, as they were measured of the reference.
halos_are_those_of_the_reference() {
    local n
    for n in 4 8 16; do
        halos 8 "$n" | awk '$1 == 1 && $3 > 0 { printf "%.1f ", $3 / 1e6 }'
    done >volumes
    cat volumes
    [ "$(cat volumes)" = "12.7 13.0 6.3 6.4 6.6 3.1 3.2 3.3 3.3 " ]
}

# The squares of the residual are added up in another order for each number of processes.
mg_norm_is_the_same() { # SYSTEM
    sed -n 's/^norm *\([0-9.]\{12\}\)[0-9]*\(e.*\)/\1\2/p' "$1"/mg-S-*.out | sort | uniq -c >norms
    cat norms
    grep -qx ' *5 [0-9.]*e-05' norms
}

# Sums, counts, the time and the verdict: a tree of messages of some ten bytes.
ep_is_silent() { # SYSTEM
    cells "$1/ep-S-16.csv" | awk '$3 > 150 { print; bad = 1 } { sum += $3 } END { exit bad || !sum }'
}

# The first host takes 23.07 and gives 18.87 when two others exchange 10.49, as in Fig. 4.
looks_like_figure_4() { # FILE
    cells "$1" | awk '
        function is_near(value, wanted) { return value > 0.97 * wanted && value < 1.03 * wanted }
        $1 == 1 { given += $3 / 7; next }
        $2 == 1 { taken += $3 / 7; next }
        { others += $3 / 42 }
        END {
            print taken, given, others
            exit !(is_near(taken / others, 2.2) && is_near(given / others, 1.8))
        }'
}

check_volumes() { # SYSTEM TITLE
    local what
    if ! [ -x "$programs/is-$1" ]; then
        for what in is master ft ep mg norm; do
            skip "$2: $what" "it was not built"
        done
        return
    fi
    ok "$2: is sends every key to its owner in every round" is_sends_all "$1"
    ok "$2: is --master is the paper's Fig. 4" looks_like_figure_4 "$1/is-W-8.csv"
    ok "$2: ft sends equal parts to all" ft_sends_all "$1"
    ok "$2: ep is silent" ep_is_silent "$1"
    ok "$2: mg sends halos to its neighbours in a torus" mg_sends_all "$1"
    ok "$2: mg has the same residual on any number of processes" mg_norm_is_the_same "$1"
}

check_system() { # SYSTEM TITLE PROCESSES...
    local system=$1 title=$2 kernel
    shift 2
    mkdir "$work/$system"
    ! [ -x "$programs/ep-$system" ] ||
        (cd "$system" && timeout 900 "$testbed" run 16 --share "$build" --share "$here" -- \
            bash "$here/nas.sh" .inside "$programs" "$system" "$@") >"$work/.bed" 2>&1
    for kernel in $kernels; do
        if ! [ -x "$programs/$kernel-$system" ]; then
            skip "$title: $kernel in class S" "$kernel-$system was not built"
            skip "$title: $kernel in class W" "$kernel-$system was not built"
            continue
        fi
        ok "$title: $kernel verifies in class S with $* processes" \
            all_verified "$system" "$kernel" "$@"
        ok "$title: $kernel verifies in class W with 4 processes" verified "$system/$kernel-W-4"
    done
    for kernel in $kernels; do
        if ! [ -x "$programs/$kernel-$system" ]; then
            skip "$title: a killed process of $kernel" "$kernel-$system was not built"
            continue
        fi
        ok "$title: a killed process ends $kernel everywhere, and the status says so" \
            ended_badly "$system" "$kernel"
    done
    if [ -x "$programs/is-$system" ]; then
        ok "$title: is --master verifies" verified "$system/is-W-8"
    else
        skip "$title: is --master" "is-$system was not built"
    fi
}

# --- captures --------------------------------------------------------------------------------

watch() { # LABEL LAUNCHER PROGRAM N OPTIONS...
    local label=$1 launcher=$2 program=$3 n=$4
    shift 4
    timeout 300 "$vttif" infer --testbed "$n" --launcher "$launcher" --quiet -o "$label" -- \
        "$programs/$program" --numprocs "$n" "$@" --truth "$work/$label.csv" >"$label.out" 2>&1 &&
        verified_run "$label"
}

verified_run() {
    grep -q '^VERIFICATION SUCCESSFUL$' "$1.out" || { cat "$1.out"; return 1; }
}

# No cell has less than was sent, those over 100 kB at most 1 % more (and 256 bytes: ranks start and end
# by messages of 50 to 110 bytes that go by PVM's daemons, which on a busy machine send some of them
# again); and what the launcher sent from the first host and back, 10 kB or more, is no program's.
seen_as_sent() { # LABEL
    grep 'job control' "$1.out" || return 1
    paste -d' ' <(cells "$1.csv") <(cells "$1/matrix.csv") | awk '
        $3 > 100000 { checked++ }
        $6 < $3 || $3 > 100000 && $6 > 1.01 * $3 + 256 {
            print $1 " -> " $2 ": sent " $3 ", seen " $6
            bad = 1
        }
        END { print checked + 0 " cells"; exit bad || !checked }'
}

# Datagrams of 4 kB have headers and are sent again when they are late: only what is missing counts.
nothing_is_hidden() { # LABEL
    grep 'job control' "$1.out" || return 1
    paste -d' ' <(cells "$1.csv") <(cells "$1/matrix.csv") | awk '
        $6 < $3 { print $1 " -> " $2 ": sent " $3 ", seen " $6; bad = 1 }
        END { exit bad || NR == 0 }'
}

check_capture() { # LABEL LAUNCHER PROGRAM N OPTIONS...
    local label=$1
    if ! [ -x "$programs/$3" ]; then
        skip "$label: runs under watch" "$3 was not built"
        skip "$label: a capture sees what was sent" "$3 was not built"
        return
    fi
    ok "$label: runs under watch" watch "$@"
    ok "$label: a capture sees what was sent" seen_as_sent "$label"
}

# --- options ----------------------------------------------------------------------------------------

refuses_all() { # PROGRAM
    refuses "--numprocs is needed" "$1" &&
        refuses "--numprocs is a power of two up to 32, not 3" "$1" --numprocs 3 &&
        refuses "up to 32, not 0" "$1" --numprocs 0 &&
        refuses "up to 32, not 64" "$1" --numprocs 64 &&
        refuses "up to 32, not -4" "$1" --numprocs=-4 &&
        refuses "--class is S, W or A, not \"B\"" "$1" --numprocs 4 --class B &&
        refuses "--class is S, W or A, not \"SW\"" "$1" --numprocs 4 --class SW &&
        refuses "--class is S, W or A, not \"\"" "$1" --numprocs 4 --class= &&
        refuses "not \"carrier\"" "$1" --numprocs 4 --route carrier &&
        refuses "--colour" "$1" --numprocs 4 --colour &&
        refuses "\"extra\" is not an option" "$1" --numprocs 4 extra &&
        "$1" --help | grep -q -e --truth
}

check_options() {
    local program
    for program in "$programs/ep-pvm" "$programs/ft-mpi" "$programs/is-mpi" "$programs/mg-pvm"; do
        if [ -x "$program" ]; then
            ok "${program##*/} refuses what does not fit, and says why" refuses_all "$program"
        else
            skip "${program##*/} refuses what does not fit" "it was not built"
        fi
    done
}

local_mpi() {
    mpirun.openmpi --allow-run-as-root --oversubscribe -np "$@" >out 2>err
    local status=$?
    cat out err
    return "$status"
}

complains_once() { # TEXT PROGRAM OPTIONS...
    local text=$1
    shift
    ! local_mpi 3 "$@" && [ "$(grep -cF -e "$text" err)" = 1 ]
}

is_told_wrong() {
    ! local_mpi 4 "$tools/verdict-mpi" --numprocs 4 --wrong &&
        grep -q '^VERIFICATION UNSUCCESSFUL$' out
}

is_told_right() {
    local_mpi 4 "$tools/verdict-mpi" --numprocs 4 && grep -q '^VERIFICATION SUCCESSFUL$' out
}

truth_cannot_be_written() {
    ! local_mpi 2 "$programs/is-mpi" --numprocs 2 --truth "$work/no/such/file" &&
        grep -q "cannot write $work/no/such/file: No such file" err
}

check_mpi() {
    local what
    if ! [ -x "$programs/is-mpi" ]; then
        for what in wrong right size class truth; do
            skip "Open MPI: $what" "is-mpi was not built"
        done
        return
    fi
    ok "a wrong result is UNSUCCESSFUL, and the status not 0" is_told_wrong
    ok "a right one is SUCCESSFUL, and the status 0" is_told_right
    ok "a run of another size than wanted is refused, once" \
        complains_once "4 processes are wanted and 3 were started" "$programs/is-mpi" --numprocs 4
    ok "an unknown class is refused, once" \
        complains_once "--class is S, W or A" "$programs/is-mpi" --numprocs 4 --class C
    ok "a truth file that cannot be written ends the run" truth_cannot_be_written
}

# Under sanitizers what the kernels compute is run over PVM at every number of processes, which are
# ways through their code, and with 4 over Open MPI; captures are for one of each launcher. What goes
# over the wire and verifies does not depend on sanitizers.
if [ -n "${VTTIF_SANITIZED:-}" ]; then
    plan $((4 + 5 + 2 * (4 * 2 + 5) + 6 + 2 * 2))
    check_options
    check_mpi
    check_system pvm "PVM" 1 2 4 8 16
    check_volumes pvm "PVM"
    check_system mpi "Open MPI" 4
    check_capture is-S-4 pvm is-pvm 4 --class S
    check_capture mg-W-4 mpi mg-mpi 4 --class W
    finish
fi

plan $((4 + 5 + 3 * (4 * 2 + 5) + 2 * 6 + 9 * 2 + 2 + 1))
check_options
check_mpi
check_system pvm "PVM" 1 2 4 8 16
check_volumes pvm "PVM"
check_system mpi "Open MPI" 1 2 4 8 16
check_volumes mpi "Open MPI"
check_system mpich "MPICH" 8
check_capture is-S-4 pvm is-pvm 4 --class S
check_capture is-S-4-mpi mpi is-mpi 4 --class S
check_capture is-S-4-mpich mpi is-mpich 4 --class S
check_capture is-W-16 pvm is-pvm 16 --class W
check_capture is-W-8 mpi is-mpi 8 --class W
check_capture ft-W-4 pvm ft-pvm 4 --class W
check_capture ft-S-8 mpi ft-mpi 8 --class S
check_capture mg-W-8 pvm mg-pvm 8 --class W
check_capture mg-W-4 mpi mg-mpi 4 --class W
if [ -x "$programs/is-pvm" ]; then
    ok "is by PVM's daemons: runs under watch" watch daemon pvm is-pvm 4 --class W --route daemon
    ok "is by PVM's daemons: none of it is taken for theirs" nothing_is_hidden daemon
else
    skip "is by PVM's daemons: runs under watch" "is-pvm was not built"
    skip "is by PVM's daemons: none of it is taken for theirs" "is-pvm was not built"
fi
ok "the halos of mg in class A are as large as those of the reference" \
    halos_are_those_of_the_reference
finish
