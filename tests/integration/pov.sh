#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# pov, the parallel ray tracer, over PVM and Open MPI on four hosts: its picture is that of one run
# of povray, pixel for pixel; over PVM a lost worker loses no block; bad input ends with a message
# everywhere.
#
#     h1 master ─┬─ h2 worker
#                ├─ h3 worker
#                └─ h4 worker

# shellcheck disable=SC2317 # functions are called by ok

here=$(cd "$(dirname "$0")" && pwd)

# The MPI libraries leak at their end, of which a build with AddressSanitizer would complain.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"

# Small, but with what could depend on where a block ends: antialiasing with jitter, reflection,
# refraction, focal blur, photons.
size="--width 150 --height 100 --block 64"
quality="+A0.2"

# --- inside a test bed, on h1 -----------------------------------------------------------------------

# shellcheck source-path=SCRIPTDIR source=bed.sh
. "$here/bed.sh"

# Leaves NAME.out and NAME.status, and NAME.empty if no process of the run is left.
finish_run() { # NAME PID
    await_end 300 "$2"
    echo $? >"$1.status"
    wait_until 60 nothing_left && : >"$1.empty"
}

start_run() { # NAME SYSTEM OPTIONS...; sets run
    name=$1 system=$2
    shift 2
    # shellcheck disable=SC2086 # words
    (launch "$programs/pov" "$system" 4 --numprocs 4 "$@" $size --output "$PWD/$name.png" -- $quality) >"$name.out" 2>&1 &
    run=$!
}

nothing_left() {
    ! pgrep -f "^$programs/pov-" && ! pgrep -x povray
}

first_block() {
    grep -q ' blocks$' "$name.out"
}

worker() { # RANK
    pgrep -f "^$programs/pov-pvm --mp-rank=$1 "
}

whole_run() { # NAME SYSTEM OPTIONS...
    start_run "$@"
    finish_run "$1" "$run"
}

hit_run() { # NAME SYSTEM HIT, a function, when the first blocks are there
    start_run "$1" "$2" --scene "$scenes/good.pov"
    wait_until 60 first_block
    "$3"
    finish_run "$1" "$run"
}

kill_worker() {
    kill -KILL "$(worker 2)"
}

kill_povray() {
    wait_until 60 pgrep -x povray
    pkill -KILL -x povray
}

kill_all_workers() {
    for rank in 1 2 3; do
        kill -KILL "$(worker "$rank")"
    done
}

kill_some_rank() {
    kill -KILL "$(pgrep -f "^$programs/pov-mpi" | tail -n 1)"
}

stop_run() {
    kill -TERM "$run"
}

# A host is cut off, and its worker with it, which never hears that the run is over.
lose_host() {
    export MP_HOST_SECONDS=3
    start_run host pvm --scene "$scenes/good.pov"
    wait_until 60 first_block
    $PVM_RSH h3 ip link set eth0 down
    await_end 300 "$run"
    echo $? >host.status
}

inside() { # SYSTEM PROGRAMS SCENES
    programs=$2 scenes=$3
    if [ "$1" = pvm ]; then
        start_pvm
    fi
    whole_run good "$1" --scene "$scenes/good.pov" --truth "$PWD/truth.csv"
    whole_run bad "$1" --scene "$scenes/bad.pov"
    whole_run none "$1" --scene "$scenes/none.pov"
    if [ "$1" = pvm ]; then
        hit_run worker pvm kill_worker
        hit_run povray pvm kill_povray
        hit_run all pvm kill_all_workers
        hit_run stop pvm stop_run
        lose_host # last, and without stop_pvm: PVM would wait for the daemon there
    else
        hit_run rank mpi kill_some_rank
    fi
    true
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

for program in pvm mpi; do
    [ -x "$programs/pov-$program" ] || skip_all "pov-$program was not built"
done
same=$build/tests/tools/same-picture
needs_testbed flock povray

cat >good.pov <<'END'
#version 3.7;
global_settings { assumed_gamma 1 photons { count 2000 } }
camera { location <0, 2, -5> look_at <0, 1, 0>
    aperture 0.1 blur_samples 5 focal_point <0, 1, 0> variance 0 }
light_source { <5, 8, -5> rgb 1 }
background { rgb <0.6, 0.7, 0.9> }
plane { y, 0 pigment { checker rgb 1 rgb 0.3 } }
sphere { <0, 1, 0>, 1 pigment { rgb <1, 0.2, 0.2> } finish { reflection 0.3 phong 1 } }
sphere { <-1.5, 0.7, -1>, 0.7 pigment { rgbt 1 } interior { ior 1.5 }
    photons { target reflection on refraction on } }
END
sed 's/phong 1/crand 0.5/' good.pov >crand.pov
echo 'sphere { <0, 0' >bad.pov

one_povray() { # SCENE PICTURE
    povray "+I$1" +W150 +H100 -D +WT1 +FN "$quality" "+O$2" >/dev/null 2>&1
}

# The same pixels; the files differ in dates and compression.
same_picture() { # PICTURE PICTURE
    "$same" "$1" "$2"
}

pictures_differ() {
    "$same" "$1" "$2"
    [ $? = 1 ]
}

in_bed() { # SYSTEM
    mkdir -p "$work/$1"
    (cd "$work/$1" &&
        timeout 800 "$testbed" run 4 --share "$build" --share "$here" -- \
            sh "$here/pov.sh" .inside "$1" "$programs" "$work")
}

ended_well() { # FOLDER NAME
    cat "$work/$1/$2.out" "$work/$1/$2.status"
    [ "$(cat "$work/$1/$2.status")" = 0 ] && [ -e "$work/$1/$2.empty" ] &&
        same_picture "$work/whole.png" "$work/$1/$2.png"
}

went_on_without_host() {
    cat "$work/pvm/host.out" "$work/pvm/host.status"
    [ "$(cat "$work/pvm/host.status")" = 0 ] &&
        grep -q "host h3 does not answer any more" "$work/pvm/host.out" &&
        same_picture "$work/whole.png" "$work/pvm/host.png"
}

ended_badly() { # FOLDER NAME TEXT
    cat "$work/$1/$2.out" "$work/$1/$2.status"
    [ "$(cat "$work/$1/$2.status")" != 0 ] && [ -e "$work/$1/$2.empty" ] &&
        grep -q "$3" "$work/$1/$2.out" && ! [ -e "$work/$1/$2.png" ]
}

# Each worker has sent something to h1, together all the pixels; nothing goes between workers.
truth_is_a_star() { # FOLDER
    cat "$work/$1/truth.csv"
    awk -F, '
        NR == 1 { next }
        { for (i = 2; i <= NF; i++) if (NR > 2 && i > 2 && $i > 0) between++ }
        NR > 2 { pixels += $2; if ($2 < 1000) idle++ }
        END { exit !(NR == 5 && !between && !idle && pixels > 45000 && pixels < 47000) }
    ' "$work/$1/truth.csv"
}

says() { # FOLDER NAME TEXT
    cat "$work/$1/$2.out"
    grep -q "$3" "$work/$1/$2.out"
}

shows_progress() { # FOLDER
    says "$1" good '^pov-[a-z]*: 6 of 6 blocks$'
}

refuses_all() {
    program=$programs/pov-mpi
    refuses "--scene is needed" "$program" --numprocs 4 &&
        refuses "--numprocs is needed" "$program" --scene x.pov &&
        refuses "--numprocs is 2 to 4096, not 1" "$program" --scene x.pov --numprocs 1 &&
        refuses "--width is 1 to" "$program" --scene x.pov --numprocs 2 --width 0 &&
        refuses "--height is 1 to" "$program" --scene x.pov --numprocs 2 --height=-1 &&
        refuses "a multiple of 32, not 50" "$program" --scene x.pov --numprocs 2 --block 50 &&
        refuses "not \"carrier\"" "$program" --scene x.pov --numprocs 2 --route carrier &&
        refuses "\"extra\" is not an option" "$program" --scene x.pov --numprocs 2 extra &&
        refuses "+W640 cannot be given to povray" "$program" --scene x.pov --numprocs 2 -- +W640 &&
        refuses "+SR5 cannot be given to povray" "$program" --scene x.pov --numprocs 2 -- +SR5 &&
        refuses "-ofile cannot be given to povray" "$program" --scene x.pov --numprocs 2 -- -ofile
}

on_this_host() { # OPTIONS of mpirun, --, options of pov-mpi
    set -- mpirun.openmpi --allow-run-as-root --oversubscribe --mca mpi_yield_when_idle 1 \
        --mca btl tcp,self -np 2 "$@"
    timeout 400 "$@" >out 2>&1
    status=$?
    cat out
    return "$status"
}

no_povray() {
    ! on_this_host -x PATH=/nowhere "$programs/pov-mpi" --numprocs 2 --scene good.pov &&
        grep -q "there is no povray: install it" out
}

cannot_write() { # PATH TEXT
    ! on_this_host "$programs/pov-mpi" --numprocs 2 --scene good.pov --output "$1" &&
        grep -q "cannot write $1: $2" out
}

as_manual_says() {
    # shellcheck disable=SC2086 # words
    on_this_host "$programs/pov-mpi" --numprocs 2 --scene crand.pov --output crand.png \
        $size -- "$quality" &&
        one_povray crand.pov crand-whole.png &&
        pictures_differ crand.png crand-whole.png
}

sixteen_bits() {
    # shellcheck disable=SC2086 # words
    on_this_host "$programs/pov-mpi" --numprocs 2 --scene good.pov --output deep.png \
        --width 150 --height 100 --block 64 -- $quality +FN16 +UA &&
        povray +Igood.pov +W150 +H100 -D +WT1 +FN16 +UA "$quality" +Odeep-whole.png \
            >/dev/null 2>&1 &&
        same_picture deep.png deep-whole.png
}

one_povray good.pov whole.png || skip_all "povray cannot render here"

plan 28
ok "what does not fit is refused, and said why" refuses_all
ok "without povray the run says so" no_povray
ok "a picture that cannot be written is told of at once" \
    cannot_write /no/such/folder.png "No such file"
ok "a disk that is full is told of" cannot_write /dev/full "No space left on device"
ok "a directory is no picture" cannot_write "$work" "it is a directory"
ok "16 bits a channel and alpha are kept" sixteen_bits
ok "noise of its own (crand) differs, as the manual says" as_manual_says
for system in pvm mpi; do
    in_bed $system >"$work/.bed" 2>&1
    ok "$system: the picture is that of one povray, pixel for pixel" ended_well $system good
    ok "$system: progress is told in lines where there is no terminal" shows_progress $system
    ok "$system: the truth is a star at the master, with all the pixels" truth_is_a_star $system
    ok "$system: a scene that does not parse ends the run with povray's words" \
        ended_badly $system bad "on host h[234], povray ended with status 1: .*bad.pov.*line 1"
    ok "$system: a missing scene ends the run" \
        ended_badly $system none "cannot read the scene .*none.pov: No such file"
    case $system in
    pvm)
        ok "pvm: a killed worker loses no block" ended_well pvm worker
        ok "pvm: it is told of" says pvm worker "worker 2 was lost"
        ok "pvm: it is counted" says pvm worker "^lost  *1 of 3 workers"
        ok "pvm: a killed povray loses no block" ended_well pvm povray
        ok "pvm: it is told of, too" says pvm povray "povray was killed by signal 9"
        ok "pvm: without workers the run ends" ended_badly pvm all "all workers were lost"
        ok "pvm: a run that is told to stop ends" test "$(cat pvm/stop.status)" = 143
        ok "pvm: it leaves no process behind" test -e pvm/stop.empty
        ok "pvm: a lost host loses no block" went_on_without_host
        ;;
    mpi) ok "mpi: a killed process ends the run" ended_badly mpi rank "." ;;
    esac
done
ok "povray has not outlived its workers" test -e pvm/all.empty
finish
