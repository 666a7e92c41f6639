/** The Rust program `zag`, where it is on the PATH: it reads what this library records, and the other way round. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { logsDir } from "../../src/agent/agent_layout.ts";
import { appendEventToLog } from "../../src/agent/append_event.ts";
import { findAgentSession } from "../../src/agent/sessions.ts";
import { AgentLogWriter } from "../../src/agent/writer.ts";
import { stringifyJson } from "../../src/codec/json.ts";
import type { AgentEventKind } from "../../src/codec/zag_events.ts";
import type { CliResult } from "../helpers/deno.ts";
import { GIVE_UP_MS } from "../helpers/following.ts";
import { needs } from "../helpers/skip.ts";
import { TempDir } from "../helpers/temp_dir.ts";
import { agentEventsIn, ofType } from "./agents.ts";
import { anyAgentKind } from "./arbitraries.ts";
import { readUntil } from "../cli/recorded.ts";

/** A home directory with a project in it. */
class Home extends TempDir {
  readonly project = this.at("src/project");
  readonly root = this.at(".zag");

  constructor() {
    super();
    // It asks git for the top of the repository.
    new Deno.Command("git", { args: ["init", "--quiet", this.project] }).outputSync();
  }

  create(wrapperSessionId: string): AgentLogWriter {
    const { root, project } = this;
    const session = { provider: "claude", wrapperSessionId, command: "exec", workspacePath: project };
    return AgentLogWriter.create({ ...session, root, project });
  }

  /** Starts the Rust program in the project. */
  zag(...args: readonly string[]): Deno.ChildProcess {
    return new Deno.Command("zag", {
      args: [...args],
      cwd: this.project,
      env: { HOME: this.path, USERPROFILE: this.path },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      signal: AbortSignal.timeout(GIVE_UP_MS), // it waits without end for the end of a log that it cannot read
    }).spawn();
  }

  async run(...args: readonly string[]): Promise<CliResult> {
    const { code, stdout, stderr } = await this.zag(...args).output();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  }
}

/**
 * The kinds that zag reads: it refuses what its own writer makes of a usage limit, and is not exact with long fractions.
 * Some versions of it write a plus in front of an exponent.
 */
const anyReadable = anyAgentKind.filter(({ type }) => type !== "usage_limit_hit" && type !== "session_ended")
  .map((kind) =>
    "total_cost_usd" in kind ? { ...kind, total_cost_usd: Math.trunc(kind.total_cost_usd! % 1e9) / 64 } : kind
  )
  .filter((kind) => !stringifyJson(kind).includes("e+"));

Deno.test({
  name: "zag events writes again the bytes that AgentLogWriter wrote, whatever its events hold",
  ...needs("zag", "git"),
  async fn(): Promise<void> {
    using home = new Home();
    let number = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(anyReadable, { minLength: 1, maxLength: 40 }), async (kinds) => {
        const writer = home.create(`s-${++number}`);
        writer.emitAll(kinds.map((event) => ({ source: "stdout", event })));
        writer.finish(true);
        const { code, stdout, stderr } = await home.run("events", "--json", writer.wrapperSessionId);
        assertEquals(code, 0, stderr);
        assertEquals(stdout, Deno.readTextFileSync(writer.logPath));
      }),
      { numRuns: 50 },
    );
  },
});

Deno.test({
  name: "zag listen finds a session of ours by its id, its beginning and as the latest, and follows it to its end",
  ...needs("zag", "git"),
  async fn(): Promise<void> {
    using home = new Home();
    home.create("a-1").finish(true);
    const writer = home.create("b-1");
    const say = (content: string): void => {
      writer.emit("stdout", { type: "assistant_message", content, message_id: null });
    };
    say("written before");
    const child = home.zag("listen", "--active");
    const reader = child.stdout.getReader();
    await readUntil(reader, "written before");
    say("written meanwhile");
    await readUntil(reader, "written meanwhile");
    writer.finish(true);
    while (!(await reader.read()).done);
    assertEquals((await child.status).code, 0);
    await child.stderr.cancel();
    for (const args of [["b-1"], ["b"], ["--latest"]]) {
      const { code, stdout, stderr } = await home.run("listen", "--json", ...args);
      assertEquals([code, stdout], [0, Deno.readTextFileSync(writer.logPath)], stderr);
    }
  },
});

Deno.test({
  name: "zag tells the state, result and text of a session of ours",
  ...needs("zag", "git"),
  async fn(): Promise<void> {
    using home = new Home();
    const writer = home.create("s");
    const message: AgentEventKind = { type: "assistant_message", content: "the needle", message_id: null };
    writer.emit("stdout", message);
    appendEventToLog(writer.logPath, { type: "session_result", result: "all done" }, { provider: "claude" });
    writer.finish(true);
    const answers = { status: "completed", output: "all done", summary: "the needle" };
    for (const [command, expected] of Object.entries(answers)) {
      const { code, stdout, stderr } = await home.run(command, "s");
      assertEquals(code, 0, stderr);
      assertStringIncludes(stdout, expected);
    }
    assertEquals((await home.run("search", "--count", "needle")).stdout.trim(), "1");
  },
});

Deno.test({
  name: "AgentLogWriter goes on behind an event that zag log appended meanwhile",
  ...needs("zag", "git"),
  async fn(): Promise<void> {
    using home = new Home();
    const writer = home.create("s");
    writer.emit("stdout", { type: "stderr", message: "one" });
    const args = ["--session", "s", "--level", "warn", "--data", '{"b":1.0,"a":2}', "from zag"];
    const { code, stderr } = await home.run("log", ...args);
    assertEquals(code, 0, stderr);
    writer.emit("stdout", { type: "stderr", message: "three" });
    writer.finish(true);
    const events = agentEventsIn(writer.logPath);
    assertEquals(events.map(({ seq }) => seq), [1, 2, 3, 4]);
    const { level, message, data } = ofType(events[1], "user_event");
    assertEquals([level, message, data], ["warn", "from zag", { a: 2, b: 1 }]);
    const found = findAgentSession("s", { root: home.root, project: home.project });
    assertEquals([found.state, found.logPath], ["success", writer.logPath]);
  },
});

Deno.test({
  name: "logsDir() is where zag looks, and where ZAG_USER_LOG_DIR says",
  ...needs("git"),
  fn(): void {
    using home = new Home();
    const before = { HOME: Deno.env.get("HOME"), ZAG_USER_LOG_DIR: Deno.env.get("ZAG_USER_LOG_DIR") };
    try {
      Deno.env.set("HOME", home.path);
      Deno.env.delete("ZAG_USER_LOG_DIR");
      const writer = home.create("s");
      assertEquals(writer.logPath, `${logsDir({ project: home.project })}/sessions/s.jsonl`);
      writer.finish(true);
      Deno.env.set("ZAG_USER_LOG_DIR", home.at("user"));
      assertEquals(logsDir(), home.at("user"));
    } finally {
      for (const [name, value] of Object.entries(before)) {
        if (value === undefined) Deno.env.delete(name);
        else Deno.env.set(name, value);
      }
    }
  },
});
