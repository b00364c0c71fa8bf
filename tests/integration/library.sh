#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# libvttif as others get it: installed headers, pkg-config, exported names, the example of doc/.
. "$(dirname "$0")/lib.sh"

here=$(cd "$(dirname "$0")" && pwd)
root=$work/root
have cc pkg-config nm || skip_all "cc, pkg-config and nm are needed"

install_all() {
    meson install -C "$VTTIF_BUILD" --no-rebuild --destdir "$root" &&
        pc=$(find "$root" -name libvttif.pc) && prefix=$(sed -n 's/^prefix=//p' "$pc") &&
        [ -x "$root$prefix/bin/vttif" ]
}

# The flags of the installed pkg-config file, with its prefix where the test put it.
flags() {
    mkdir -p "$work/pkgconfig"
    for name in libvttif libvttif-client; do
        sed "s|^prefix=.*|prefix=$root$prefix|" "$(dirname "$pc")/$name.pc" >"$work/pkgconfig/$name.pc"
    done
    PKG_CONFIG_PATH=$work/pkgconfig pkg-config "$@"
}

# A program of someone else's, warnings as errors; sanitizers as the library has them.
build_example() { # NAME PACKAGE
    sanitize=$(meson introspect "$VTTIF_BUILD" --buildoptions |
        grep -q '"address,undefined"' && echo -fsanitize=address,undefined)
    # shellcheck disable=SC2046,SC2086 # lists of flags
    cc -Wall -Wextra -Werror $sanitize -o "$work/example" "$here/../../doc/$1.c" \
        $(flags --cflags --libs "$2" libpcap)
}

capture_of_two_hosts() {
    printf '\324\303\262\241\2\0\4\0\0\0\0\0\0\0\0\0\0\0\4\0\1\0\0\0'
    printf '\1\0\0\0\0\0\0\0\56\0\0\0\216\0\0\0'
    printf '\2\0\0\0\0\2\2\0\0\0\0\1\10\0'
    printf '\105\0\0\200\0\1\0\0\100\21\0\0\12\0\0\1\12\0\0\2'
    printf '\47\20\47\21\0\154\0\0\0\0\0\0'
}

run_example() {
    capture_of_two_hosts >"$work/two.pcap"
    LD_LIBRARY_PATH=$(dirname "$(find "$root" -name 'libvttif.so.0')") ASAN_OPTIONS=detect_leaks=1 \
        "$work/example" "$work/two.pcap" >"$work/printed"
    cat "$work/printed"
    [ "$(cat "$work/printed")" = "10.0.0.1 -> 10.0.0.2: 100 bytes" ]
}

only_vttif_names() { # LIBRARY ONE_OF_THEM
    nm -D --defined-only "$(find "$root" -name "$1.so.0")" >"$work/names"
    grep -q " $2" "$work/names" || return 1
    ! awk '$2 ~ /[TDBR]/ { print $3 }' "$work/names" | grep -vE '^(vttif_|VTTIF_)'
}

# Each header by itself, as C and as C++ would see it.
headers_stand_alone() {
    for header in "$root$prefix"/include/vttif/*.h; do
        # shellcheck disable=SC2046
        echo "#include <vttif/$(basename "$header")>" |
            cc -Wall -Wextra -Werror -x c -fsyntax-only $(flags --cflags libvttif libvttif-client libpcap) - || return 1
    done
}

needs_no_http() {
    ! ldd "$(find "$root" -name 'libvttif.so.0')" | grep soup
}

client_without_daemon() {
    ! LD_LIBRARY_PATH=$(dirname "$(find "$root" -name 'libvttif.so.0')") "$work/example" \
        "$work/none" 2>"$work/printed" && grep "there is no vttifd at $work/none" "$work/printed"
}

plan 10
ok "everything installs" install_all
ok "each header stands alone" headers_stand_alone
ok "the example builds by pkg-config alone" build_example example libvttif
ok "and prints the edge of a capture" run_example
ok "only names that begin with vttif_ are exported" only_vttif_names libvttif vttif_matrix_new
ok "and by libvttif-client too" only_vttif_names libvttif-client vttif_client_new
ok "libvttif needs no HTTP" needs_no_http
ok "the client's example builds by pkg-config alone" build_example example_client libvttif-client
ok "and says when there is no vttifd" client_without_daemon
ok "the man pages are installed and without mistakes" bash -c \
    "for m in vttif.1 vttif-query.1 vttif-hosts.5 vttif-testbed.1 vttif-rsh.1; do f=\$(find '$root' -name \$m) && [ -s \"\$f\" ] || exit 1; done"
finish
