/** What the binary makes of a command line before it has read it in earnest, and of the table of commands. */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { PROJECT } from "../../scripts/imports.ts";
import { AGENTS } from "../../src/agent/adapters/agents.ts";
import { GUARDED, guardFiles } from "../../src/binary/guard.ts";
import { type Rights, rightsOf } from "../../src/binary/rights.ts";
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

Deno.test("COMMANDS grants only what the options and arguments of the command can name", async () => {
  for (const [name, { access, load }] of Object.entries(COMMANDS)) {
    const { options, maxPositionals } = await load();
    const { linksWith = [] } = access;
    for (const option of [...Object.keys(access.options ?? {}), ...[linksWith].flat()]) {
      assertEquals([name, option, options[option]?.kind], [name, option, "string"]);
      assertEquals(options[option]!.short, undefined, `--${option} of ${name} is found by its long name only`);
    }
    assert(access.positionals === undefined || maxPositionals !== 0, name);
    const { source } = options;
    const namesOthers = source?.kind === "string" && source.choices?.includes("zag");
    assert(access.sources !== undefined || !namesOthers, name);
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

/** The rights of a command in a store. */
async function rightsIn({ path }: TempDir, name: string, ...args: readonly string[]): Promise<Rights> {
  return await rightsOf({ name, entry: COMMANDS[name]!, args: [`--root=${path}`, ...args], project: path });
}

function reads({ read }: Rights, path: string): boolean {
  return (read as readonly string[]).includes(path);
}

const CURSOR = '{ "defaults": { "listen": { "cursor": "/beside/cursor" } } }';

Deno.test("rightsOf() gives the right to a path that the configuration names, unless it is named otherwise", async () => {
  using store = new TempDir();
  store.write("ziglog.jsonc", CURSOR);
  const paths = ["/beside/cursor", "/beside/cursor.lock", "/beside/cursor.tmp"];
  const { read, write } = await rightsIn(store, "listen");
  assertEquals([read, write], [[store.path, ...paths], paths]);
  assert(!reads(await rightsIn(store, "list"), "/beside/cursor"));
  const named = await rightsIn(store, "listen", "--cursor", "/named");
  assertEquals([reads(named, "/named"), reads(named, "/beside/cursor")], [true, false]);
});

Deno.test("rightsOf() gives what the configuration says of links and sources", async () => {
  using store = new TempDir();
  store.write("ziglog.jsonc", '{ "defaults": { "run": { "session-dir": "out" }, "list": { "source": "zag" } } }');
  assertEquals((await rightsIn(store, "run", "--", "true")).write, true);
  const { env } = await rightsIn(store, "list");
  assert((env as readonly string[]).includes("ZAG_USER_LOG_DIR"));
});

Deno.test("rightsOf() takes no configuration that leads out of the store, is no file, or is wrong", async () => {
  using store = new TempDir();
  using elsewhere = new TempDir();
  const plain = await rightsIn(store, "listen");
  Deno.symlinkSync(elsewhere.write("ziglog.jsonc", CURSOR), store.at("ziglog.jsonc"));
  assertEquals(await rightsIn(store, "listen"), plain);
  Deno.removeSync(store.at("ziglog.jsonc"));
  Deno.mkdirSync(store.at("ziglog.jsonc"));
  assertEquals(await rightsIn(store, "listen"), plain);
  Deno.removeSync(store.at("ziglog.jsonc"));
  store.write("ziglog.jsonc", `${CURSOR} wrong`);
  assertEquals(await rightsIn(store, "listen"), plain);
});

Deno.test({
  name: "rightsOf() gives no right to a path that somebody else's configuration names",
  ignore: Deno.uid() !== 0, // only root may give a file away
  async fn(): Promise<void> {
    using store = new TempDir();
    Deno.chownSync(store.write("ziglog.jsonc", CURSOR), 12345, 12345);
    assert(!reads(await rightsIn(store, "listen"), "/beside/cursor"));
  },
});

Deno.test("rightsOf() shows a command the variables that it reads, and all of them to who starts programs", async () => {
  using store = new TempDir();
  const usual = ["HOME", "USERPROFILE", "NO_COLOR", "FORCE_COLOR", "TERM", "ZIGLOG_*"];
  assertEquals((await rightsIn(store, "list")).env, usual);
  assertEquals((await rightsIn(store, "run", "--", "true")).env, true);
  store.write("ziglog.jsonc", '{ "redact": { "variables": ["API_TOKEN", "*", "A=B", "A*"] } }');
  assertEquals((await rightsIn(store, "list")).env, [...usual, "API_TOKEN"]);
});

/** Where an agent looks for its files, by what its own code reads. */
const MOVES: Readonly<Record<string, string>> = {
  claude: "CLAUDE_CONFIG_DIR",
  codex: "CODEX_HOME",
  gemini: "GEMINI_CLI_HOME",
  copilot: "COPILOT_HOME",
};

Deno.test("rightsOf() opens the folder of the agent that is imported, or where it has been moved to", async () => {
  using store = new TempDir();
  for (const [agent, { folder }] of Object.entries(AGENTS)) {
    for (const variable of ["HOME", MOVES[agent]!]) {
      const before = Deno.env.get(variable);
      Deno.env.set(variable, store.at("elsewhere"));
      try {
        const rights = await rightsIn(store, "import", agent);
        assert(reads(rights, folder()), `${agent}, ${variable}`);
        const others = Object.values(AGENTS).filter(({ name }) => name !== agent).map((other) => other.folder());
        assertEquals(others.filter((other) => reads(rights, other)), []);
        assert((rights.env as readonly string[]).includes(variable), `${agent}, ${variable}`);
      } finally {
        if (before === undefined) Deno.env.delete(variable);
        else Deno.env.set(variable, before);
      }
    }
  }
});

/** The variables that the sources read by name. */
function variablesRead(folder: string): string[] {
  return Array.from(Deno.readDirSync(folder)).flatMap(({ name, isDirectory }) => {
    if (isDirectory) return variablesRead(`${folder}/${name}`);
    const text = Deno.readTextFileSync(`${folder}/${name}`);
    return Array.from(text.matchAll(/env\("([A-Z_]+)"\)/gi), ([, variable]) => variable!);
  });
}

Deno.test("rightsOf() shows some command every variable that is read anywhere", async () => {
  using store = new TempDir();
  const rights = await Promise.all(
    Object.keys(COMMANDS).map((name) => {
      const args = name === "run" ? ["--", "true"] : name === "import" ? Object.keys(AGENTS) : ["--source=all"];
      return rightsIn(store, name, ...args);
    }),
  );
  const shown = rights.flatMap(({ env }) => env === true ? [] : env as string[]);
  const read = variablesRead(`${PROJECT}/src`);
  assert(read.length > 10);
  assertEquals(read.filter((name) => !name.startsWith("ZIGLOG_") && !shown.includes(name)), []);
});

Deno.test("rightsOf() opens the folder of zag to an import from zag only", async () => {
  using store = new TempDir();
  const folder = `${Deno.env.get("HOME")}/.zag`;
  assertEquals(reads(await rightsIn(store, "import", "zag"), folder), true);
  assertEquals(reads(await rightsIn(store, "import", "claude"), folder), false);
});
