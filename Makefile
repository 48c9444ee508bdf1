# Thin by design: the rockspecs are the other, equal way to build. `make help` lists the targets.
VERSION := 0.1.0
BUILD   ?= build
LUA     ?= 5.4
CC      ?= cc

CFLAGS  ?= -O2 -g
WARN    := -Wall -Wextra -Wshadow -Wmissing-prototypes -Werror
BASE    := -std=c11 -D_GNU_SOURCE -fPIC $(WARN)

lua_include_5.4 := $(firstword $(wildcard /usr/include/lua5.4 /usr/local/include/lua5.4 /usr/include/lua-5.4 /usr/include))
lua_include_jit := $(firstword $(wildcard /usr/include/luajit-2.1 /usr/local/include/luajit-2.1 /usr/include))

CORE_SRC    := $(wildcard src/core/*.c)
SANDBOX_SRC := $(wildcard src/sandbox/*.c)
OUT         := $(BUILD)/$(LUA)

.PHONY: all core sandbox clean
all: core sandbox

core: $(OUT)/klaviyo/core.so
sandbox: $(OUT)/klaviyo/sandbox.so

$(OUT)/klaviyo/core.so: $(CORE_SRC:%.c=$(OUT)/%.o)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -shared -o $@ $^ -lcurl -lpthread
$(OUT)/klaviyo/sandbox.so: $(SANDBOX_SRC:%.c=$(OUT)/%.o)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -shared -o $@ $^ -lmicrohttpd -lsqlite3 -ljansson -lpthread
$(OUT)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(BASE) $(CFLAGS) -I$(lua_include_$(LUA)) -MMD -MP -c -o $@ $<

clean:
	rm -rf $(BUILD) dist

-include $(CORE_SRC:%.c=$(OUT)/%.d) $(SANDBOX_SRC:%.c=$(OUT)/%.d)
