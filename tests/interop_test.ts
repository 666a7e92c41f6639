/** The Rust program `zig`, where it is on the PATH: it prints what this library records. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { type SessionOptions, SessionWriter } from "../mod.ts";
import { decodeBlock } from "../src/codec/decode_block.ts";
import { ZIG } from "../src/codec/zig.ts";
import type { SessionEventKind, SessionLogEvent, ZigSessionStarted } from "../src/codec/zig_events.ts";
import { renderEvent } from "../src/query/render.ts";
import { openCatalog } from "../src/session/sessions.ts";
import type { SessionSelector } from "../src/storage/catalog.ts";
import { anyEvent } from "./helpers/arbitraries.ts";
import { type CliResult, runCli } from "./helpers/deno.ts";
import { GIVE_UP_MS } from "./helpers/following.ts";
import { golden, goldenBytes, goldenText } from "./helpers/golden.ts";
import { replay } from "./helpers/replay.ts";
import { needs } from "./helpers/skip.ts";
import { TempDir } from "./helpers/temp_dir.ts";
import { readUntil } from "./cli/recorded.ts";

/** A home directory with a project in it. */
class Home extends TempDir {
  readonly project = this.at("src/project");
  readonly where = { root: this.at(".zig"), project: this.project };

  constructor() {
    super();
    Deno.mkdirSync(`${this.project}/.git`, { recursive: true });
  }

  create(options: Partial<SessionOptions> = {}): SessionWriter {
    return SessionWriter.create({ workflowName: "interop", workflowPath: "", tierCount: 1, ...this.where, ...options });
  }

  /** Starts the Rust program in the project. */
  zig(...args: readonly string[]): Deno.ChildProcess {
    return new Deno.Command("zig", {
      args: [...args],
      cwd: this.project,
      env: { HOME: this.path, USERPROFILE: this.path },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      signal: AbortSignal.timeout(GIVE_UP_MS), // it waits without end for the end of a log that it cannot read
    }).spawn();
  }

  /** Runs our program in the project. */
  ziglog(...args: readonly string[]): Promise<CliResult> {
    return runCli(args, { home: this.path, cwd: this.project });
  }
}

async function resultOf(child: Deno.ChildProcess): Promise<CliResult> {
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** The events of a log as the Rust programs are to read them. */
function eventsOf(bytes: Uint8Array<ArrayBuffer>): SessionLogEvent[] {
  return decodeBlock(ZIG, { offset: 0, bytes }).map((line) => {
    if (line.kind !== "event") throw new Error(`Cannot read "${line.text}": it is ${line.kind}`);
    return line.event;
  });
}

function textOf(events: readonly SessionLogEvent[]): string {
  return events.map(renderEvent).filter((text) => text !== undefined).map((text) => `${text}\n`).join("");
}

/** Options that make a session begin with this event. */
function optionsOf(first: ZigSessionStarted): Partial<SessionOptions> {
  const { workflow_name: workflowName, workflow_path: workflowPath, tier_count: tierCount, prompt, cwd } = first;
  return { workflowName, workflowPath, tierCount, prompt, cwd };
}

function record(home: Home, kinds: readonly SessionEventKind[]): SessionWriter {
  const first = kinds.find((kind) => kind.type === "zig_session_started");
  const writer = home.create(first === undefined ? {} : optionsOf(first));
  for (const kind of kinds) replay(writer, kind);
  if (!writer.isEnded) writer.ended("success", 1);
  return writer;
}

Deno.test({
  name: "zig listen prints a session of ours as ziglog listen does, when it holds every kind of event and odd text",
  ...needs("zig"),
  async fn(): Promise<void> {
    using home = new Home();
    const [log] = golden("zig/all", /\.jsonl$/);
    const { sessionId } = record(home, eventsOf(goldenBytes(log!)));
    const theirs = await resultOf(home.zig("listen", sessionId));
    assertEquals(theirs.code, 0, theirs.stderr);
    assertEquals(theirs.stdout, goldenText("zig/all/listen.txt"));
    const ours = await home.ziglog("listen", "--no-follow", sessionId);
    assertEquals([ours.code, ours.stdout], [0, theirs.stdout], ours.stderr);
  },
});

Deno.test({
  name: "zig listen prints a session of ours as renderEvent() does, whatever its events hold",
  ...needs("zig"),
  async fn(): Promise<void> {
    using home = new Home();
    const inner = anyEvent.filter((event) => event.type !== "zig_session_ended");
    await fc.assert(
      fc.asyncProperty(fc.array(inner, { minLength: 1, maxLength: 40 }), async (events) => {
        const { sessionId, logPath } = record(home, events);
        const { code, stdout, stderr } = await resultOf(home.zig("listen", sessionId));
        assertEquals(code, 0, stderr);
        assertEquals(stdout, textOf(eventsOf(Deno.readFileSync(logPath))));
      }),
      { numRuns: 50 },
    );
  },
});

Deno.test({
  name: "zig listen chooses the session that Catalog.resolve() does",
  ...needs("zig"),
  async fn(): Promise<void> {
    using home = new Home();
    const writers = Array.from({ length: 3 }, () => home.create());
    for (const writer of writers) writer.ended("success", 1);
    const elsewhere = home.create({ project: home.at("another") });
    elsewhere.ended("failure", 1);
    const catalog = openCatalog(home.where);
    const choices: [string[], SessionSelector][] = [[["--latest"], { kind: "latest" }]];
    for (const { sessionId } of [...writers, elsewhere]) {
      choices.push([[sessionId], { kind: "id", id: sessionId }]);
      choices.push([[sessionId.slice(0, 13)], { kind: "id", id: sessionId.slice(0, 13) }]);
    }
    for (const [args, selector] of choices) {
      const { code, stderr } = await resultOf(home.zig("listen", ...args));
      assertEquals(code, 0, stderr);
      assertStringIncludes(stderr, catalog.resolve(selector).logPath);
    }
    const { code, stderr } = await resultOf(home.zig("listen", "no-such-session"));
    assertEquals(code, 1);
    assertMatch(stderr, /no session log found/);
  },
});

Deno.test({
  name: "zig listen follows a session of ours while it runs, and ends with it",
  ...needs("zig"),
  async fn(): Promise<void> {
    using home = new Home();
    home.create().ended("success", 1);
    const writer = home.create();
    writer.stepOutput("step", "stdout", "written before");
    const child = home.zig("listen", "--active");
    const reader = child.stdout.getReader();
    let said = await readUntil(reader, "written before\n");
    writer.stepOutputs("step", "stderr", ["written", "meanwhile"]);
    said += await readUntil(reader, "meanwhile\n");
    writer.ended("failure", 7);
    said += await readUntil(reader, "7ms\n");
    assertEquals((await reader.read()).done, true);
    assertEquals((await child.status).code, 0);
    await child.stderr.cancel();
    assertEquals(said, textOf(eventsOf(Deno.readFileSync(writer.logPath))));
  },
});
