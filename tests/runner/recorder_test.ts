import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { LogWriteError } from "../../src/errors.ts";
import { RecordedOutput, Recorder } from "../../src/runner/recorder.ts";
import { SessionCoordinator } from "../../src/session/coordinator.ts";
import { lineStream } from "../../src/session/line_stream.ts";
import { SessionWriter } from "../../src/session/writer.ts";
import { TempDir } from "../helpers/temp_dir.ts";

const full = new LogWriteError("x.jsonl", 0, new Error("no space"));

/** A recorder over a real session in a directory of its own. */
class Recorded implements Disposable {
  readonly losses: unknown[] = [];
  readonly recorder: Recorder;
  readonly logPath: string;
  readonly #temp = new TempDir();

  constructor() {
    const options = { workflowName: "w", workflowPath: "", tierCount: 1, root: this.#temp.path };
    const writer = SessionWriter.create(options);
    this.logPath = writer.logPath;
    this.recorder = new Recorder(SessionCoordinator.start(writer), (error) => this.losses.push(error));
  }

  [Symbol.dispose](): void {
    this.recorder[Symbol.dispose]();
    this.#temp[Symbol.dispose]();
  }
}

/** An output whose log refuses lines while `isFull` says so. */
function fallibleOutput(recorder: Recorder): { output: RecordedOutput; lines: string[]; disk: { isFull: boolean } } {
  const lines: string[] = [];
  const disk = { isFull: false };
  const open = (): WritableStreamDefaultWriter<Uint8Array> =>
    lineStream((taken) => {
      if (disk.isFull) throw full;
      lines.push(...taken);
    }).getWriter();
  return { output: new RecordedOutput(recorder, open), lines, disk };
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

Deno.test("Recorder.record() tells of the first loss only when several events are lost", () => {
  using recorded = new Recorded();
  const { recorder, losses } = recorded;
  assert(!recorder.isIncomplete);
  for (let count = 0; count < 3; count++) {
    recorder.record(() => {
      throw full;
    });
  }
  assertEquals(losses, [full]);
  assert(recorder.isIncomplete);
});

Deno.test("Recorder.record() throws on when the program is at fault and not the log", () => {
  using recorded = new Recorded();
  const { recorder, losses } = recorded;
  assertThrows(() => recorder.record((writer) => writer.stepOutput("s", "stdout", 1 as unknown as string)), TypeError);
  assertEquals(losses, []);
});

Deno.test("Recorder ends the session as a failure when it is left unfinished", () => {
  using recorded = new Recorded();
  const { recorder, logPath } = recorded;
  recorder[Symbol.dispose]();
  assertEquals(JSON.parse(Deno.readTextFileSync(logPath).trimEnd().split("\n").at(-1)!).status, "failure");
});

Deno.test("RecordedOutput.write() goes on with the next whole line when some were lost", async () => {
  using recorded = new Recorded();
  const { recorder, losses } = recorded;
  const { output, lines, disk } = fallibleOutput(recorder);
  await output.write(bytes("one\ntw"));
  disk.isFull = true;
  await output.write(bytes("o\nthr"));
  disk.isFull = false;
  await output.write(bytes("ee"));
  await output.write(bytes(" and more\nfour\nfi"));
  await output.write(bytes("ve"));
  await output.close();
  assertEquals(lines, ["one", "four", "five"]);
  assertEquals(losses, [full]);
});

Deno.test("RecordedOutput.write() loses no further line when what was lost ended in a newline", async () => {
  using recorded = new Recorded();
  const { recorder } = recorded;
  const { output, lines, disk } = fallibleOutput(recorder);
  disk.isFull = true;
  await output.write(bytes("one\n"));
  disk.isFull = false;
  await output.write(bytes("two\n"));
  await output.close();
  assertEquals(lines, ["two"]);
});

Deno.test("RecordedOutput.close() tells of a lost last line when it has no newline", async () => {
  using recorded = new Recorded();
  const { recorder, losses } = recorded;
  const { output, disk } = fallibleOutput(recorder);
  await output.write(bytes("half"));
  disk.isFull = true;
  await output.close();
  assertEquals(losses, [full]);
});

Deno.test("RecordedOutput.write() throws on when the program is at fault and not the log", async () => {
  using recorded = new Recorded();
  const { recorder } = recorded;
  const open = (): WritableStreamDefaultWriter<Uint8Array> =>
    lineStream(() => {
      throw new TypeError("a mistake");
    }).getWriter();
  const output = new RecordedOutput(recorder, open);
  await assertRejects(() => output.write(bytes("x\n")), TypeError, "a mistake");
});
