# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A virtual machine without KVM and without rights, for check-kernel and check-systemd, which source
# this: Debian's kernel, an initramfs made of files of this machine and of packages, a serial console.
#
# Sets $work, a directory that is removed at the end, as a guest that still runs is ended.

# kernel, release and the programs' build directory are for those who source this.
# shellcheck disable=SC2034

self=$(basename "$0")

need_programs() { # PROGRAM...
    local missing="" tool
    for tool in qemu-system-x86_64 busybox cpio apt-get dpkg-deb "$@"; do
        command -v "$tool" >/dev/null || missing="$missing $tool"
    done
    [ -z "$missing" ] && return
    echo "$self: not found:$missing; install them with scripts/install-deps run kernel" >&2
    exit 1
}

guest=""
end_guest() {
    [ -z "$guest" ] || kill "$guest" 2>/dev/null || true
    rm -rf "$work"
}
work=$(mktemp -d)
trap end_guest EXIT
trap 'exit 130' INT TERM

# Unpacks it to $work/kernel; sets $kernel, the file, and $release.
fetch_kernel() { # PACKAGE|FILE.deb
    local deb real
    case $1 in
    *.deb) deb=$(realpath "$1") ;;
    *)
        # A package that only depends on the newest one leads to that.
        real=$(apt-cache depends "$1" | awk '$1 == "Depends:" && /linux-image/ { print $2; exit }')
        (cd "$work" && apt-get -qq -o APT::Sandbox::User=root download "${real:-$1}")
        deb=$(echo "$work"/*.deb)
        ;;
    esac
    dpkg-deb -x "$deb" "$work/kernel"
    kernel=$(echo "$work"/kernel/boot/vmlinuz-*)
    release=${kernel#*/vmlinuz-}
}

find_module() { # NAME
    find "$work/kernel" -name "$1.ko" -o -name "$1.ko.xz"
}

add_libraries() { # ROOT PROGRAM
    local file
    for file in $(ldd "$2" 2>/dev/null | grep -oE '/[^ ]+'); do
        [ -e "$1$file" ] || install -D "$file" "$1$file"
    done
}

# A program or library at its own path, with the libraries that it needs.
add_program() { # ROOT PATH
    [ -e "$1$2" ] || install -D "$2" "$1$2"
    add_libraries "$1" "$2"
}

# The directories of a root whose /bin, /sbin and /lib are those of /usr.
make_directories() { # ROOT
    mkdir -p "$1"/{busybox,proc,sys,dev,tmp,run,etc,usr/bin,usr/sbin,usr/lib,usr/lib64}
    ln -s usr/bin usr/sbin usr/lib usr/lib64 "$1"
    cp "$(command -v busybox)" "$1/busybox/busybox"
}

# Everything belongs to root there.
pack() { # ROOT
    (cd "$1" && find . | cpio -o -H newc -R 0:0 --quiet)
}

# Boots $kernel with $work/initramfs, prints what it says after "guest: Linux", and waits for its end.
# All that it says is in $work/out.
run_guest() { # SECONDS KERNEL-ARGUMENT...
    local seconds=$1
    shift
    echo "# Linux $release, $(du -m "$work/initramfs" | cut -f1) MB of initramfs, without KVM"
    : >"$work/out"
    timeout "$seconds" qemu-system-x86_64 -accel tcg -cpu max -smp 2 -m 3072 -no-reboot -nographic \
        -nodefaults -serial stdio -kernel "$kernel" -initrd "$work/initramfs" \
        -append "console=ttyS0 quiet panic=-1 $*" </dev/null >"$work/out" 2>&1 &
    guest=$!
    # Beside us, as a trap waits for what is in the foreground.
    tail -n +1 --pid=$guest -f "$work/out" | sed -un 's/\r//; /guest: Linux/,$p' &
    local printer=$!
    wait "$guest" || true
    guest=""
    wait "$printer" || true
    grep -q 'guest:' "$work/out" || tail -n 20 "$work/out"
}
