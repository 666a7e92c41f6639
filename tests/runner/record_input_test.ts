import { assertEquals } from "@std/assert";
import { recordInput } from "../../src/runner/record_input.ts";
import { Recorder } from "../../src/runner/recorder.ts";
import { SignalRelay } from "../../src/runner/signal_relay.ts";
import { SessionCoordinator } from "../../src/session/coordinator.ts";
import { SessionWriter } from "../../src/session/writer.ts";
import { TempDir } from "../helpers/temp_dir.ts";
import { outputOf } from "./executed.ts";

Deno.test("recordInput() echoes bytes only when their lines are in the log", async () => {
  using temp = new TempDir();
  const writer = SessionWriter.create({ workflowName: "w", workflowPath: "", tierCount: 1, root: temp.path });
  using recorder = new Recorder(SessionCoordinator.start(writer), (error) => {
    throw error;
  });
  const chunks = ["one\ntw", "o", "\nthree\nfo", "ur"].map((text) => new TextEncoder().encode(text));
  const seen: [echoed: string, logged: string[]][] = [];
  await recordInput({
    step: "s",
    input: ReadableStream.from(chunks),
    recorder,
    signals: new SignalRelay(),
    echo: (bytes) => {
      const log = Deno.readTextFileSync(writer.logPath).trimEnd().split("\n").map((line) => JSON.parse(line));
      seen.push([new TextDecoder().decode(bytes), outputOf(log, "s")]);
    },
  });
  assertEquals(seen, [
    ["one\n", ["one"]],
    ["two\nthree\n", ["one", "two", "three"]],
    ["four", ["one", "two", "three", "four"]],
  ]);
});
