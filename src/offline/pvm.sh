# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# A PVM virtual machine, on its first host, until standard input ends:
#     sh -c THIS vttif ID HOSTFILE SECONDS NAME...
# HOSTFILE is the text of pvmd's host file, NAMEs are its hosts, this one first. Each pvmd has the
# virtual machine ID "ID.NAME", so that hosts may share a /tmp, and users a host. Says "vttif: ready"
# when all hosts are in, and "vttif: hosts N" before, whenever more are.
id=$1 hostfile=$2 seconds=$3
shift 3
exec 3<&0 </dev/null
export PATH="$PATH:/usr/lib/pvm3/lib" LC_ALL=C PVM_VMID="$id.$1"
tmp=${PVM_TMP:-/tmp}
log=$tmp/pvml.$(id -u).$PVM_VMID
socket=$tmp/pvmd.$(id -u).$PVM_VMID

say() {
    echo "vttif: $*" >&2
}

fail() {
    say "$@"
    exit 1
}

console() {
    [ ! -e "$socket" ] || echo "$1" | timeout 10 pvm 2>/dev/null
}

hosts_in() { # of the NAMEs, those that have joined
    configured=$(console conf)
    for name; do
        echo "$configured" | awk -v name="$name" '$1 == name && $2 ~ /^[0-9a-f]+$/ { print name }'
    done
}

hosts_missing() {
    joined=" $(hosts_in "$@" | tr '\n' ' ')"
    for name; do
        case $joined in
        *" $name "*) ;;
        *) printf ' %s' "$name" ;;
        esac
    done
}

# What pvmd's log has about a host that did not answer as a pvmd would.
reason() { # NAME
    sed -n "s/.*std[a-z]*@$1: //p" "$log" | grep -v '^EOF$' | sort -u | head -n 3 | paste -sd ';' -
}

# A pvmd that could not be started on a host closes its output without having said anything.
hosts_given_up() { # NAME...
    for name; do
        if grep -qs "stdout@$name: EOF" "$log"; then
            printf ' %s' "$name"
        fi
    done
}

# shellcheck disable=SC2086,SC2046 # names are words
give_up_if_hopeless() { # NAME...
    missing=$(hosts_missing "$@")
    hopeless=$(hosts_given_up $missing)
    if [ "$tries" -le 0 ]; then
        hopeless=$missing
    fi
    set -- $hopeless
    if [ $# -gt 0 ]; then
        fail "missing $* ($(reason "$1"))"
    fi
}

halt() {
    console halt >/dev/null
    kill "$pvmd" 2>/dev/null
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        kill -0 "$pvmd" 2>/dev/null || break
        sleep 0.1
    done
    kill -9 "$pvmd" "$reader" 2>/dev/null
    rm -rf "$directory"
}

command -v pvmd >/dev/null || fail no-pvm
getent services exec >/dev/null ||
    fail "/etc/services has no 'exec', for which a pvmd asks: install it (package netbase)"
directory=$(mktemp -d "${TMPDIR:-/tmp}/vttif-pvm.XXXXXX") || fail "no temporary directory"
printf '%s' "$hostfile" >"$directory/hosts"
{
    cat
    : >"$directory/end"
} <&3 >/dev/null 2>&1 &
reader=$!
exec 3<&-
pvmd -n"$1" "$directory/hosts" >/dev/null 2>"$directory/errors" &
pvmd=$!
trap halt EXIT

n=0
tries=$((seconds * 10))
while [ ! -e "$directory/end" ]; do
    kill -0 $pvmd 2>/dev/null || fail "pvmd ended: $(cat "$directory/errors" "$log" 2>/dev/null)"
    now=$(hosts_in "$@" | wc -l)
    [ "$now" -eq "$n" ] || say "hosts $now"
    n=$now
    [ "$n" -lt $# ] || break
    [ $((tries % 10)) -ne 0 ] || give_up_if_hopeless "$@"
    tries=$((tries - 1))
    sleep 0.1
done
say ready
wait $reader
