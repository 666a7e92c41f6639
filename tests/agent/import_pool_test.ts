import { assert, assertEquals, assertRejects } from "@std/assert";
import { AGENTS } from "../../src/agent/adapters/agents.ts";
import type { ImportProgress } from "../../src/agent/import_progress.ts";
import { type ImportOptions, importSessions } from "../../src/agent/import_sessions.ts";
import { importSourceOf } from "../../src/agent/import_source.ts";
import type { ImportResult } from "../../src/agent/import_transcript.ts";
import { denoArgs } from "../helpers/deno.ts";
import { killIfAlive } from "../helpers/fixture.ts";
import { pathOf } from "../helpers/path_of.ts";
import { TempDir, tree } from "../helpers/temp_dir.ts";

/** A folder of Claude, and a store. */
class Home extends TempDir {
  readonly root = this.at("agents");
  readonly folder = this.at("claude");
  #written = 0;

  /** Writes a transcript that is younger than those before it. */
  session(name: string, sessionId: string, length: number, more = ""): string {
    const file = ++this.#written;
    const lines = Array.from({ length }, (_, n) => {
      const at = new Date(Date.UTC(2026, 3, file, 10, 0, n)).toISOString();
      const message = n % 2 === 0
        ? { role: "user", content: `prompt ${n} of ${name}` }
        : { id: `m-${n}`, model: "opus", content: [{ type: "text", text: `answer ${n} of ${name}` }] };
      const type = n % 2 === 0 ? "user" : "assistant";
      return JSON.stringify({ type, uuid: `${name}-${n}`, sessionId, cwd: "/home/ada/shop", timestamp: at, message });
    });
    const path = this.write(`claude/projects/p/${name}.jsonl`, lines.map((line) => `${line}\n`).join("") + more);
    Deno.utimeSync(path, file, file);
    return path;
  }

  /** Long and short sessions, several files of one, parts of one, and files that tell nothing or are damaged. */
  fill(): this {
    this.session("long", "long", 4000);
    for (let n = 0; n < 4; n++) this.session(`twin-${n}`, "twin", 300 - 70 * n);
    this.session("empty", "empty", 0);
    for (let n = 0; n < 12; n++) this.session(`s-${n}`, `s-${n}`, 1 + 37 * n % 90, n % 5 === 0 ? "{ torn" : "");
    this.session("late-twin", "twin", 3);
    this.session("long/subagents/agent-1", "long", 20);
    return this;
  }

  async import(threads: number, options: Partial<ImportOptions> = {}): Promise<ImportResult[]> {
    return await Array.fromAsync(this.importing(threads, options));
  }

  importing(threads: number, options: Partial<ImportOptions> = {}): AsyncGenerator<ImportResult, void, void> {
    const { folder, root } = this;
    return importSessions({
      source: importSourceOf(AGENTS.claude),
      folder,
      root,
      threads: () => threads,
      ...options,
    });
  }

  /** The files of the store, but for those that only keep others away. */
  stored(): Record<string, string> {
    const names = tree(this.root).filter((name) => !/\.(lock|append)$/.test(name));
    return Object.fromEntries(names.map((name) => [name, Deno.readTextFileSync(`${this.root}/${name}`)]));
  }

  /** The lines of the logs, and which sessions the indexes and the record of imports have, in any order. */
  told(): Record<string, readonly string[]> {
    return Object.fromEntries(
      Object.entries(this.stored()).map(([name, text]) => {
        if (name.includes("/sessions/")) return [name, text.split("\n")];
        if (name.startsWith("import-")) return [name, [...new Set(text.split("\n"))].sort()];
        return [name, Array.from(text.matchAll(/"log_path": "([^"]+)"/g), ([, path]) => path!).sort()];
      }),
    );
  }

  clear(): void {
    Deno.removeSync(this.root, { recursive: true });
  }

  /** Starts a program that imports. */
  program(threads: number, ...rights: readonly string[]): Deno.Command {
    const program = pathOf("../helpers/import_claude.ts", import.meta.url);
    return new Deno.Command(Deno.execPath(), {
      args: [...denoArgs("run"), "--quiet", "--no-prompt", ...rights, program, String(threads), this.folder, this.root],
      stdout: "piped",
      stderr: "piped",
    });
  }
}

Deno.test("importSessions() writes byte for byte the same with several threads as with one", async () => {
  using home = new Home().fill();
  const results = await home.import(1);
  const stored = home.stored();
  assert(results.some(({ kind }) => kind === "completed"), "no session has several files");
  for (const threads of [2, 3, 4]) {
    home.clear();
    const progress: ImportProgress[] = [];
    assertEquals(await home.import(threads, { onProgress: (at) => progress.push(at) }), results);
    assertEquals(home.stored(), stored);
    const { done, transcripts, bytes, totalBytes } = progress.at(-1)!;
    assertEquals([done, bytes], [transcripts, totalBytes]);
    assert(progress.every(({ bytes }, at) => at === 0 || bytes >= progress[at - 1]!.bytes), "the progress goes back");
  }
});

Deno.test("importSessions() completes with several threads what has gone on, and reads nothing else again", async () => {
  const [alone, together] = await Promise.all([1, 3].map(async (threads) => {
    using home = new Home().fill();
    await home.import(threads);
    home.session("s-3", "s-3", 200);
    home.session("twin-2", "twin", 310);
    Deno.utimeSync(home.at("claude/projects/p/s-9.jsonl"), 50, 50);
    const kinds = (await home.import(threads)).map(({ kind }) => kind);
    return { kinds, stored: JSON.stringify(home.stored()).replaceAll(home.path, "") };
  }));
  assertEquals(alone!.kinds.filter((kind) => kind === "completed").length, 2);
  assertEquals(together, alone);
});

Deno.test("importSessions() tells with several threads of a dry run what it tells with one", async () => {
  using home = new Home().fill();
  Deno.mkdirSync(home.root);
  assertEquals(await home.import(3, { dryRun: true }), await home.import(1, { dryRun: true }));
  assertEquals(home.stored(), {});
});

Deno.test("importSessions() goes on with several threads where it was stopped, and imports nothing twice", async () => {
  using home = new Home().fill();
  await home.import(1);
  const told = home.told();
  for (const stop of [1, 2, 6]) {
    home.clear();
    let count = 0;
    for await (const _ of home.importing(3)) if (++count === stop) break;
    assertEquals(tree(home.root).filter((name) => name.endsWith(".append")), []);
    assertEquals(
      home.stored()["import-claude.jsonl"]!.split("\n").filter((line) => line.includes("path")).length,
      stop,
    );
    await home.import(3);
    assertEquals(home.told(), told);
  }
});

Deno.test("importSessions() leaves a long session where it is when it is stopped with several threads", async () => {
  // Who stops it may be held up for longer than the import takes: then the session was not long enough.
  for (let length = 100_000;; length *= 2) {
    using home = new Home();
    home.session("short", "short", 1);
    home.session("long", "long", length);
    const log = `${home.root}/projects/home-ada-shop/logs/sessions/long.jsonl`;
    for await (const _ of home.importing(2)) {
      while (!isThere(log)) await new Promise((resolve) => setTimeout(resolve, 1));
      break;
    }
    if (!Deno.readTextFileSync(log).includes('"type":"session_ended"')) return;
    assert(length < 800_000, "it was imported to its end");
  }
});

Deno.test("importSessions() goes on with several threads where it was killed, and imports nothing twice", async () => {
  using home = new Home().fill();
  for (let n = 0; n < 100; n++) home.session(`more-${n}`, `more-${n}`, 200);
  await home.import(1);
  const told = home.told();
  for (const kill of [1, 10, 60]) {
    home.clear();
    Deno.mkdirSync(home.root);
    const child = home.program(3, "-A").spawn();
    const logs = (): number => tree(home.root).filter((name) => /\/sessions\/.+\.jsonl$/.test(name)).length;
    let isOver = false;
    const over = child.output().then(() => isOver = true);
    while (logs() < kill && !isOver) await new Promise((resolve) => setTimeout(resolve, 1));
    killIfAlive(child); // wherever it is
    await over;
    assert(logs() >= kill, "it failed");
    await home.import(3);
    assertEquals(home.told(), told);
  }
});

Deno.test("importSessions() fails with several threads where it fails with one, and keeps what came before", async () => {
  using home = new Home().fill();
  const log = `${home.root}/projects/home-ada-shop/logs/sessions/s-4.jsonl`;
  const states: string[] = [];
  for (const threads of [1, 3]) {
    Deno.mkdirSync(log, { recursive: true });
    await assertRejects(() => home.import(threads), Deno.errors.IsADirectory);
    states.push(Deno.readTextFileSync(`${home.root}/import-claude.jsonl`));
    home.clear();
  }
  assertEquals(states[1], states[0]);
});

Deno.test("importSessions() uses one thread where no other may be started, and says nothing of it", async () => {
  using home = new Home().fill();
  const results = (await home.import(1)).map(({ kind }) => `${kind}\n`).join("");
  const stored = home.stored();
  home.clear();
  Deno.mkdirSync(home.root);
  const command = home.program(3, `--allow-read=${home.folder},${home.root}`, `--allow-write=${home.root}`);
  const { stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  assertEquals([decoder.decode(stdout), decoder.decode(stderr)], [results, ""]);
  assertEquals(home.stored(), stored);
});

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
