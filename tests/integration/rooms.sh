#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The #includes of the sources agree with the table of rooms in doc/rooms.txt.

# shellcheck disable=SC2317 # functions are called by ok

here=$(dirname "$0")
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$here/lib.sh"
root=$(cd "$here/../.." && pwd)

# Every include of a folder's C files, a line each: FILE <HEADER or FILE "HEADER.
includes() { # FOLDER
    (cd "$root" && grep -rHoE '^ *# *include *[<"][^>"]+' --include='*.[ch]' "$1") |
        sed -E 's/:[ #]*include */ /'
}

# Prints what is wrong, nothing if all is well. Each room's row is first closed: with a room it may
# include what that room may include.
check_rooms() {
    includes src >"$work/src"
    includes include/vttif | sed 's|^include/vttif/|public/|' >"$work/public"
    awk '
    FNR == 1 { file++ }
    file == 1 && /^#/ || NF == 0 { next }
    file == 1 && $1 == "header" { room_of[$2] = $3; next }
    file == 1 {
        kind[$1] = $2
        may[$1, $1] = 1
        for (i = 3; i <= NF; i++) {
            if (!($i in kind)) { print $1 " may include " $i ", which has no row above it"; bad = 1 }
            for (room in kind) if (may[$i, room]) may[$1, room] = 1
        }
        for (room in kind)
            if (may[$1, room] && $2 == "pure" && kind[room] == "rim") {
                print "the pure room " $1 " may include " room " of the rim"; bad = 1 }
        next
    }
    {
        split($1, path, "/")
        own = path[1] == "public" ? room_of[path[2]] : path[2]
        if (!(own in kind)) { print $1 ": of no room of the table"; bad = 1; next }
        header = substr($2, 2)
        split(header, part, "/")
        if (part[1] == "vttif") {
            other = room_of[part[2]]
            if (other == "") { print $1 ": " header " is of no room of the table"; bad = 1; next }
        } else if (substr($2, 1, 1) == "\"") {
            other = part[2] == "" ? own : part[1]
        } else {
            next
        }
        checked++
        if (!may[own, other]) { print $1 ": " own " may not include " other " (" header ")"; bad = 1 }
    }
    END {
        if (checked < 50) { print "only " checked + 0 " includes found"; bad = 1 }
        exit bad
    }' "$1" "$work/src" "$work/public"
}

check_workloads() {
    includes workloads >"$work/workloads"
    ! grep '[<"]vttif/' "$work/workloads" || return 1
    grep '"' "$work/workloads" | while read -r file header; do
        header=${header#\"}
        [ -e "$root/workloads/$header" ] || [ -e "$root/$(dirname "$file")/$header" ] || {
            echo "$file includes $header, which is not of workloads/"
            return 1
        }
    done
}

# The table with one row changed.
changed() { # SED-EXPRESSION
    sed -E "$1" "$root/doc/rooms.txt" >"$work/changed"
    check_rooms "$work/changed"
}

plan 5
ok "each room includes what its row allows, and what that needs" check_rooms "$root/doc/rooms.txt"
not_ok "an include that no row allows is found" changed 's/^(tally +pure).*/\1  filter/'
not_ok "a pure room may not include one of the rim" changed 's/^(cli .*)/\1\nextra pure source/'
not_ok "a room without a row is found" changed '/^matrix /d'
ok "the workloads include nothing of ours" check_workloads
finish
