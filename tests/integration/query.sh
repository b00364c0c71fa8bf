#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# vttifd is asked, by vttif, by curl, by a program of libvttif-client, and by those who mean no good.
#
#     bursts.py ── capture ──► vttifd --replay ──┬── unix socket ◄── vttif, curl, example-client
#                                                └── 127.0.0.1:PORT, with a token

# shellcheck disable=SC2317 # functions are called by ok

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$here/lib.sh"

vttifd=$build/src/daemon/vttifd
vttif=$build/src/cli/vttif
example=$build/doc/example-client
schema=$here/../../doc/schema

have python3 curl script || skip_all "python3, curl and script are needed"
cd "$work" || exit 99
export TERM=xterm TZ=UTC

cleanup() {
    for pid in $daemon_pid $watch_pid $holder_pid; do
        kill "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
    done
}
daemon_pid="" watch_pid="" holder_pid=""

sock=$work/vttifd.sock
python3 "$here/bursts.py" 3 >bursts.pcap
echo 0123456789abcdef0123 >token
echo 0123456789abcdef0124 >wrong
chmod 600 token wrong

# Plays $capture so many times as fast; further arguments are vttifd's. Waits for the socket.
capture=bursts.pcap
start_vttifd() { # SPEED OPTION...
    speed=$1
    shift
    # shellcheck disable=SC2094 # it only writes
    "$vttifd" --replay "$capture" --set "source.speed=$speed" --set "query.socket=$sock" \
        --set trigger.byte-threshold=2000 --set trigger.time-bound=500ms --set trigger.tmax=3s \
        --set trigger.twait=2s --set query.time=500ms "$@" 2>log &
    daemon_pid=$!
    wait_until 60 ask /v1/status || { cat log; return 1; }
}

end_vttifd() { # SIGNAL
    kill "-$1" "$daemon_pid"
    wait "$daemon_pid" 2>/dev/null
    ended=$?
    daemon_pid=""
    return "$ended"
}

# Starts one, on a port that nobody else has.
start_tcp() {
    for port in 28653 28654 28655 28656 28657 28658; do
        start_vttifd max --set "query.listen=127.0.0.1:$port" --set query.token-file=token "$@" && return
    done
    return 1
}

ask() { # PATH CURL_OPTION...
    path=$1
    shift
    curl -s --fail-with-body --max-time 20 --unix-socket "$sock" "$@" "http://vttifd$path"
}

says() { # WORDS FILE
    grep -qF -- "$1" "$2" || { cat "$2"; return 1; }
}

# Whether a command fails and says why.
complains() { # WORDS COMMAND...
    words=$1
    shift
    ! "$@" >out 2>err </dev/null && says "$words" err
}

v() { # SUBCOMMAND OPTION...
    subcommand=$1
    shift
    "$vttif" "$subcommand" "$@" --socket "$sock"
}

all_played() { ask /v1/status | grep -q '"ended":true'; }

plan 54

ok "vttifd plays a capture and listens" start_vttifd max
ok "the capture comes to its end" wait_until 60 all_played
ok "the socket is for its owner and group" test "$(stat -c %a vttifd.sock)" = 660

# --- the answers -----------------------------------------------------------------------------------

# 360 frames of 1,000 bytes from each host to the next.
ring() {
    v query matrix --last 3000 --format csv >matrix.csv || return 1
    cat matrix.csv
    awk -F, 'NR > 1 { for (i = 2; i <= NF; i++) sum += $i; n++ }
        END { exit n != 8 || sum != 8 * 360000 }' matrix.csv
}
ok "query matrix has every byte of the capture" ring

same_as_generate() {
    "$vttif" generate -q --count frame --format csv bursts.pcap | sort >offline.csv
    sort matrix.csv | diff - offline.csv
}
ok "and is what vttif generate says of it" same_as_generate

first_burst() {
    v query matrix --from 2023-11-14T22:13:20Z --to 1700000010 --format csv >first.csv &&
        awk -F, 'NR > 1 { for (i = 2; i <= NF; i++) sum += $i } END { exit sum != 8 * 120000 }' first.csv
}
ok "query matrix of an interval has the bytes of that interval" first_burst

named() { v query topology --last 3000 >topology.txt && says "ring" topology.txt; }
ok "query topology names it" named

pictured() { v query topology --last 3000 --output ring.svg && says "<svg" ring.svg; }
ok "and draws it" pictured

pairs() {
    v query pairs --last 3000 --top 3 --format csv >pairs.csv &&
        [ "$(sed -n 2p pairs.csv)" = "10.0.0.1,10.0.0.2,360000" ] && [ "$(wc -l <pairs.csv)" = 4 ]
}
ok "query pairs lists the largest" pairs

told() { v query status >status.txt && says "8 endpoints, 8 pairs" status.txt; }
ok "query status tells how vttifd is" told

sums() {
    v sql --format csv "SELECT src, dst, sum(bytes) FROM traffic WHERE age < 3000 GROUP BY 1, 2" >sql.csv &&
        [ "$(sed -n 2p sql.csv)" = "10.0.0.1,10.0.0.2,360000" ] && [ "$(wc -l <sql.csv)" = 9 ]
}
ok "sql adds up" sums

table() {
    echo "SELECT name, NULL AS empty FROM endpoints ORDER BY name DESC LIMIT 1" | v sql - >sql.txt &&
        [ "$(sed -n 1p sql.txt | tr -s ' ')" = "name empty" ] && [ "$(sed -n 2p sql.txt)" = other ]
}
ok "sql reads standard input and prints a table" table

screen() {
    v top --once --last 3000 >top.txt || return 1
    cat top.txt
    [ "$(wc -l <top.txt)" = 24 ] && says "8 endpoints, 8 pairs" top.txt && says "ring" top.txt &&
        says "10.0.0.8 > 10.0.0.1" top.txt && [ "$(wc -L <top.txt)" -le 80 ]
}
ok "top --once prints a screen of 80 x 24" screen

metrics() {
    ask /metrics >metrics.txt && grep '^vttif_bytes_total{' metrics.txt >pairs.txt &&
        says 'src="10.0.0.1",dst="10.0.0.2"} 360000' pairs.txt
}
ok "/metrics has the counters of the pairs" metrics

follows() { # NAME PATH CURL_OPTION...
    name=$1
    shift
    ask "$@" >answer.json
    python3 -c '
import json, sys
try:
    from jsonschema import Draft202012Validator
except ImportError:
    sys.exit("python3-jsonschema is not installed")
schema, document = (json.load(open(name)) for name in sys.argv[1:])
Draft202012Validator.check_schema(schema)
Draft202012Validator(schema).validate(document)
' "$schema/vttif.$name-1.json" answer.json
}
ok "/v1/matrix follows its schema" follows matrix "/v1/matrix?last=3000"
ok "/v1/topology follows its schema" follows topology "/v1/topology?last=3000"
ok "and names the topology" says '"name": "ring' answer.json
ok "/v1/pairs follows its schema" follows pairs "/v1/pairs?last=3000"
ok "/v1/status follows its schema" follows status /v1/status
ok "/v1/alerts/latest follows its schema" follows alert /v1/alerts/latest
ok "/v1/sql follows its schema" follows rows /v1/sql --data-binary "SELECT 1, 2.5, 'x', NULL, x'00'"
ok "an error follows its schema" follows error "/v1/matrix?lst=5"

# --- bad questions ---------------------------------------------------------------------------------

ok "sql that writes is refused" complains "may not be modified" v sql "DELETE FROM traffic"
ok "sql that opens files is refused" complains "queries may only read" v sql "ATTACH 'x' AS y"
ok "sql that never ends is ended" complains "took longer than 500 ms" v sql \
    "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT sum(n) FROM r"
ok "a wrong interval is refused" complains "empty" v query matrix --from 20 --to 10
ok "a path that is not known is not found" sh -c "[ \"\$(curl -s -o out -w '%{http_code}' \
    --unix-socket '$sock' http://x/v1/matrices)\" = 404 ] && grep -q vttif.error/1 out"

too_long() {
    head -c 70000 /dev/zero | tr '\0' ' ' >long
    [ "$(curl -s -o out -w '%{http_code}' --unix-socket "$sock" --data-binary @long http://x/v1/sql)" = 413 ]
}
ok "a body that is too long is answered with 413" too_long

client() { # PYTHON
    timeout 200 python3 -c '
import os, select, signal, socket, sys, time
path = sys.argv[1]
def connect():
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(40)
    s.connect(path)
    return s
def send(data, times=1):
    s = connect()
    try:
        for _ in range(times):
            s.sendall(data)
        s.shutdown(socket.SHUT_WR)
        while s.recv(65536):
            pass
    except OSError:
        pass
    s.close()
'"$1" "$sock" "$daemon_pid"
}
# Whatever comes, the next question is answered.
abused() { client "$1" && ask /v1/status >/dev/null; } # PYTHON
ok "garbage does no harm" abused '
for i in range(50): send(os.urandom(2000))
for data in (b"\r\n\r\n", b"GET", b"GET / HTTP/9.9\r\n\r\n", b"\0" * 100, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
             b"POST /v1/sql HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
             b"POST /v1/sql HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\nx",
             b"POST /v1/sql HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx",
             b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /%00%ff%zz?%00=%ff&last HTTP/1.1\r\nHost: x\r\n\r\n",
             b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n", b"GET http://[ HTTP/1.1\r\n\r\n"): send(data)
'
ok "a head without end does no harm" abused '
send(b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: " + b"x" * 65536, 300)
'
memory() { awk '/VmHWM/ { exit $2 > 300000 }' "/proc/$daemon_pid/status"; }
ok "nor makes vttifd grow" memory
ok "who leaves in the middle of an answer does no harm" abused '
for i in range(30):
    s = connect()
    s.sendall(b"GET /v1/topology?last=3000 HTTP/1.1\r\nHost: x\r\n\r\n" * 20)
    s.close()
'

# --- one socket, one daemon ------------------------------------------------------------------------

second() {
    complains "another server answers at $sock" "$vttifd" --replay bursts.pcap --set "query.socket=$sock" &&
        ask /v1/status >/dev/null
}
ok "a second vttifd at the same socket is refused" second
ok "vttifd ends with SIGTERM" end_vttifd TERM
ok "and takes its socket away" test ! -e vttifd.sock
ok "where no vttifd is the message says so" complains "there is no vttifd at $sock" v query status

after_kill() {
    start_vttifd max && end_vttifd KILL
    [ -S "$sock" ] && complains "no vttifd answers at $sock" v query status
}
ok "where one was killed, too" after_kill

# --- TCP -------------------------------------------------------------------------------------------

ok "the next one takes the socket over, and listens to TCP" start_tcp --set query.connections=8
t() { "$vttif" query status --url "http://127.0.0.1:$port" "$@"; }
ok "the right token is taken" t --token-file token
ok "a wrong one is not" complains "does not take the token in wrong" t --token-file wrong
ok "nor none" complains "wants a token" t

full() {
    python3 -c '
import socket, sys, time
held = []
for i in range(8):
    s = socket.socket(socket.AF_INET)
    s.connect(("127.0.0.1", int(sys.argv[1])))
    held.append(s)
print("held", flush=True)
time.sleep(300)
' "$port" >held.txt &
    holder_pid=$!
    wait_until 60 says held held.txt
    wait_until 60 complains "connections" t --token-file token && ask /v1/status >/dev/null || return 1
    kill "$holder_pid"
    wait "$holder_pid" 2>/dev/null
    holder_pid=""
    wait_until 60 t --token-file token
}
ok "when TCP has its half of the connections it is said, and the socket still answers" full

open_token() {
    end_vttifd TERM
    chmod 644 token
    complains "the token file token is open to others" "$vttifd" --replay bursts.pcap \
        --set query.listen=127.0.0.1:1 --set query.token-file=token
}
ok "a token file that others may read is refused" open_token

# --- alerts ----------------------------------------------------------------------------------------

watched() {
    start_vttifd 4 || return 1
    v watch --format json >alerts.json 2>watch.log &
    watch_pid=$!
    wait_until 60 says watching watch.log || return 1
    timeout 200 "$example" "$sock" >example.txt || return 1
    says "begun by 10.0.0.1 > 10.0.0.2" example.txt && says "10.0.0.8 -> 10.0.0.1:" example.txt
}
ok "a program waits for an alert and prints the topology" watched
told_of() { [ "$(grep -c "\"kind\": \"$1\"" alerts.json)" -ge 1 ]; }
both() { wait_until 60 told_of sustained && wait_until 60 told_of quiet; }
ok "watch tells of traffic that lasts and that has ended" both

left_alone() {
    end_vttifd KILL
    wait "$watch_pid"
    status=$?
    watch_pid=""
    [ "$status" = 1 ] && says "vttifd at $sock closed" watch.log
}
ok "watch ends when vttifd does, and says so" left_alone

# --- top on a terminal -----------------------------------------------------------------------------

leave_when_drawn() {
    wait_until 60 says "Pairs with the most bytes" typescript
    echo q
}
terminal() {
    start_vttifd max || return 1
    leave_when_drawn | timeout 90 script -qefc "stty cols 80 rows 24; '$vttif' top --socket '$sock' --last 3000" \
        typescript >/dev/null || return 1
    says "$(printf '\033[?1049h')" typescript && says "Pairs with the most bytes" typescript &&
        says "$(printf '\033[?1049l')" typescript
}
ok "top draws on a terminal and gives it back" terminal

# --- who is slow -----------------------------------------------------------------------------------

end_vttifd TERM
impatient() { start_vttifd max --set query.patience=1s; }
ok "vttifd can be impatient" impatient

# Holds a connection that does CODE with it; cut says that vttifd has closed it.
slow() { # CODE
    timeout 200 python3 -c '
import os, socket, sys, time
path, fds = sys.argv[1], "/proc/%s/fd" % sys.argv[2]
def sockets():
    return sum("socket:" in os.readlink(os.path.join(fds, fd)) for fd in os.listdir(fds))
def await_sockets(n):
    for _ in range(600):
        try:
            if (sockets() == n): return
        except OSError: pass # one that went meanwhile
        time.sleep(0.1)
    sys.exit("vttifd has %d sockets, not %d" % (sockets(), n))
idle = sockets()
s = socket.socket(socket.AF_UNIX)
s.connect(path)
'"$1" "$sock" "$daemon_pid" && ask /v1/status >/dev/null
}
ok "who sends a byte now and then is cut off" slow '
text = b"GET /v1/status HTTP/1.1\r\nHost: x\r\nA: " + b"x" * 1000
for i in range(150):
    try: s.sendall(text[i:i + 1])
    except OSError: break
    time.sleep(0.1)
else: sys.exit("still connected after 15 s")
await_sockets(idle)
'
ok "who takes no answer, too" slow '
s.setblocking(False)
request = b"GET /v1/matrix?last=3000 HTTP/1.1\r\nHost: x\r\n\r\n"
for i in range(5000):
    try: s.send(request)
    except OSError: break # it takes no more, or has been cut off already
await_sockets(idle)
'

# --- recognition that takes long -------------------------------------------------------------------
#
#     12 clients ── /v1/topology ──► one is recognised, 8 wait, others are refused ──► so the queue is full

end_vttifd TERM
slow_topology() {
    python3 "$here/tangle.py" 2048 >tangle.pcap && capture=tangle.pcap &&
        start_vttifd max --set query.patience=2s &&
        wait_until 60 all_played
}
ok "vttifd plays a capture whose topology is hard to tell" slow_topology

full_queue='
def request(path):
    s = connect()
    s.settimeout(200)
    s.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    return s
def answer(s):
    data = b""
    while part := s.recv(1 << 20):
        data += part
    s.close()
    return data
def answered(all, seconds):
    return select.select(all, [], [], seconds)[0]
topologies = [request(b"/v1/topology?last=3000") for _ in range(12)]
refused = answer(answered(topologies, 200)[0])
assert b" 503 " in refused and b"as many topologies" in refused, refused
'
ok "others are answered while topologies are recognised" abused "$full_queue"'
assert b"vttif.status/1" in answer(request(b"/v1/status"))
waiting = [s for s in topologies if s.fileno() >= 0]
assert len(answered(waiting, 0)) < len(waiting), "it came after all topologies"
answers = [answer(s) for s in waiting]
assert sum(b"vttif.topology/1" in a for a in answers) >= 9
assert all(b"vttif.topology/1" in a or b" 503 " in a for a in answers)
'
ok "who has gone holds no place among those that wait" abused "$full_queue"'
for s in topologies:
    s.close()
assert b"vttif.topology/1" in answer(request(b"/v1/topology?last=3000"))
'

ended_meanwhile() {
    client "$full_queue"'
os.kill(int(sys.argv[2]), signal.SIGTERM)
for s in topologies:
    try:
        if s.fileno() >= 0: answer(s)
    except ConnectionError: pass
' || return 1
    wait "$daemon_pid"
    ended=$?
    daemon_pid=""
    [ "$ended" = 0 ] && [ ! -e vttifd.sock ]
}
ok "vttifd ends in the middle of a recognition, and lets those go that wait" ended_meanwhile
finish
