/** For each command another one, `probe-` and its name, that gets the same rights and tries what it can do with them. */

import { COMMANDS } from "../../../src/cli/commands.ts";
import type { Command, CommandContext, OptionTable } from "../../../src/cli/command.ts";

/** What came of an attempt: the name of what was thrown, or `done`. */
export type Outcomes = Readonly<Record<string, string>>;

/**
 * The attempts: in a store, and in a directory beside it. In the latter there are `file` and, for
 * command lines to name, `named`; in the store there are `file`, and the links `link`, `dangling` and `outside`, which lead
 * there. (A module can be loaded from anywhere, as the runtime does not ask for the right to; but no import is computed.)
 */
const ATTEMPTS: Readonly<Record<string, (store: string, beside: string) => unknown>> = {
  "read the store": (store) => Deno.readTextFileSync(`${store}/file`),
  "list the store": (store) => [...Deno.readDirSync(store)],
  "write the store": (store) => Deno.writeTextFileSync(`${store}/new`, ""),
  "replace in the store": (store) => {
    Deno.writeTextFileSync(`${store}/a.tmp`, "");
    Deno.renameSync(`${store}/a.tmp`, `${store}/a`);
  },
  "remove a link": (store) => Deno.removeSync(`${store}/removed`),
  "read a file of the system": () => Deno.readTextFileSync("/etc/passwd"),
  "read beside": (_, beside) => Deno.readTextFileSync(`${beside}/file`),
  "read above": (store) => Deno.readTextFileSync(`${store}/../beside/file`),
  "list beside": (_, beside) => [...Deno.readDirSync(beside)],
  "stat beside": (_, beside) => Deno.statSync(`${beside}/file`),
  "write beside": (_, beside) => Deno.writeTextFileSync(`${beside}/new`, ""),
  "make a directory beside": (_, beside) => Deno.mkdirSync(`${beside}/new`),
  "remove beside": (_, beside) => Deno.removeSync(`${beside}/file`),
  "read what is named": (_, beside) => Deno.readTextFileSync(`${beside}/named`),
  "replace what is named": (_, beside) => {
    Deno.openSync(`${beside}/named.lock`, { read: true, write: true, create: true }).close();
    Deno.writeTextFileSync(`${beside}/named.tmp`, "");
    Deno.renameSync(`${beside}/named.tmp`, `${beside}/named`);
  },
  "watch beside": (_, beside) => Deno.watchFs(beside).close(),
  "read through a link": (store) => Deno.readTextFileSync(`${store}/link`),
  "read later through a link": (store) => Deno.readTextFile(`${store}/link`),
  "open through a link": (store) => Deno.openSync(`${store}/link`).close(),
  "stat through a link": (store) => Deno.statSync(`${store}/link`),
  "append through a link": (store) => Deno.openSync(`${store}/link`, { append: true }).close(),
  "write through a link": (store) => Deno.writeTextFileSync(`${store}/link`, "written"),
  "write through a dangling link": (store) => Deno.writeTextFileSync(`${store}/dangling`, "written"),
  "truncate through a link": (store) => Deno.truncateSync(`${store}/link`),
  "change the mode through a link": (store) => Deno.chmodSync(`${store}/link`, 0o777),
  "copy through a link": (store) => Deno.copyFileSync(`${store}/link`, `${store}/copy`),
  "copy to a link": (store) => Deno.copyFileSync(`${store}/file`, `${store}/link`),
  "list through a link": (store) => [...Deno.readDirSync(`${store}/outside`)],
  "read below a link": (store) => Deno.readTextFileSync(`${store}/outside/file`),
  "write below a link": (store) => Deno.writeTextFileSync(`${store}/outside/new`, ""),
  "make a directory below a link": (store) => Deno.mkdirSync(`${store}/outside/a/b`, { recursive: true }),
  "remove below a link": (store) => Deno.removeSync(`${store}/outside/file`),
  "rename to below a link": (store) => Deno.renameSync(`${store}/a`, `${store}/outside/a`),
  "watch through a link": (store) => Deno.watchFs(`${store}/outside`).close(),
  "make a link": (store, beside) => Deno.symlinkSync(beside, `${store}/made`),
  "make a hard link": (store, beside) => Deno.linkSync(`${beside}/file`, `${store}/hard`),
  "make a temporary file": () => Deno.makeTempFileSync(),
  "open a socket": () => Deno.listen({ port: 0, hostname: "127.0.0.1" }).close(),
  "connect": () => Deno.connect({ port: 9, hostname: "127.0.0.1" }),
  "fetch": () => fetch("http://127.0.0.1:9/"),
  "start a program": () => new Deno.Command(Deno.build.os === "windows" ? "where" : "true").outputSync(),
  "signal a process": () => Deno.kill(Deno.pid, "SIGCONT"),
  "load a library": (store) => Deno.dlopen(`${store}/file`, {}),
  "ask for the name of the machine": () => Deno.hostname(),
  "ask about the file system": async (store) => (await import("node:fs")).statfsSync(store),
  "ask for more rights": () => {
    const { state } = Deno.permissions.requestSync({ name: "read" });
    if (state !== "granted") throw new Deno.errors.NotCapable(state);
  },
  "start a worker with more rights": () => {
    const url = new URL("./main_worker.js", import.meta.url);
    new Worker(url, { type: "module", deno: { permissions: { read: true } } }).terminate();
  },
};

/** Makes all attempts. */
async function probe({ host }: CommandContext<OptionTable>): Promise<number> {
  const store = host.env("PROBE_STORE")!;
  const beside = host.env("PROBE_BESIDE")!;
  const outcomes: Record<string, string> = {};
  for (const [name, attempt] of Object.entries(ATTEMPTS)) {
    try {
      await attempt(store, beside);
      outcomes[name] = "done";
    } catch (error) {
      outcomes[name] = (error as Error).name;
    }
  }
  host.stdout.write(JSON.stringify(outcomes));
  return 7;
}

/** Adds a probe for each command. */
export function addProbes(): void {
  const commands = COMMANDS as Record<string, typeof COMMANDS[string]>;
  for (const [name, entry] of Object.entries(COMMANDS)) {
    const load = async (): Promise<Command> => ({ ...await entry.load(), run: probe });
    commands[`probe-${name}`] = { ...entry, load };
  }
}
