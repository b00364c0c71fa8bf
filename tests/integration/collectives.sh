#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The collective operations of workloads/mp over PVM, Open MPI and MPICH, at numbers of processes
# that are powers of two and that are not.

# shellcheck disable=SC2317 # functions are called by ok

here=$(cd "$(dirname "$0")" && pwd)
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"

# shellcheck source-path=SCRIPTDIR source=bed.sh
. "$here/bed.sh"

inside() { # PATH SYSTEM PROCESSES...
    tool=$1 system=$2
    shift 2
    [ "$system" != pvm ] || start_pvm
    for n; do
        (launch "$tool/collectives" "$system" "$n" "$n") >"$n.out" 2>&1
        echo $? >"$n.status"
    done
    [ "$system" != pvm ] || stop_pvm
}

if [ "${1:-}" = .inside ]; then
    shift
    inside "$@"
    exit 0
fi

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$here/lib.sh"

tools=$build/tests/integration

needs_testbed flock

all_right() { # SYSTEM N
    cat "$1/$2.out" "$1/$2.status"
    [ "$(cat "$1/$2.status")" = 0 ] && grep -qx "$2 processes: all right" "$1/$2.out"
}

check() { # SYSTEM TITLE PROCESSES...
    system=$1 title=$2
    shift 2
    if ! [ -x "$tools/collectives-$system" ]; then
        for n; do
            skip "$title: $n processes" "it is not there"
        done
        return
    fi
    mkdir "$work/$system"
    (cd "$system" && timeout 400 "$testbed" run 9 --share "$build" --share "$here" -- \
        sh "$here/collectives.sh" .inside "$tools" "$system" "$@") >"$work/.bed" 2>&1
    for n; do
        ok "$title: all collective operations with $n processes" all_right "$system" "$n"
    done
}

plan 13
check pvm "PVM" 1 2 3 5 8 9
check mpi "Open MPI" 1 2 3 6 9
check mpich "MPICH" 3 8
finish
