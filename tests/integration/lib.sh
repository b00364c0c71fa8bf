# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# TAP for shell tests. Source it, then:
#
#     plan 3
#     ok "hosts have names" command arguments...      passes if the command succeeds
#     not_ok "a lie is refused" command arguments...  passes if it fails
#     skip "sentence" "reason"
#     finish
#
# skip_all "reason" before plan; wait_until SECONDS COMMAND... instead of sleeping; have PROGRAM...;
# refuses TEXT PROGRAM OPTIONS... for options that do not fit
#
# needs_testbed PROGRAM..., before plan, for tests on hosts; hold_testbed for a test bed that stays.
# Test beds that are left are stopped at the end, before `cleanup`.
#
# $work is a directory of the test's own, removed at its end after the function `cleanup`, if there
# is one, has run.

# build and testbed are used by those who source this
# shellcheck disable=SC2034
build=$(cd "${VTTIF_BUILD:-$(dirname "$0")/../../build}" 2>/dev/null && pwd)
testbed=$build/testbed/vttif-testbed

# shellcheck source-path=SCRIPTDIR source=bed.sh
. "$(dirname "$0")/bed.sh"

tests_planned=0
tests_done=0
tests_failed=0
testbeds= # not empty once there may be some
work=$(mktemp -d) || exit 99

cleanup_and_remove() {
    status=$?
    if [ -n "$testbeds" ]; then
        "$testbed" stop all >/dev/null 2>&1
    fi
    if command -v cleanup >/dev/null; then
        cleanup
    fi
    rm -rf -- "$work"
    exit "$status"
}
trap cleanup_and_remove EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

plan() {
    tests_planned=$1
    echo "1..$1"
}

report() { # STATUS SENTENCE
    tests_done=$((tests_done + 1))
    if [ "$1" = 0 ]; then
        echo "ok $tests_done - $2"
    else
        tests_failed=$((tests_failed + 1))
        echo "not ok $tests_done - $2"
        sed 's/^/# /' "$work/.output"
    fi
}

ok() {
    sentence=$1
    shift
    if "$@" >"$work/.output" 2>&1; then
        report 0 "$sentence"
    else
        report 1 "$sentence"
    fi
}

not_ok() {
    sentence=$1
    shift
    if "$@" >"$work/.output" 2>&1; then
        report 1 "$sentence"
    else
        report 0 "$sentence"
    fi
}

skip() {
    tests_done=$((tests_done + 1))
    echo "ok $tests_done - $1 # SKIP $2"
}

skip_all() { # REASON; before plan
    echo "1..0 # SKIP $1"
    exit 0
}

finish() {
    if [ "$tests_done" != "$tests_planned" ]; then
        echo "# planned $tests_planned tests but ran $tests_done"
        exit 1
    fi
    [ "$tests_failed" = 0 ] || exit 1
    exit 0
}

# The program says so, and why, for which TEXT stands, and ends with 2.
refuses() { # TEXT PROGRAM OPTIONS...
    refused_text=$1
    shift
    "$@" >out 2>err
    refused_status=$?
    cat out err
    [ "$refused_status" = 2 ] && ! [ -s out ] && grep -qF -e "$refused_text" err
}

have() {
    for tool; do
        command -v "$tool" >/dev/null || return 1
    done
}

# --- test beds: $testbed makes them, their state is in $work ---------------------------------------

# Skips everything where no test bed can be made, or a program is missing; goes to $work.
needs_testbed() { # PROGRAM...
    [ "$(id -u)" = 0 ] || skip_all "root is needed to make network namespaces"
    have ip nsenter unshare "$@" || skip_all "ip, nsenter, unshare and $* are needed"
    export VTTIF_TESTBED_STATE="$work/state"
    unset TMPDIR
    cd "$work" || exit 99
    testbeds=here
    "$testbed" run 2 -- true || skip_all "a test bed cannot be made here (see above)"
}

# One in the background that lasts until the descriptor is closed. Sets held_pid, the path of its
# hosts file, held_hosts, and held_id.
hold_testbed() { # DESCRIPTOR HOSTS OPTIONS...
    held=$work/held$1
    held_descriptor=$1
    shift
    mkfifo "$held.in" && : >"$held.out"
    "$testbed" hold "$@" <"$held.in" >"$held.out" 6>&- 7>&- &
    held_pid=$!
    eval "exec $held_descriptor>\"\$held.in\""
    wait_until 60 test -s "$held.out"
    held_hosts=$(cat "$held.out")
    held_id=$(basename "$(dirname "$held_hosts")")
    rm "$held.in"
}
