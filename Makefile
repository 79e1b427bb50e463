# A short way to the usual things.  The build itself is meson.build.
#
#   make                       build/posthaste and build/libposthaste.so
#   make try                   a whole delivery, shown, on this machine alone
#   make check                 every test
#   make bench [ONLY=NAME]     speed and size, against other programs
#   make install [DESTDIR=] [PREFIX=/usr/local]
#   make fuzz [SECONDS=60] [ONLY=NAME]    make torture    make coverage
#   make format    make tidy    make clean

MESON   = /usr/bin/meson
NINJA   = ninja
PYTHON  = /usr/bin/python3
BUILD   = build
PREFIX  = /usr/local
DESTDIR =
SECONDS = 60
ONLY    =

.NOTPARALLEL:
.PHONY: all everything setup try check bench install fuzz torture format tidy coverage \
	clean

all: $(BUILD)/build.ninja
	@$(NINJA) -C $(BUILD) installed
	@tools/links $(BUILD)

everything: all
	@$(NINJA) -C $(BUILD)

$(BUILD)/build.ninja:
	@tools/setup build
	@$(MESON) setup $(BUILD) --prefix $(abspath $(PREFIX))

setup:
	@tools/setup build test

try: all
	@tools/try

check: setup everything
	@tools/check --build $(BUILD)

bench: setup all
	@ONLY=$(ONLY) tools/bench

install: all
	@$(MESON) setup --reconfigure $(BUILD) \
		--prefix $(abspath $(PREFIX)) >/dev/null
	@DESTDIR=$(DESTDIR) $(MESON) install --no-rebuild -C $(BUILD)

fuzz: setup
	@tools/fuzz --seconds $(SECONDS) $(ONLY)

# Unit tests again, under the sanitizers: each allocation fails once, and what
# was taken until then must come back.
torture: setup
	@tools/sanitize build-asan
	@tools/check --build build-asan --only unit

format:
	@tools/format

tidy: setup everything
	@tools/tidy --build $(BUILD)

coverage: setup
	@tools/coverage

clean:
	rm -rf $(BUILD) build-asan build-clang build-coverage build-fuzz
