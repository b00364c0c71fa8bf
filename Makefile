# The front door. Everything is built by meson and ninja in $(BUILD).
#   make demo     a test bed of 18 hosts, a 3x2x3 torus on it, what vttif makes of it
#   make test     every test
BUILD  ?= build
PREFIX ?= /usr/local
MESON_OPTIONS ?=

all: $(BUILD)/build.ninja
	ninja -C $(BUILD)

$(BUILD)/build.ninja:
	scripts/install-deps build
	meson setup $(BUILD) --prefix=$(PREFIX) $(MESON_OPTIONS)

# Only what it needs is built.
demo: $(BUILD)/build.ninja
	scripts/install-deps run
	ninja -C $(BUILD) demo
	scripts/demo $(BUILD)

test:
	scripts/install-deps build run test
	scripts/run-tests $(BUILD) $(MESON_OPTIONS)

# The same under the address and undefined-behaviour sanitizers. -O1: what -O2 leaves out, they would
# not see, and it takes twice as long to compile.
test-sanitize:
	scripts/install-deps build run test
	scripts/run-tests $(BUILD)-sanitize -Doptimization=1 -Db_sanitize=address,undefined \
		-Db_lundef=false $(MESON_OPTIONS)

install: all
	meson configure $(BUILD) -Dprefix=$(PREFIX)
	ninja -C $(BUILD)
	meson install -C $(BUILD) --no-rebuild $(if $(DESTDIR),--destdir $(abspath $(DESTDIR)))

bench: all
	scripts/install-deps run bench
	bench/run $(BUILD)

# Section 4 of the paper again: doc/evaluation.md and its pictures. Takes some minutes.
evaluate: all
	scripts/install-deps run evaluate
	bench/evaluate/run $(BUILD)

# The tests of counting in the kernel on Debian's own kernel, under QEMU. Takes some minutes.
check-kernel: all
	scripts/install-deps run test kernel
	scripts/check-kernel $(BUILD)

# vttifd as a service of Debian's systemd, under QEMU. Takes a minute or two.
check-systemd: all
	scripts/install-deps run test kernel
	scripts/check-systemd $(BUILD)

format:
	scripts/install-deps lint
	clang-format -i $$(git ls-files -co --exclude-standard '*.c' '*.h')

lint: all
	scripts/install-deps lint
	scripts/lint $(BUILD)

clean:
	rm -rf $(BUILD) $(BUILD)-sanitize

.PHONY: all demo test test-sanitize check-kernel check-systemd install bench evaluate format lint clean
