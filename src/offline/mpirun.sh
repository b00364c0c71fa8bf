# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Says which mpirun starts the program $1, and on the next lines what version it is. $2 is the user's
# choice. A program started by the other MPI's mpirun would run as so many programs of one process.
mpirun=$2
if [ -z "$mpirun" ]; then
    mpirun=mpirun
    program=$(command -v -- "$1")
    if grep -q 'libmpich\(cxx\|fort\)\?\.so' "$program"; then
        candidates="mpirun.mpich mpiexec.mpich mpiexec.hydra"
    elif grep -q 'libmpi\(_cxx\|_mpifh\)\?\.so' "$program"; then
        candidates="mpirun.openmpi mpiexec.openmpi"
    fi
    for candidate in ${candidates:-}; do
        if command -v "$candidate" >/dev/null; then
            mpirun=$candidate
            break
        fi
    done
fi
echo "$mpirun"
"$mpirun" --version 2>&1
