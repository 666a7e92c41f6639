/** For each command another one, `probe-` and its name, that gets the same rights and tries what it can do with them. */

import { importThreads } from "../../../src/agent/import_threads.ts";
import type { Command } from "../../../src/cli/command.ts";
import { COMMANDS } from "../../../src/cli/commands.ts";

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
  "read a variable that ziglog does not know": () => Deno.env.get("PATH"),
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

/** Where the attempts are made: the store, and the directory beside it. */
export type Places = readonly [store: string, beside: string];

/**
 * Makes all attempts.
 *
 * @param places Where.
 * @returns What came of them.
 */
export async function attemptAll(places: Places): Promise<Outcomes> {
  const outcomes: Record<string, string> = {};
  for (const [name, attempt] of Object.entries(ATTEMPTS)) {
    try {
      await attempt(...places);
      outcomes[name] = "done";
    } catch (error) {
      outcomes[name] = (error as Error).name;
    }
  }
  return outcomes;
}

/** Makes them in a thread such as imports start. */
async function attemptInThread(places: Places): Promise<Outcomes> {
  const worker = importThreads()!();
  const { promise, resolve, reject } = Promise.withResolvers<Outcomes>();
  worker.onmessage = ({ data }: MessageEvent<Outcomes>): void => resolve(data);
  worker.onerror = ({ message }): void => reject(new Error(message));
  worker.postMessage(places);
  return await promise;
}

function probe(attempt: (places: Places) => Promise<Outcomes>): Command["run"] {
  return async ({ host }): Promise<number> => {
    host.stdout.write(
      JSON.stringify(await attempt([host.env("ZIGLOG_PROBE_STORE")!, host.env("ZIGLOG_PROBE_BESIDE")!])),
    );
    return 7;
  };
}

/** Adds a probe for each command, and `probe-thread` for the threads of an import. */
export function addProbes(): void {
  const commands = COMMANDS as Record<string, typeof COMMANDS[string]>;
  const add = (name: string, entry: typeof COMMANDS[string], run: Command["run"]): void => {
    commands[`probe-${name}`] = { ...entry, load: async () => ({ ...await entry.load(), run }) };
  };
  add("thread", COMMANDS.import!, probe(attemptInThread));
  for (const [name, entry] of Object.entries(COMMANDS)) {
    if (!name.startsWith("probe-")) add(name, entry, probe(attemptAll));
  }
}
