#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What we write as JSON follows the schemas in doc/schema, and what does not follow them is no JSON of
# ours. VIEWER and SOURCE are set by meson.

# shellcheck disable=SC2317 # functions are called by ok

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$here/lib.sh"

python3 -c 'import jsonschema' 2>/dev/null || skip_all "python3-jsonschema is not installed"
schema=$SOURCE/doc/schema
data=$SOURCE/tests/data

validate() { # SCHEMA FILE
    python3 -c '
import json, sys
from jsonschema import Draft202012Validator
schema, document = (json.load(open(name)) for name in sys.argv[1:])
Draft202012Validator.check_schema(schema)
Draft202012Validator(schema).validate(document)
' "$schema/vttif.$1-1.json" "$2"
}

matrix_follows() { # FILE
    "$VIEWER" json "$1" >"$work/matrix.json" && validate matrix "$work/matrix.json"
}

topology_follows() { # FILE
    "$VIEWER" topology.json "$1" >"$work/topology.json" && validate topology "$work/topology.json"
}

names_follow() { # FILE
    "$VIEWER" names.json "$1" >"$work/names.json" && validate topology "$work/names.json"
}

says() { # WORDS FILE
    grep -qF -- "$1" "$2"
}

survives() { # FILE
    "$VIEWER" json "$1" >"$work/first.json" &&
        "$VIEWER" json "$work/first.json" | cmp - "$work/first.json"
}

plan 19
for file in "$data/paper/fig04-is-8-hosts-offline.csv" "$data/maplib/cg-64.csv"; do
    name=$(basename -- "$file")
    ok "the matrix of $name follows its schema" matrix_follows "$file"
    ok "the topology of $name follows its schema" topology_follows "$file"
    ok "the names of $name follow the schema" names_follow "$file"
    ok "the matrix of $name survives reading and writing" survives "$file"
done

{
    echo from,to,bytes
    i=1
    while [ $i -le 300 ]; do
        echo "h$i,h$((i % 300 + 1)),1000"
        i=$((i + 1))
    done
} >"$work/ring.csv"
ok "a sparse matrix follows its schema" matrix_follows "$work/ring.csv"
ok "a sparse topology follows its schema" topology_follows "$work/ring.csv"
ok "the names of a sparse matrix follow the schema" names_follow "$work/ring.csv"
ok "a ring is named" says '"name": "ring' "$work/names.json"
ok "the names survive reading as a matrix" survives "$work/names.json"

echo "h1,h2,0" | sed '1i from,to,bytes' >"$work/silent.csv"
ok "silence follows the schema" names_follow "$work/silent.csv"
ok "silence is too little traffic" says '"verdict": "too little traffic"' "$work/names.json"
ok "what is no archetype follows the schema" names_follow "$data/maplib/btmz-64.csv"

cat >"$work/losses.json" <<'EOF'
{"schema": "vttif.matrix/1", "count": "frame", "seconds": 1.5, "lower_bound": true, "frames": 3,
 "endpoints": ["a", "b"], "matrix": [[0, 1], [2, 0]],
 "dropped": {"kernel": 1, "filtered": {"arp": 84}, "filtered_frames": {"arp": 2},
             "undecodable": 4, "overflow": {"bytes": 60, "frames": 1}, "missed": {"bytes": 7, "frames": 2},
             "estimated": 5, "truncated": true}}
EOF
ok "an account with every loss follows its schema" matrix_follows "$work/losses.json"
sed 's/"count": "frame"/"count": "bits"/' "$work/matrix.json" >"$work/wrong.json"
not_ok "an unknown count does not follow the schema" validate matrix "$work/wrong.json"
not_ok "a matrix is no topology" validate topology "$work/matrix.json"
finish
