# SPDX-License-Identifier: MIT
# Kept small: the rockspecs build the same modules. `make help` lists the targets.
VERSION := $(shell sed -n 's/^return "\(.*\)"/\1/p' lua/klaviyo/version.lua)
BUILD   ?= build
LUA     ?= 5.4
PREFIX  ?= /usr/local
CC      ?= cc

# Warnings are errors for those who work on this tree: .ci/check sets WERROR=-Werror. A newer compiler may know new ones.
CFLAGS  ?= -O2 -g
WERROR  ?=
WARN    := -Wall -Wextra -Wshadow -Wmissing-prototypes $(WERROR)
BASE    := -std=c11 -D_GNU_SOURCE $(WARN)
# Behind the user's CFLAGS, where a -fPIE may stand.
PIC     := -fPIC

# For each Lua: the directory of its headers, its program, and the version in its paths.
include_5.4 := $(firstword $(wildcard /usr/include/lua5.4 /usr/local/include/lua5.4 /usr/include/lua-5.4 \
                 /usr/local/include/lua /opt/homebrew/include/lua) /usr/include)
include_jit := $(firstword $(wildcard /usr/include/luajit-2.1 /usr/local/include/luajit-2.1 \
                 /opt/homebrew/include/luajit-2.1) /usr/include)
include_5.3 := $(firstword $(wildcard /usr/include/lua5.3 /usr/local/include/lua5.3 /usr/include/lua-5.3) /usr/include)
program_5.4 := $(shell command -v lua5.4 || { lua -e 'assert(_VERSION == "Lua 5.4")' 2>/dev/null && command -v lua; })
program_jit := luajit
program_5.3 := lua5.3
paths_5.4   := 5.4
paths_jit   := 5.1
paths_5.3   := 5.3

ifneq ($(words $(filter 5.3 5.4 jit,$(LUA))),1)
$(error LUA=$(LUA): there are LUA=5.4 (the default), LUA=5.3 and LUA=jit)
endif

CORE_SRC    := $(wildcard src/core/*.c)
TERMINAL_SRC := $(wildcard src/terminal/*.c)
# The parts of the core that the connection to Redis shares are compiled into it.
REDIS_SRC   := $(wildcard src/redis/*.c) $(addprefix src/core/,clock.c keep_loaded.c lua_handle.c lua_options.c sha256.c)
SANDBOX_SRC := $(filter-out src/sandbox/fuzz/%,$(wildcard src/sandbox/*/*.c))
SANDBOX_LIBS := -lmicrohttpd -lgnutls -lsqlite3 -ljansson -lpthread -lm
OUT         := $(BUILD)/$(LUA)

# Runs a Lua program with the modules of this tree: `$(RUN) examples/quickstart.lua`.
PATHS := LUA_PATH="lua/?.lua;lua/?/init.lua;;" LUA_CPATH="$(OUT)/?.so;;"
RUN := $(PATHS) $(program_$(LUA))

# The budget in Redis is for those who have hiredis; nobody else needs it.
HAS_REDIS := $(firstword $(wildcard /usr/include/hiredis/async.h /usr/local/include/hiredis/async.h \
               /opt/homebrew/include/hiredis/async.h))

.PHONY: all core sandbox terminal redis demo quickstart openresty neovim test check lint fmt rockspecs doc install install-core \
  install-sandbox install-cli install-redis uninstall dist \
  clean help
all: core sandbox terminal $(if $(HAS_REDIS),redis) ## build the C modules (LUA=5.4, 5.3 or jit)

core: $(OUT)/klaviyo/core.so
sandbox: $(OUT)/klaviyo/sandbox.so
terminal: $(OUT)/klaviyo/terminal.so
redis: $(OUT)/klaviyo/redis.so

ifeq ($(shell uname),Darwin)
SHARED := -bundle -undefined dynamic_lookup
else
SHARED := -shared
endif

$(OUT)/klaviyo/core.so: $(CORE_SRC:%.c=$(OUT)/%.o)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) $(SHARED) -o $@ $^ -lcurl -lz -lpthread -lm
$(OUT)/klaviyo/sandbox.so: $(SANDBOX_SRC:%.c=$(OUT)/%.o)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) $(SHARED) -o $@ $^ $(SANDBOX_LIBS)
$(OUT)/klaviyo/terminal.so: $(TERMINAL_SRC:%.c=$(OUT)/%.o)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) $(SHARED) -o $@ $^ -lpthread
$(OUT)/klaviyo/redis.so: $(REDIS_SRC:%.c=$(OUT)/%.o)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) $(SHARED) -o $@ $^ -lhiredis -lpthread -ldl
$(SANDBOX_SRC:%.c=$(OUT)/%.o): QUOTED := -iquote src/sandbox
$(OUT)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(BASE) $(CPPFLAGS) $(CFLAGS) $(PIC) $(QUOTED) -I$(include_$(LUA)) -MMD -MP -c -o $@ $<

# Before anything of a part is compiled: is there a compiler, and what the part includes? Says what to install otherwise.
$(CORE_SRC:%.c=$(OUT)/%.o): | $(OUT)/.can-core
$(SANDBOX_SRC:%.c=$(OUT)/%.o): | $(OUT)/.can-sandbox
$(TERMINAL_SRC:%.c=$(OUT)/%.o): | $(OUT)/.can-terminal
$(patsubst %.c,$(OUT)/%.o,$(wildcard src/redis/*.c)): | $(OUT)/.can-redis
$(OUT)/.can-%:
	@mkdir -p $(@D)
	@CC='$(CC)' CPPFLAGS='$(CPPFLAGS)' CFLAGS='$(CFLAGS)' LUA='$(LUA)' .ci/deps --say $*
	@touch $@

demo: ## install dependencies, build, and watch a campaign being sent, and a shop with results, with no account
	@LUA=$(LUA) .ci/deps demo
	@$(MAKE) --no-print-directory -s quickstart

# In a second make, which sees where Lua has just been installed.
quickstart: all
	@$(RUN) examples/quickstart.lua
	@$(PATHS) KLAVIYO="$(program_$(LUA)) lua/klaviyo/cli/main.lua" examples/shop/run

openresty: ## run examples/openresty: an nginx that lists and schedules campaigns, with a sandbox
	@.ci/deps openresty
	@$(MAKE) --no-print-directory -s all LUA=jit
	@BUILD=$(abspath $(BUILD)) examples/openresty/start

neovim: ## run examples/neovim: a plugin in Neovim, with a sandbox
	@.ci/deps neovim
	@$(MAKE) --no-print-directory -s all LUA=jit
	@BUILD=$(abspath $(BUILD)) nvim -u examples/neovim/demo.lua

test: ## install dependencies, and run all checks
	@.ci/deps test
	@.ci/check

lint: ## luacheck, clang-format, cppcheck, retired words, layers
	@.ci/check lint

fmt: ## format all C files
	clang-format -i $$(find src spec bench -name '*.[ch]')

rockspecs: ## generate the rockspecs
	@.ci/rockspecs

# A relative PREFIX or LIBDIR means one below this directory: the installed command names them.
absolute = $(if $(filter-out /%,$(firstword $(1))),$(CURDIR)/$(1),$(1))
override PREFIX := $(call absolute,$(PREFIX))
LIBDIR  ?= $(PREFIX)/lib
override LIBDIR := $(call absolute,$(LIBDIR))
LUA_DIR := $(DESTDIR)$(PREFIX)/share/lua/$(paths_$(LUA))
LIB_DIR := $(DESTDIR)$(LIBDIR)/lua/$(paths_$(LUA))
BIN_DIR := $(DESTDIR)$(PREFIX)/bin
MAN_DIR := $(DESTDIR)$(PREFIX)/share/man/man1

# Copies the Lua modules that pass the tests of find(1) in $(1), with their folders.
install_lua = find lua/klaviyo -name '*.lua' $(1) | while read -r file; do \
    to="$(LUA_DIR)/$${file\#lua/}" && mkdir -p "$${to%/*}" && install -m 644 "$$file" "$$to" || exit 1; done
install_c = mkdir -p "$(LIB_DIR)/klaviyo" && install -m 755 $(OUT)/klaviyo/$(1).so "$(LIB_DIR)/klaviyo/"

# The parts are what the rocks are; packagers install them apart. The fourth, install-redis, is for a fleet of machines.
install: install-core install-sandbox install-cli ## all three parts into PREFIX (default /usr/local), for the Lua of LUA

install-core: core ## the library
	$(call install_lua,! -path '*/klaviyo/cli/*' ! -path '*/klaviyo/fleet/*')
	$(call install_c,core)

install-sandbox: sandbox ## the local server
	$(call install_c,sandbox)

install-redis: redis ## the budget and the lease of a fleet, in Redis
	$(call install_lua,-path '*/klaviyo/fleet/*')
	$(call install_c,redis)

install-cli: terminal ## the klaviyo command and its man page
	@command -v "$(program_$(LUA))" >/dev/null || { echo 'make: the command needs the program of LUA=$(LUA), and' \
	    '$(or $(program_$(LUA)),lua$(LUA)) is not in PATH' >&2; exit 1; }
	$(call install_lua,-path '*/klaviyo/cli/*' ! -path '*/cli/main.lua')
	$(call install_c,terminal)
	mkdir -p "$(BIN_DIR)" "$(MAN_DIR)"
	{ echo '#!$(shell command -v $(program_$(LUA)))'; \
	    echo 'package.path = "$(PREFIX)/share/lua/$(paths_$(LUA))/?.lua;$(PREFIX)/share/lua/$(paths_$(LUA))/?/init.lua;" .. package.path'; \
	    echo 'package.cpath = "$(LIBDIR)/lua/$(paths_$(LUA))/?.so;" .. package.cpath'; \
	    sed 1d lua/klaviyo/cli/main.lua; } > "$(BIN_DIR)/klaviyo" && chmod 755 "$(BIN_DIR)/klaviyo"
	install -m 644 doc/klaviyo.1 "$(MAN_DIR)/"

# The command belongs to one Lua: uninstalling for another one leaves it.
uninstall: ## remove what install put there, for the Lua of LUA
	if grep -qsF 'package.cpath = "$(LIBDIR)/lua/$(paths_$(LUA))/?.so;"' "$(BIN_DIR)/klaviyo"; then \
	    rm -f "$(BIN_DIR)/klaviyo" "$(MAN_DIR)/klaviyo.1"; fi
	rm -rf "$(LUA_DIR)/klaviyo" "$(LIB_DIR)/klaviyo"
	for directory in "$(LUA_DIR)" "$(LIB_DIR)"; do \
	    rmdir "$$directory" "$${directory%/*}" 2>/dev/null || :; done

dist: ## a tarball of HEAD that builds outside git
	@mkdir -p dist
	git archive --prefix=lua-klaviyo-$(VERSION)/ --format=tar.gz -o dist/.new-$$$$ HEAD && \
	    mv dist/.new-$$$$ dist/lua-klaviyo-$(VERSION).tar.gz

.PHONY: matrix
matrix: ## Debian 11 to sid, amd64 and arm64, gcc and clang, each Lua (root; MATRIX=trixie/arm64/jit-gcc,demo: those)
	@.ci/matrix $(BUILD)/matrix $(MATRIX)

.PHONY: deb
deb: ## Debian packages of HEAD, into build/deb
	@packaging/make-deb $(BUILD)/deb

.PHONY: opm
opm: ## the pure-Lua part as OpenResty's opm takes it, into build/opm
	@rm -rf $(BUILD)/opm && mkdir -p $(BUILD)/opm/lib
	@cd lua && tar -c --exclude=klaviyo/cli --exclude=klaviyo/fleet --exclude=klaviyo/meta klaviyo | tar -x -C $(abspath $(BUILD))/opm/lib
	@sed 's/@VERSION@/$(VERSION)/' packaging/opm/dist.ini > $(BUILD)/opm/dist.ini
	@cp README.md LICENSE $(BUILD)/opm/
	@echo "$(BUILD)/opm"

.PHONY: deb-test
deb-test: ## build and install the packages in clean Debian chroots (root, debootstrap; DEB=trixie for one suite)
	@packaging/test-deb $(BUILD)/deb-test $(DEB)

# bench/run.lua explains the output; `make bench BENCH="--rounds 9 --only W1,W2"` runs parts of it.
.PHONY: bench
bench: ## measure against bare libcurl and other clients
	@.ci/deps bench
	@$(MAKE) --no-print-directory -s all LUA=5.4
	@$(MAKE) --no-print-directory -s core LUA=jit
	@bench/prepare $(BUILD)
	@lua5.4 bench/run.lua --build $(BUILD) --json $(BUILD)/bench/results.json $(BENCH)

# bench/fleet/run.lua explains the output; `make fleet FLEET=--short` takes some minutes.
.PHONY: fleet
fleet: ## many machines with one account and a Redis: figures, failures, a simulation of 1,000 (root or user namespaces)
	@.ci/deps fleet
	@$(MAKE) --no-print-directory -s core sandbox redis LUA=5.4
	@$(TREE) LUA_CPATH="$(BUILD)/5.4/?.so;;" bench/fleet/start $(BUILD) $(FLEET)
	@$(TREE) LUA_CPATH="$(BUILD)/5.4/?.so;;" lua5.4 bench/fleet/host.lua
	@$(TREE) LUA_CPATH="$(BUILD)/5.4/?.so;;" lua5.4 bench/fleet/simulate.lua $(filter --short,$(FLEET))

# Unit tests in C: pure functions with a virtual clock. Under TSan: the nginx poller's thread, two Lua states in two threads,
# each with a client and a sandbox, and whole sandboxes under load, which are checked for leaks as well.
TREE := LUA_PATH="./?.lua;lua/?.lua;lua/?/init.lua;;" KLAVIYO_API_KEY=
UNIT_FLAGS := -std=c11 -D_GNU_SOURCE -g -O1 $(WARN) -Ispec/c
CORE_ENGINE := $(filter-out src/core/lua_%.c src/core/module.c,$(CORE_SRC))
SANDBOX_PURE := $(wildcard src/sandbox/base/*.c) $(addprefix src/sandbox/,store/sql.c store/ulid.c store/ulid_sql.c \
                  sends/send_schedule.c api/filter.c api/filter_sql.c api/query.c api/query_rules.c api/cursor.c api/sparse.c)
SANDBOX_SERVER := $(filter-out src/sandbox/lua/%,$(SANDBOX_SRC))

comma := ,
.PHONY: units torture valgrind fuzz clock bench-loops
units: ## unit tests in C, under the sanitizers
	@mkdir -p $(BUILD)/units
	$(CC) $(UNIT_FLAGS) -fsanitize=address,undefined -iquote src/core spec/c/core/*.c spec/c/check.c $(CORE_ENGINE) \
	    -lcurl -lz -lpthread -lm -o $(BUILD)/units/core
	$(CC) $(UNIT_FLAGS) -fsanitize=address,undefined -iquote src/sandbox spec/c/test_sandbox_units.c spec/c/check.c \
	    $(wildcard spec/c/units_*.c) spec/c/sandbox_db.c $(SANDBOX_PURE) -ljansson -lsqlite3 -lm -o $(BUILD)/units/sandbox
	$(if $(HAS_REDIS),$(CC) $(UNIT_FLAGS) -fsanitize=address$(comma)undefined -Wl$(comma)--wrap=malloc spec/c/test_redis_units.c \
	    spec/c/check.c src/redis/guard.c src/redis/queue.c src/redis/reply.c -lhiredis -o $(BUILD)/units/redis)
	$(CC) $(UNIT_FLAGS) -fsanitize=thread -iquote src/core spec/c/test_nginx_poller.c spec/c/check.c $(CORE_ENGINE) \
	    -lcurl -lz -lpthread -lm -o $(BUILD)/units/nginx_poller
	@$(MAKE) --no-print-directory -s all LUA=5.4 BUILD=$(BUILD)/tsan CFLAGS="-O1 -g -fsanitize=thread"
	$(CC) $(UNIT_FLAGS) -fsanitize=thread -I$(include_5.4) spec/c/test_states.c spec/c/check.c -llua5.4 -lpthread \
	    -o $(BUILD)/units/states
	for sanitizer in thread address,undefined; do \
	    $(CC) $(UNIT_FLAGS) -fsanitize=$$sanitizer -iquote src/sandbox spec/c/test_server.c spec/c/check.c \
	        $(SANDBOX_SERVER) $(SANDBOX_LIBS) -o $(BUILD)/units/server-$$sanitizer || exit 1; done
	$(BUILD)/units/core
	$(BUILD)/units/sandbox
	$(if $(HAS_REDIS),$(BUILD)/units/redis)
	$(BUILD)/units/nginx_poller
	$(TREE) LUA_CPATH="$(BUILD)/tsan/5.4/?.so;;" $(BUILD)/units/states
	$(BUILD)/units/server-thread
	$(BUILD)/units/server-address,undefined

# `make torture TORTURE=--short` takes seconds; the files in spec/torture describe further options.
TORTURED := $(TREE) LUA_CPATH="$(OUT)/?.so;;"
torture: all $(OUT)/starve.so $(OUT)/finalizers ## faults, kills, failing allocations, forks, finalizers that close objects
	@$(TORTURED) $(program_$(LUA)) spec/torture/run.lua $(TORTURE)
	@$(TORTURED) $(program_$(LUA)) spec/torture/matrix.lua $(TORTURE)
	@$(TORTURED) LD_PRELOAD=$(OUT)/starve.so $(program_$(LUA)) spec/torture/memory.lua $(TORTURE)
	@$(TORTURED) LD_PRELOAD=$(OUT)/starve.so $(program_$(LUA)) spec/torture/fork.lua
	@$(TORTURED) MALLOC_PERTURB_=165 $(OUT)/finalizers spec/torture/finalizers.lua $(TORTURE)
	$(if $(filter --short,$(TORTURE)),,@$(TORTURED) $(program_$(LUA)) spec/torture/kills.lua)
	$(if $(filter --short,$(TORTURE)),,@$(TORTURED) $(program_$(LUA)) spec/torture/send_kills.lua)

$(OUT)/starve.so: spec/c/starve.c spec/c/library.h
	@mkdir -p $(@D)
	$(CC) $(BASE) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) $(PIC) -I$(include_$(LUA)) $(SHARED) -o $@ $<

# Lua as a shared library: the program's own functions then come before Lua's.
library_5.4 := lua5.4
library_5.3 := lua5.3
library_jit := luajit-5.1
$(OUT)/finalizers: spec/c/finalizers.c spec/c/library.h
	@mkdir -p $(@D)
	$(CC) $(BASE) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) $(PIC) -I$(include_$(LUA)) -rdynamic -o $@ $< -l$(library_$(LUA)) -ldl

# Sessions with the garbage collector at full pressure. What OpenSSL and libcurl keep until exit is no leak.
valgrind: all ## whole sessions under valgrind, with both modes of the garbage collector
	@for how in generational steps; do $(TORTURED) valgrind -q --error-exitcode=9 --leak-check=full \
	    --show-leak-kinds=definite --errors-for-leak-kinds=definite $(program_$(LUA)) spec/torture/collect.lua $$how || exit; done

# Runs each fuzz target for SECONDS (default 60), with its corpus if it has one.
SECONDS ?= 60
fuzz: ## libFuzzer over every parser of foreign input (SECONDS=60)
	@.ci/fuzz $(BUILD)/fuzz $(SECONDS)

# The specs that reckon with the present, in programs whose clock is moved.
clock: all $(OUT)/shift_clock.so ## specs at midnight, clock changes, in other seasons and zones (CLOCK=2026-11-29T02:30:00/UTC: then)
	@$(TORTURED) .ci/clock $(abspath $(OUT))/shift_clock.so $(BUILD)/clock $(CLOCK)

$(OUT)/shift_clock.so: spec/c/shift_clock.c
	@mkdir -p $(@D)
	$(CC) $(BASE) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) $(PIC) $(SHARED) -o $@ $<

bench-loops: ## measure what the loops add, and how long they block their hosts
	@$(MAKE) --no-print-directory -s all LUA=jit
	@LUA_PATH="./?.lua;lua/?.lua;lua/?/init.lua;;" LUA_CPATH="$(BUILD)/jit/?.so;;" luajit bench/loops/run.lua $(BUILD)

clean: ## remove all build results
	rm -rf $(BUILD) dist

help:
	@sed -n 's/^\([a-z-]*\):.*## /  \1\t/p' $(MAKEFILE_LIST) | expand -t 16

-include $(CORE_SRC:%.c=$(OUT)/%.d) $(wildcard $(OUT)/src/redis/*.d) $(TERMINAL_SRC:%.c=$(OUT)/%.d) $(SANDBOX_SRC:%.c=$(OUT)/%.d)

# doc/contents.lua lists the pages of the reference.
FROM_TREE := LUA_PATH="./?.lua;lua/?.lua;lua/?/init.lua;;" LUA_CPATH="$(OUT)/?.so;;" $(program_$(LUA))
doc: core terminal ## write the reference into build/doc/html
	@rm -rf build/doc && mkdir -p build/doc/html/images
	@$(FROM_TREE) doc/reference.lua build/doc/html
	@cp doc/reference.css build/doc/html/ && cp doc/images/*.svg doc/images/*.png build/doc/html/images/
	@echo "build/doc/html/index.html"

.PHONY: man
man: core terminal ## regenerate doc/klaviyo.1 and the types in lua/klaviyo/meta
	@$(FROM_TREE) doc/man.lua > $(BUILD)/klaviyo.1 && mv $(BUILD)/klaviyo.1 doc/klaviyo.1
	@$(FROM_TREE) doc/meta.lua > $(BUILD)/tables.lua && mv $(BUILD)/tables.lua lua/klaviyo/meta/tables.lua
	@$(FROM_TREE) doc/meta.lua collections > $(BUILD)/tables.lua && mv $(BUILD)/tables.lua lua/klaviyo/meta/collections.lua

# Checks requests and responses of the specs against the vendor's OpenAPI file (KLAVIYO_OPENAPI=FILE): of a revision of the
# campaigns, or of the stable endpoints beside them, where every operation that the library has must be seen. Specs that start
# programs are left out: their requests are not seen here.
CONFORMING := $(filter-out spec/cli/% spec/project/% spec/sandbox/kill_spec.lua spec/loop/nginx_spec.lua, \
                $(wildcard spec/*/*_spec.lua))

.PHONY: conformance
conformance: all ## check the specs' requests and responses against an OpenAPI file (KLAVIYO_OPENAPI=FILE)
	@test -r "$$KLAVIYO_OPENAPI" || { echo 'set KLAVIYO_OPENAPI to the path of the OpenAPI file' >&2; exit 2; }
	@LUA_PATH="lua/?.lua;lua/?/init.lua;./?.lua;;" LUA_CPATH="$(OUT)/?.so;;" busted --lua=$(program_$(LUA)) \
	    --helper=spec/support/conformance.lua --exclude-tags=process $(CONFORMING)
