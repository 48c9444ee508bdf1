-- SPDX-License-Identifier: MIT
-- Files: what is written where, and what is never destroyed.

local files = require "klaviyo.cli.files"
local folders = require "spec.support.folder"
local process = require "spec.support.process"

local quote = process.quote

describe("files", function()
  local folder = folders.for_each(before_each, after_each)

  local function path(name)
    return folder:path(name)
  end

  local function run(command)
    return (process.run("cd " .. quote(folder.directory) .. " && " .. command))
  end

  it("are replaced as a whole, and keep their mode", function()
    process.write(path "a.csv", "old")
    for _, mode in ipairs { "600", "640", "755" } do
      run("chmod " .. mode .. " a.csv")
      assert.is_true(files.write(path "a.csv", "new " .. mode))
      assert.equal("new " .. mode, process.read(path "a.csv"))
      assert.equal(mode .. "\n", run "stat -c %a a.csv")
    end
    assert.equal("a.csv\n", run "ls -A")
  end)

  it("are created with the umask", function()
    assert.is_true(files.write(path "b.csv", "new"))
    assert.equal(run "umask":gsub("^0*(%d%d%d)%s*$", function(mask)
      local mode = ""
      for i = 1, 3 do
        mode = mode .. 6 - (tonumber(mask:sub(i, i)) - tonumber(mask:sub(i, i)) % 2)
      end
      return mode
    end) .. "\n", run "stat -c %a b.csv")
  end)

  it("leave their neighbours alone, also those of names that are near", function()
    for _, name in ipairs { "x.csv", "x.csv.new", "x.csv.tmp", "x.csv~", ".x.csv" } do
      process.write(path(name), name)
    end
    process.write(path "victim", "untouched")
    run "ln -s victim y.csv.new"
    assert.is_true(files.write(path "x.csv", "new"))
    assert.is_true(files.write(path "y.csv", "new"))
    for _, name in ipairs { "x.csv.new", "x.csv.tmp", "x.csv~", ".x.csv" } do
      assert.equal(name, process.read(path(name)))
    end
    assert.equal("untouched", process.read(path "victim"))
  end)

  it("are written through a link, which stays", function()
    run "mkdir real && echo old >real/file && ln -s real/file link && ln -s link chain"
    assert.is_true(files.write(path "chain", "new"))
    assert.equal("new", process.read(path "real/file"))
    assert.equal("link\n", run "readlink chain")
    assert.equal("real/file\n", run "readlink link")
    run "ln -s loop2 loop1 && ln -s loop1 loop2"
    local ok, message = files.write(path "loop1", "new")
    assert.is_nil(ok)
    assert.matches("loop1: ", message, 1, true)
    run "ln -s nowhere/file dangling && ln -s missing alone"
    for _, name in ipairs { "dangling", "alone" } do
      ok, message = files.write(path(name), "new")
      assert.is_nil(ok)
      assert.matches(name .. ": is a link to a file that does not exist", message, 1, true)
    end
    assert.equal("", process.read(path "missing"))
  end)

  it("are written into where they are pipes or devices", function()
    run "mkfifo pipe && ln -s pipe alias"
    for _, name in ipairs { "pipe", "alias" } do
      local reader = io.popen("timeout 10 cat " .. quote(path(name)))
      assert.is_true(files.write(path(name), "through " .. name))
      assert.equal("through " .. name, reader:read "*a")
      reader:close()
      assert.equal("fifo\n", run "stat -c %F pipe")
    end
    if run "id -u" == "0\n" and run "mknod null c 1 3 && echo made" == "made\n" then
      assert.is_true(files.write(path "null", "gone"))
      assert.equal("character special file\n", run "stat -c %F null")
    end
  end)

  it("are standard output under its names, in order", function()
    local lua = os.getenv "KLAVIYO_LUA" or "lua5.4"
    for _, name in ipairs { "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1" } do
      local code = "local f = require 'klaviyo.cli.files' io.write 'one ' assert(f.write(%q, 'two ')) "
        .. "io.write 'three'"
      local command = lua .. " -e " .. quote(code:format(name))
      assert.equal("one two three", (process.run(command)))
      process.run(("{ printf 'zero '; %s; printf ' four'; } >%s"):format(command, quote(path "out")))
      assert.equal("zero one two three four", process.read(path "out"))
    end
  end)

  it("say why they cannot be written", function()
    local ok, message = files.write(path "no/such/file", "x")
    assert.is_nil(ok)
    assert.matches("no/such/file: No such file", message)
    ok, message = files.write(folder.directory, "x")
    assert.is_nil(ok)
    assert.matches("Is a directory", message)
  end)

  it("have unpredictable names and belong to their user alone where they are temporary", function()
    local seen = {}
    for _ = 1, 20 do
      local made = assert(files.create(folder.directory, ".lua", "text"))
      assert.matches("/%x%x%x%x%x%x%x%x%x%x%x%x%x%x%x%x%.lua$", made)
      assert.is_nil(seen[made])
      seen[made] = true
      assert.equal("text", process.read(made))
      assert.equal("600\n", run("stat -c %a " .. quote(made)))
    end
    assert.is_nil((files.create(path "none", ".lua", "text")))
  end)

  it("belong to their user alone where they are new and private, and keep their mode", function()
    local name = path "private"
    assert(files.write(name, "one", true))
    assert.equal("600\n", run("stat -c %a " .. quote(name)))
    run("chmod 640 " .. quote(name))
    assert(files.write(name, "two", true))
    assert.equal("640\n", run("stat -c %a " .. quote(name)))
  end)

  it("are known again by their digests", function() -- FIPS 180-4 and NIST's examples, at the edges of a block
    for text, digest in pairs {
      [""] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
      [("a"):rep(55)] = "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318",
      [("a"):rep(56)] = "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a",
      [("a"):rep(64)] = "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb",
      [("a"):rep(1000000)] = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
    } do
      assert.equal("sha256:" .. digest, files.digest(text))
    end
  end)

  it("are read without a byte order mark, and not in UTF-16", function()
    process.write(path "a.json", "\239\187\191{}")
    assert.equal("{}", files.read(path "a.json"))
    process.write(path "b.json", "\255\254{\0}\0")
    local text, message = files.read(path "b.json")
    assert.is_nil(text)
    assert.matches("b.json is UTF%-16: save it as UTF%-8", message)
  end)
end)
