import { assert, assertEquals } from "@std/assert";
import { appendEvents, startSession } from "../../src/session/session_appender.ts";
import { readSessionEvents } from "../../src/session/sessions.ts";
import { SessionWriter } from "../../src/session/writer.ts";
import { TempDir } from "../helpers/temp_dir.ts";

function redact(text: string): string {
  return text.replaceAll("secret", "XXX");
}

const SESSION = { workflowName: "secret name", workflowPath: "", tierCount: 1, prompt: "a secret", redact };

/** The fields of events that hold free text. */
async function textsOf(logPath: string): Promise<unknown[]> {
  const keys = ["prompt", "prompt_preview", "line", "error", "reason"];
  const events = await readSessionEvents(logPath).toArray();
  return events.flatMap((event) => Object.entries(event)).filter(([key]) => keys.includes(key)).map(([, text]) => text);
}

Deno.test("SessionWriter redacts every free text before it is written, and no name", async () => {
  using dir = new TempDir();
  using writer = SessionWriter.create({ ...SESSION, root: dir.path, project: dir.path });
  writer.tierStarted(0, ["secret step"]);
  writer.stepStarted("secret step", 0, { zagCommand: "exec", promptPreview: "run secret" });
  writer.stepOutput("secret step", "stdout", "a secret line");
  writer.stepOutputs("secret step", "stderr", ["secret 1", "2", "3 secret"]);
  const stream = writer.outputStream("secret step", "stdout").getWriter();
  await stream.write(new TextEncoder().encode("sec"));
  await stream.write(new TextEncoder().encode("ret\nlast sec"));
  await stream.write(new TextEncoder().encode("ret"));
  await stream.close();
  writer.stepFailed("secret step", { attempt: 1, error: "no secret" });
  writer.stepSkipped("secret step", "secret reason");
  writer.ended("failure", 1);
  assertEquals(await textsOf(writer.logPath), [
    ...["a XXX", "run XXX", "a XXX line", "XXX 1", "2", "3 XXX", "XXX", "last XXX", "no XXX", "XXX reason"],
  ]);
  const names = (await readSessionEvents(writer.logPath).toArray()).flatMap((event) =>
    "step_name" in event ? [event.step_name] : []
  );
  assert(names.every((name) => name === "secret step"));
});

Deno.test("SessionWriter gives the lines of each stream in turn to what redacts them, and begins anew with an attempt", async () => {
  using dir = new TempDir();
  /** Takes all lines from the second one on. */
  const inTurn = (): (line: string) => string => {
    let count = 0;
    return (line) => count++ === 0 ? line : "XXX";
  };
  using writer = SessionWriter.create({
    ...SESSION,
    root: dir.path,
    project: dir.path,
    redact: Object.assign(redact, { inTurn }),
  });
  for (const step of ["a", "b"]) writer.stepStarted(step, 0, { zagCommand: "exec" });
  writer.stepOutput("a", "stdout", "a1");
  writer.stepOutputs("a", "stderr", ["a1", "a2"]);
  writer.stepOutput("b", "stdout", "b1");
  writer.stepOutputs("a", "stdout", ["a2", "a3"]);
  writer.stepStarted("a", 0, { zagCommand: "exec" });
  writer.stepOutput("a", "stdout", "a1 again");
  writer.stepOutput("b", "stdout", "b2");
  const texts = (await textsOf(writer.logPath)).filter((text) => text !== "");
  assertEquals(texts, ["a XXX", "a1", "a1", "XXX", "b1", "XXX", "XXX", "a1 again", "XXX"]);
});

Deno.test("startSession() and appendEvents() redact every free text before it is written", async () => {
  using dir = new TempDir();
  const place = { root: dir.path, project: dir.path };
  const { sessionId, logPath } = startSession({ ...SESSION, ...place });
  const events = appendEvents(sessionId, [
    { type: "step_output", step_name: "s", stream: "stdout", line: "secret" },
    { type: "step_skipped", step_name: "s", reason: "secret" },
    { type: "tier_started", tier_index: 0, step_names: ["secret"] },
  ], { ...place, redact });
  assertEquals(await textsOf(logPath), ["a XXX", "XXX", "XXX"]);
  assertEquals(events[2], { ...events[2]!, type: "tier_started", step_names: ["secret"] } as typeof events[2]);
});

Deno.test("SessionWriter writes every text as it is when nothing is secret", async () => {
  using dir = new TempDir();
  using writer = SessionWriter.create({ ...SESSION, redact: undefined, root: dir.path, project: dir.path });
  writer.stepOutput("s", "stdout", "a secret line");
  assertEquals(await textsOf(writer.logPath), ["a secret", "a secret line"]);
});
