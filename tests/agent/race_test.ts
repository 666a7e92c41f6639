/** Many programs at one log. */

import { assertEquals } from "@std/assert";
import { followAgentSession } from "../../src/agent/sessions.ts";
import { appendEventToLog } from "../../src/agent/append_event.ts";
import { spawnFixture } from "../helpers/fixture.ts";
import { agentEventsIn, AgentStore } from "./agents.ts";

const PROCESSES = 20;
const EVENTS = 25;

Deno.test("appendEventToLog() loses no event and repeats no number when 20 processes append beside a live writer", async () => {
  using store = new AgentStore();
  const writer = store.open("s");
  const seen: string[] = [];
  const following = (async (): Promise<string> => {
    for await (const item of followAgentSession(writer.logPath)) {
      if (item.kind === "lines") seen.push(...item.lines.map(({ text }) => text));
      if (item.kind === "end") return item.why;
      if (item.kind === "restarted") return item.why;
    }
    return "never";
  })();
  const racers = Array.from({ length: PROCESSES }, (_, number) => {
    const args = [writer.logPath, `racer ${number}`, String(EVENTS)];
    return spawnFixture("agent_appender.ts", { args, stdin: "piped" });
  });
  for (const { stdin } of racers) await stdin.close();
  let isRacing = true;
  const own: number[] = [];
  const writing = (async (): Promise<void> => {
    while (isRacing) {
      own.push(Number(writer.emit("wrapper", { type: "stderr", message: String(own.length) }).seq));
      await new Promise((resolve) => setTimeout(resolve));
    }
  })();
  const numbers: number[] = [];
  for (const racer of racers) {
    const { code, stdout, stderr } = await racer.output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    numbers.push(...new TextDecoder().decode(stdout).trim().split("\n").slice(1).map(Number));
  }
  isRacing = false;
  await writing;
  writer.finish(true);
  assertEquals(await following, "ended");

  const total = PROCESSES * EVENTS + own.length;
  assertEquals([...numbers, ...own].sort((a, b) => a - b), Array.from({ length: total }, (_, at) => at + 1));
  const events = agentEventsIn(writer.logPath);
  assertEquals(events.map(({ seq }) => seq), Array.from({ length: total + 1 }, (_, at) => at + 1));
  const times = events.map(({ ts }) => ts);
  assertEquals(times, times.toSorted());
  assertEquals(seen, Deno.readTextFileSync(writer.logPath).trimEnd().split("\n"));
  const inOrder = Array.from({ length: EVENTS }, (_, at) => String(at + 1));
  for (let number = 0; number < PROCESSES; number++) {
    const said = events.filter((event) => event.type === "user_event" && event.level === `racer ${number}`);
    assertEquals(said.map((event) => event.type === "user_event" && event.message), inOrder);
  }
  assertEquals([...Deno.readDirSync(`${store.logsDir}/sessions`)].map(({ name }) => name), ["s.jsonl"]);
});

Deno.test("appendEventToLog() repeats no number when 20 processes begin a log that nobody owns", async () => {
  using store = new AgentStore();
  const path = store.logOf("s");
  const racers = Array.from({ length: PROCESSES }, (_, number) => {
    return spawnFixture("agent_appender.ts", { args: [path, `racer ${number}`, "3"], stdin: "piped" });
  });
  for (const { stdin } of racers) await stdin.close();
  for (const racer of racers) {
    const { code, stderr } = await racer.output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
  }
  appendEventToLog(path, { type: "session_result", result: "all" }, { provider: "claude" });
  const seqs = agentEventsIn(path).map(({ seq }) => seq);
  assertEquals(seqs, Array.from({ length: 3 * PROCESSES + 1 }, (_, at) => at));
  assertEquals([...Deno.readDirSync(`${store.logsDir}/sessions`)].map(({ name }) => name), ["s.jsonl"]);
});
