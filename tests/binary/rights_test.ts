/** What the binary makes of a command line before it has read it in earnest, and of the table of commands. */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { GUARDED, guardFiles } from "../../src/binary/guard.ts";
import { whereItIs, whereItLeads } from "../../src/binary/where.ts";
import { valuesOf } from "../../src/cli/command_line.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { parseArguments } from "../../src/cli/parse.ts";
import { TempDir } from "../helpers/temp_dir.ts";

/**
 * Functions of Deno that take no path, that tell no more than a name (`realPath`), or that the runtime refuses to who may
 * not read and write everywhere.
 */
const NO_PATHS = [
  ...["addSignalListener", "removeSignalListener", "exit", "kill", "cwd", "umask", "consoleSize", "refTimer"],
  ...["unrefTimer", "execPath", "hostname", "loadavg", "networkInterfaces", "osRelease", "osUptime", "gid", "uid"],
  ...["systemMemoryInfo", "memoryUsage", "inspect", "upgradeWebSocket", "serve", "resolveDns", "listen", "connect"],
  ...["listenTls", "connectTls", "startTls", "listenDatagram", "createHttpClient", "dlopen", "bench", "test"],
  ...["openKv", "cron", "upgradeWebTransport", "connectQuic", "listenQuic", "fsync", "fdatasync"],
  ...["makeTempDir", "makeTempFile", "realPath", "symlink", "spawn", "spawnAndWait", "run", "isatty"],
  ...["cpuUsage", "serveHttp"],
];

Deno.test("GUARDED names every function of Deno that takes a path", () => {
  const functions = Object.entries(Deno).filter(([name, value]) => typeof value === "function" && /^[a-z]/.test(name))
    .map(([name]) => name.replace(/Sync$/, ""));
  assertEquals([...new Set(functions)].filter((name) => !NO_PATHS.includes(name) && !Object.hasOwn(GUARDED, name)), []);
});

/** Commands that hand their arguments on to others. */
const WRAPPERS = ["agents"];

Deno.test("COMMANDS grants only what the options and arguments of the command can name", async () => {
  for (const [name, { access, load }] of Object.entries(COMMANDS)) {
    if (WRAPPERS.includes(name)) continue;
    const { options, maxPositionals } = await load();
    const { linksWith = [] } = access;
    for (const option of [...Object.keys(access.options ?? {}), ...[linksWith].flat()]) {
      assertEquals([name, option, options[option]?.kind], [name, option, "string"]);
      assertEquals(options[option]!.short, undefined, `--${option} of ${name} is found by its long name only`);
    }
    assert(access.positionals === undefined || maxPositionals !== 0, name);
    assert(access.sources !== undefined || !Object.hasOwn(options, "source"), name);
  }
});

Deno.test("valuesOf() finds the value that a command will take", async () => {
  const commands = await Promise.all(
    Object.entries(COMMANDS).map(async ([name, { load }]) => ({ name, it: await load() })),
  );
  const word = fc.oneof(
    fc.constantFrom("--root", "--project", "--root=/a", "--project=b=c", "--root=", "--", "-", "--all", "-a", "/r"),
    fc.constantFrom("--cursor", "--from", "--source", "zig", "-n", "5", "--roots", "--no-root", "-q", "--rootx=1"),
    fc.string({ maxLength: 4 }),
  );
  fc.assert(fc.property(fc.constantFrom(...commands), fc.array(word, { maxLength: 8 }), ({ name, it }, args) => {
    let options: Readonly<Record<string, unknown>>;
    try {
      options = parseArguments(name, it, args).options;
    } catch {
      return; // nothing will be done
    }
    for (const option of ["root", "project", ...Object.keys(COMMANDS[name]!.access.options ?? {})]) {
      assertEquals(valuesOf(args, option).at(-1), options[option]);
    }
  }));
});

Deno.test("whereItLeads() follows links as the system does, whether or not their end is there", () => {
  using dir = new TempDir();
  dir.write("a/file", "");
  Deno.symlinkSync("a", dir.at("to-a"));
  Deno.symlinkSync(dir.at("a/none"), dir.at("dangling"));
  Deno.symlinkSync("dangling", dir.at("twice"));
  Deno.symlinkSync("loop", dir.at("loop"));
  const leads = (path: string): string => whereItLeads(dir.at(path)).slice(dir.path.length + 1);
  assertEquals(leads("to-a/file"), "a/file");
  assertEquals(leads("to-a/new/newer"), "a/new/newer");
  assertEquals(leads("dangling"), "a/none");
  assertEquals(leads("twice/below"), "a/none/below");
  assertEquals(leads("to-a/../a/file"), "a/file");
  assertEquals(leads("loop"), "loop");
  assertEquals(whereItIs(dir.at("to-a")), dir.at("to-a"));
  assertEquals(whereItIs(dir.at("to-a/file")), dir.at("a/file"));
});

Deno.test("guardFiles() refuses nothing to who may do everything", () => {
  using dir = new TempDir();
  dir.write("a/file", "text");
  Deno.symlinkSync("a", dir.at("link"));
  guardFiles();
  assertEquals(Deno.readTextFileSync(dir.at("link/file")), "text");
});
