#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The command line of vttif: what good and bad input gets, exit statuses, files and standard output.
. "$(dirname "$0")/lib.sh"

vttif=$VTTIF_BUILD/src/cli/vttif
data=$(cd "$(dirname "$0")/../data" && pwd)
fig4=$data/paper/fig04-is-8-hosts-offline.csv
cd "$work" || exit 99

exits() { # STATUS COMMAND...
    wanted=$1
    shift
    "$@" >"$work/out" 2>"$work/err" </dev/null
    status=$?
    cat "$work/out" "$work/err"
    [ "$status" = "$wanted" ] || { echo "exit $status, expected $wanted"; return 1; }
}

# Fails with that status, one line that has the words, and nothing on standard output.
complains() { # STATUS WORDS COMMAND...
    wanted_words=$2
    exits "$1" "${@:3}" && [ ! -s "$work/out" ] && grep -qF -- "$wanted_words" "$work/err"
}

says() { # WORDS COMMAND...
    "${@:2}" </dev/null >"$work/out" 2>&1
    cat "$work/out"
    grep -qF -- "$1" "$work/out"
}

edges() { # COUNT BMIN
    [ "$("$vttif" infer --format json --bmin "$2" "$fig4" | grep -o '"from"' | wc -l)" = "$1" ]
}

# A capture of one UDP datagram of 100 bytes from 10.0.0.1 to 10.0.0.2, in octal for printf.
udp_record() {
    printf '\1\0\0\0\0\0\0\0\56\0\0\0\216\0\0\0'                        # 46 of 142 bytes
    printf '\2\0\0\0\0\2\2\0\0\0\0\1\10\0'                              # Ethernet
    printf '\105\0\0\200\0\1\0\0\100\21\0\0\12\0\0\1\12\0\0\2'          # IPv4, 128 bytes
    printf '\47\20\47\21\0\154\0\0\0\0\0\0'                             # UDP, 108 bytes
}
pcap_header() {
    printf '\324\303\262\241\2\0\4\0\0\0\0\0\0\0\0\0\0\0\4\0%b\0\0\0' "${1:-\\1}"
}
{ pcap_header; udp_record; udp_record; } >two.pcap
{ pcap_header; udp_record; udp_record | head -c 30; } >cut.pcap
{ pcap_header; printf '\1\0\0\0\0\0\0\0\377\377\377\177\377\377\377\177'; } >damaged.pcap
pcap_header '\223' >linktype.pcap
: >empty.pcap
echo "hello, world" >text.pcap
printf ',a,b\na,0,1200\nb,34,0\n' >matrix.csv
mkdir directory

plan 90
# --- help and typos
ok "--help tells what it is" exits 0 "$vttif" --help
ok "every command has --help" bash -c "for c in infer monitor generate show; do $vttif \$c --help || exit; done"
ok "no arguments: usage" exits 2 "$vttif"
ok "a typo gets a suggestion" complains 2 "did you mean 'infer'" "$vttif" infre
ok "a short option takes its value joined, too" says "10.0.0.1,0,200" "$vttif" generate -j2 two.pcap
ok "an unknown option is named" complains 2 "--colour" "$vttif" infer --colour x
ok "--version" says "vttif 0" "$vttif" --version
ok "a bmin above 1" complains 2 "--bmin 7" "$vttif" infer --bmin 7 "$fig4"
ok "a bmin that is no number" complains 2 "--bmin 0.1x" "$vttif" infer --bmin 0.1x "$fig4"
ok "a format that does not exist" complains 2 "text, json or csv" "$vttif" infer -f xml "$fig4"
ok "a layout that does not exist" complains 2 "circle, grid, auto" "$vttif" show --layout oval "$fig4"
ok "a count that does not exist" complains 2 "payload, ip or frame" "$vttif" generate --count bits two.pcap
ok "a picture of an unknown kind" complains 2 ".svg" "$vttif" infer --picture x.gif "$fig4"
ok "no threads" complains 2 "--jobs 0: expected 1 to" "$vttif" generate -j 0 two.pcap
ok "no bytes of a frame" complains 2 "--snaplen 0: expected 64" "$vttif" infer --testbed 2 -s 0 -- true
ok "no processes" complains 2 "--np 0" "$vttif" infer --testbed 2 --np 0 -- true
ok "a program without hosts" complains 2 "--hosts FILE or --testbed N" "$vttif" infer -- true
ok "a test bed of one host" complains 2 "2 to 64" "$vttif" infer --testbed 1 -- true
ok "an unknown launcher" complains 2 "none, pvm or mpi" "$vttif" infer --testbed 2 --launcher slurm -- true
ok "no program behind --" complains 2 "no program" "$vttif" infer --testbed 2 --

# --- the paper's Fig. 4
ok "Fig. 4 at bmin 0.35 keeps 56 edges" edges 56 0.35
ok "Fig. 4 at bmin 0.50 keeps 14" edges 14 0.50
ok "those 14 are h1's" bash -c "$vttif infer -f json --bmin 0.5 $fig4 | tr -d ' \n' | grep -o '\"from\":\"[^\"]*\",\"to\":\"[^\"]*\"' | grep -cw h1 | grep -qx 14"

ok "a heat map is no graph" complains 2 "heat maps are .svg, .png or .pdf" "$vttif" show --heatmap -o x.dot matrix.csv
ok "a heat map needs a file" complains 2 "give --output" "$vttif" show --heatmap matrix.csv
ok "nothing of it was written" test ! -e x.dot

# --- names
ok "the name comes first" bash -c "$vttif infer $fig4 | head -n 1 | grep -qx 'all-to-all 8'"
ok "Fig. 4 is all-to-all and a star at h1" says "+ star 8 at h1" "$vttif" infer "$fig4"
ok "--bmin auto is the default" bash -c "diff <($vttif infer $fig4) <($vttif infer --bmin auto $fig4)"
ok "a mesh is told, and drawn as one" bash -c "$vttif infer $data/maplib/lulesh-64.csv >mesh.txt; head -n 1 mesh.txt | grep -qx 'mesh 4x4x4' && grep -q -- '── ' mesh.txt"
ok "what is no archetype has no name" says "No archetype:" "$vttif" infer "$data/maplib/btmz-64.csv"
ok "silence is too little to say" bash -c "printf ',a,b\\na,0,0\\nb,0,0\\n' >silent.csv; $vttif infer silent.csv | grep -q 'Too little traffic'"
ok "a topology file with its own bmin keeps it" bash -c "$vttif infer -f json --bmin 0.5 $fig4 >fixed.json && $vttif show fixed.json | grep -q 'Topology at bmin 0.5:'"
ok "one whose bmin was found is named again" bash -c "$vttif infer -f json $fig4 >auto.json && diff <($vttif show $fig4) <($vttif show auto.json)"

# --- captures
ok "a capture of two datagrams has 200 bytes of payload" says "10.0.0.1,0,200" "$vttif" generate two.pcap
ok "and 256 bytes of IP" says "10.0.0.1,0,256" "$vttif" generate --count ip two.pcap
ok "and 284 of frames" says "10.0.0.1,0,284" "$vttif" generate --count frame two.pcap
ok "the same capture twice counts once" says "10.0.0.1,0,200" "$vttif" generate two.pcap two.pcap
ok "from standard input" bash -c "$vttif generate - <two.pcap | grep -qx '10.0.0.1,0,200'"
ok "from a pipe" bash -c "cat two.pcap | $vttif generate - | grep -qx '10.0.0.1,0,200'"
ok "a filter that matches" says "10.0.0.1,0,200" "$vttif" generate --filter "udp port 10000" two.pcap
ok "a filter that does not match leaves an account" says '"expression"' "$vttif" generate -f json --filter "port 1" two.pcap
ok "a filter with a mistake" complains 1 "filter 'prot 1'" "$vttif" generate --filter "prot 1" two.pcap
ok "endpoints by port" says "10.0.0.1:10000" "$vttif" generate --endpoints port two.pcap
ok "endpoints by MAC" says "02:00:00:00:00:01" "$vttif" generate --endpoints mac two.pcap
ok "a hosts file names them" bash -c "printf 'a 10.0.0.1\nb 10.0.0.2\n' >hosts; $vttif generate --hosts hosts two.pcap | grep -qx 'a,0,200'"
ok "hosts without MAC addresses cannot be told apart by them" bash -c "printf 'a 10.0.0.1\nb 10.0.0.2\n' >hosts; ! $vttif generate --hosts hosts --endpoints mac two.pcap 2>err && grep -q \"host 'a' has no MAC address\" err"
ok "-v says whose capture it is" says "capture of 10.0.0.1" "$vttif" generate -v two.pcap

# --- bad captures
ok "cut in a record: what came before is used" bash -c "$vttif generate cut.pcap 2>/dev/null | grep -qx '10.0.0.1,0,100'"
ok "cut in a record: exit 1 and the offset" bash -c "$vttif generate cut.pcap >/dev/null 2>err; [ \$? = 1 ] && grep -q 'record 2 at offset 86' err"
ok "cut in a record: a lower bound" says '"lower_bound":true' bash -c "$vttif infer -f json cut.pcap | tr -d ' '"
ok "damaged: the record and its offset" bash -c "$vttif generate damaged.pcap >/dev/null 2>err; [ \$? = 1 ] && grep -q 'record 1 at offset 24' err"
ok "an empty file" complains 1 "empty.pcap: the file is empty" "$vttif" generate empty.pcap
ok "no capture" complains 1 "text.pcap: not a capture file" "$vttif" generate text.pcap
ok "an unknown link type" complains 1 "link type 147" "$vttif" generate linktype.pcap
ok "a packed capture is to be unpacked" bash -c "gzip -k two.pcap && for c in infer generate; do $vttif \$c two.pcap.gz 2>err; [ \$? = 1 ] && grep -q 'two.pcap.gz: packed with gzip: unpack it first' err || exit 1; done"
ok "a matrix is no capture" complains 1 "vttif infer and vttif show take one" "$vttif" generate matrix.csv
ok "nor is it beside a capture" complains 1 "matrix.csv: this is no capture" "$vttif" infer two.pcap matrix.csv
ok "a file that does not exist" complains 1 "gone.pcap: No such file" "$vttif" generate gone.pcap
ok "a directory" complains 1 "directory" "$vttif" generate directory
ok "one bad file of two spoils the result" complains 1 "text.pcap" "$vttif" generate two.pcap text.pcap

# --- bad matrices and hosts files
bad() { # NAME CONTENT WORDS
    printf '%b' "$2" >"$1"
    complains 1 "$3" "$vttif" infer "$1"
}
ok "a matrix that is not square" bad a.csv ',a,b\na,0,1\n' "a.csv"
ok "a negative cell has line and column" bad b.csv ',a,b\na,0,-1\nb,2,0\n' "b.csv:2"
ok "a cell that is no number" bad c.csv ',a,b\na,0,x\nb,2,0\n' "c.csv:2"
ok "a cell that overflows" bad d.csv ',a,b\na,0,99999999999999999999999\nb,2,0\n' "d.csv:2"
ok "not a number" bad e.csv ',a,b\na,0,nan\nb,2,0\n' "e.csv:2"
ok "an empty matrix file" bad f.csv '' "f.csv"
ok "JSON that breaks off" bad g.json '{"schema": "vttif.matrix/1", "endpoints": ["a"' "g.json"
ok "JSON that is an array" bad h.json ' [[0, 1], [2, 0]]' 'expected "{"'
ok "a small matrix has no shade twice" bash -c "! $vttif infer matrix.csv | grep '≥' | grep -o '≥ [0-9]* B' | sort | uniq -d | grep -q . && printf ',a,b\na,0,3\nb,1,0\n' >small.csv && $vttif show small.csv | grep -qx '██ ≥ 2 B  ▓▓ ≥ 1 B  '"
ok "a hosts file with a duplicate" bash -c "printf 'a 10.0.0.1\na 10.0.0.2\n' >h; $vttif generate --hosts h two.pcap 2>&1 | grep -q 'h:2: there is already a host'"
ok "hosts that nobody has are told of" bash -c "printf 'a 10.9.0.1\nb 10.9.0.2\n' >h; $vttif generate --hosts h two.pcap 2>&1 | grep -q 'no endpoints: are the addresses'"
ok "a hosts file with an unknown key" bash -c "printf 'a 10.0.0.1 speed=1\n' >h; $vttif generate --hosts h two.pcap 2>&1 | grep -q \"h:1: unknown key 'speed=1'\""

# --- output
ok "a matrix reads back as it was written" bash -c "$vttif generate -o m.csv two.pcap && $vttif generate -o m.json two.pcap && diff <($vttif show -f csv m.csv) <($vttif show -f csv m.json)"
ok "show writes each kind" bash -c "for s in svg png pdf dot samba csv json txt; do $vttif show -o p.\$s matrix.csv && [ -s p.\$s ] || exit 1; done"
ok "show --heatmap writes pictures" bash -c "for s in svg png pdf; do $vttif show --heatmap -o q.\$s matrix.csv && [ -s q.\$s ] || exit 1; done"
ok "the SVG is XML" xmllint --noout p.svg q.svg
ok "the PNG is one" bash -c "head -c 4 p.png | grep -q PNG"
ok "infer -o writes a directory of results" bash -c "$vttif infer -o results two.pcap && [ -s results/matrix.csv -a -s results/topology.json -a -s results/topology.svg -a -s results/topology.samba ]"
ok "captures of two runs are not mixed: infer" bash -c "mkdir old && cp two.pcap old/h1-20260131-120000.pcap && printf 'a 127.0.0.1\n' >here; $vttif infer --hosts here -o old -- true 2>err; [ \$? = 1 ] && grep -q 'captures of another run' err && [ \"\$(ls old)\" = h1-20260131-120000.pcap ]"
cut_off() { # COMMAND... into a pipe that nobody reads any longer
    rm -f pipe && mkfifo pipe
    # shellcheck disable=SC2094 # both ends, then one
    exec 8<>pipe 9>pipe 8<&-
    "$@" >&9 2>"$work/err"
    status=$?
    exec 9>&-
    cat "$work/err"
    [ "$status" = 141 ]
}
ok "files are there even if nobody reads standard output" bash -c "$(declare -f cut_off); work=$work; cut_off $vttif infer -o unread --picture unread.svg two.pcap; [ \$? = 0 ] && [ -s unread/matrix.csv -a -s unread/topology.svg -a -s unread/matrix.svg -a -s unread.svg ]"
ok "what is for captures is not taken for a matrix" bash -c "for o in '--filter tcp' '--count ip' '--keep ssh' '--mtu 1500' '-j 2' '--endpoints mac' '--hosts here'; do $vttif infer \$o matrix.csv >out 2>err; [ \$? = 2 ] && [ ! -s out ] && grep -q 'is for captures, and matrix.csv is none' err || exit 1; done"
failed_at_once() {
    printf 'a 127.0.0.1\n' >here
    "$vttif" infer -q --hosts here -o failed -- sh -c 'exit 3' >out 2>err
    status=$?
    cat out err
    [ "$status" = 3 ] && [ ! -s out ] && grep -q 'sh failed and sent nothing.*the captures are kept in failed' err
}
if [ "$(id -u)" = 0 ] && have tcpdump; then
    ok "a program that fails at once gets no page about nothing" failed_at_once
else
    skip "a program that fails at once gets no page about nothing" "root and tcpdump are needed"
fi
ok "captures of two runs are not mixed: monitor" complains 1 "give another --output" "$vttif" monitor --hosts here -o old -- true
as_nobody() {
    setpriv --reuid 65534 --regid 65534 --clear-groups env -u XDG_RUNTIME_DIR HOME=/root "$@"
}
chmod 711 "$work"
mkdir -m 777 nobody
if [ "$(id -u)" = 0 ] && as_nobody test -x "$vttif"; then
    ok "who may not use the home that is said to be his is told of what matters" \
        complains 1 "may not capture there" as_nobody "$vttif" infer --hosts here -o nobody -- true
else
    skip "who may not use the home that is said to be his is told of what matters" "not root, or the build is not for all to read"
fi
ok "an output that cannot be written" complains 1 "cannot be written" "$vttif" generate -o /nonexistent/x.csv two.pcap
ok "a full disk leaves nothing behind" bash -c "$vttif generate two.pcap >/dev/full 2>err; [ \$? = 1 ] && grep -q 'No space left' err"
ok "a layout file places the endpoints" bash -c "printf 'a 0 0\nb 1 1\n' >places; $vttif show --layout places -o l.svg matrix.csv"
ok "a layout file that lacks one is refused" bash -c "printf 'a 0 0\n' >places; ! $vttif show --layout places -o l2.svg matrix.csv 2>err && grep -q \"b\" err && [ ! -e l2.svg ]"
ok "a terminal is not obeyed: control characters are escaped" bash -c "printf ',\033[31ma,b\n\033[31ma,0,1\nb,1,0\n' >esc.csv; $vttif infer esc.csv >out 2>&1; ! grep -q \$'\033' out"
finish
