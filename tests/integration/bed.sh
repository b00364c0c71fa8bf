# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# For tests that run message passing programs in a test bed: what is done on its first host. Needs
# $VTTIF_HOSTS, as there is in a test bed.

first_hosts() { # N
    cut -d' ' -f1 "$VTTIF_HOSTS" | head -n "$1"
}

wait_for() { # COMMAND...; at most 20 s
    ticks=400
    until "$@" >/dev/null 2>&1; do
        ticks=$((ticks - 1))
        [ $ticks -gt 0 ] || return 1
        sleep 0.05
    done
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
