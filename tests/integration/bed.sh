# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# For tests that run message passing programs in a test bed: what is done on its first host, where
# $VTTIF_HOSTS is. These are functions alone; lib.sh has them, too, for the sake of wait_until.

# Seconds since the machine was started.
uptime_seconds() {
    read -r uptime_now _ </proc/uptime
    echo "${uptime_now%.*}"
}

# Waits until the command succeeds, at most so many seconds by the clock. Be generous: they are only
# used up where something is broken, and a busy machine may be ten times as slow.
wait_until() { # SECONDS COMMAND...
    wait_end=$(($(uptime_seconds) + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$(uptime_seconds)" -lt "$wait_end" ] || return 1
        sleep 0.05
    done
}

# The status of a process that was started here, killed if it takes longer.
await_end() { # SECONDS PID
    timeout "$1" tail --pid="$2" -f /dev/null || kill -KILL "$2"
    wait "$2"
}

first_hosts() { # N
    cut -d' ' -f1 "$VTTIF_HOSTS" | head -n "$1"
}

start_pvm() {
    first_hosts 64 >hostfile
    echo quit | pvm -nh1 hostfile >pvm.log 2>&1
}

stop_pvm() {
    echo halt | pvm >/dev/null 2>&1
    true
}

# Becomes PATH-pvm, PATH-mpi or PATH-mpich, one process on each of the first N hosts. The system
# "daemon" is PVM, too, with its messages by the daemons.
launch() { # PATH SYSTEM N ARGUMENTS...
    program=$1 system=$2 n=$3
    shift 3
    case $system in
    pvm) exec "$program-pvm" "$@" ;;
    daemon) exec "$program-pvm" --route daemon "$@" ;;
    mpi)
        exec mpirun.openmpi --mca mpi_yield_when_idle 1 --map-by node \
            -H "$(first_hosts "$n" | paste -sd,)" -np "$n" "$program-mpi" "$@"
        ;;
    mpich)
        exec mpirun.mpich -ppn 1 -hosts "$(first_hosts "$n" | paste -sd,)" -np "$n" \
            "$program-mpich" "$@"
        ;;
    esac
}

# --- processes of a run, by the path of their program, as /programs/is-pvm --------------------------

ranks() { # PATH
    pgrep -f "^$1 "
}

no_ranks() { # PATH
    ! ranks "$1"
}

last_rank() { # PATH
    case $1 in
    *-pvm) pgrep -f "^$1 --mp-rank=3" ;;
    *) ranks "$1" | tail -n 1 ;;
    esac
}

all_ranks() { # PATH
    [ "$(ranks "$1" | wc -l)" -ge 4 ] && [ -n "$(last_rank "$1")" ]
}
