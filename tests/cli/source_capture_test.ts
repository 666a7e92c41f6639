import { assertEquals } from "@std/assert";
import { CapturedOutput } from "../../src/cli/captured_output.ts";
import { RunRecorder } from "../../src/cli/run_record.ts";
import type { Step } from "../../src/runner/plan.ts";
import type { RunObserver } from "../../src/runner/run_observer.ts";
import { TempDir, tree } from "../helpers/temp_dir.ts";
import { FakeHost } from "./fake_host.ts";

const STEP = { name: "build" } as Step;

/** Takes note of what it is told of. */
function noting(calls: string[]): RunObserver {
  const note = (name: string) => (): void => void calls.push(name);
  return {
    tierStarted: note("tierStarted"),
    stepStarted: note("stepStarted"),
    output: note("output"),
    outputEnded: note("outputEnded"),
    stepCompleted: note("stepCompleted"),
    stepFailed: note("stepFailed"),
    stepSkipped: note("stepSkipped"),
  };
}

Deno.test("CapturedOutput tells the observer all that it is told itself", () => {
  using dir = new TempDir();
  const calls: string[] = [];
  using captured = new CapturedOutput(dir.path, ["build"], { onLoss: () => {} });
  const observer = captured.around(noting(calls));
  observer.tierStarted(0);
  observer.stepStarted(STEP);
  observer.output(STEP, "stdout", new TextEncoder().encode("a"));
  observer.outputEnded(STEP, "stdout", false);
  observer.stepCompleted(STEP);
  observer.stepFailed(STEP, 1, "", false);
  observer.stepSkipped(STEP, "");
  assertEquals(calls, Object.keys(noting([])));
  assertEquals(tree(dir.path), ["build.stderr", "build.stdout"]);
});

Deno.test("CapturedOutput takes secrets out of whole lines, wherever they are cut", () => {
  using dir = new TempDir();
  const redact = (text: string): string => text.replaceAll("secret", "***");
  using captured = new CapturedOutput(dir.path, ["build"], { redact, onLoss: () => {} });
  const observer = captured.around(noting([]));
  for (const part of ["one sec", "ret\ntwo\nthe s", "ecret"]) {
    observer.output(STEP, "stdout", new TextEncoder().encode(part));
  }
  observer.outputEnded(STEP, "stdout", false);
  assertEquals(Deno.readTextFileSync(dir.at("build.stdout")), "one ***\ntwo\nthe ***");
});

Deno.test("CapturedOutput takes out what goes over lines, of each stream and each attempt for itself", () => {
  using dir = new TempDir();
  const inTurn = (): (line: string) => string => {
    let isWithin = false;
    return (line) => {
      isWithin ||= line === "begin";
      return isWithin && line !== "" ? "***" : line;
    };
  };
  using captured = new CapturedOutput(dir.path, ["build"], {
    redact: Object.assign((text: string) => text, { inTurn }),
    onLoss: () => {},
  });
  const observer = captured.around(noting([]));
  const write = (stream: "stdout" | "stderr", text: string): void =>
    observer.output(STEP, stream, new TextEncoder().encode(text));
  write("stdout", "one\nbegin\nse");
  write("stderr", "plain\n");
  write("stdout", "cret\nlast");
  observer.outputEnded(STEP, "stdout", false);
  write("stdout", "\nagain\n");
  assertEquals(Deno.readTextFileSync(dir.at("build.stdout")), "one\n***\n***\n***\nagain\n");
  assertEquals(Deno.readTextFileSync(dir.at("build.stderr")), "plain\n");
});

Deno.test("CapturedOutput tells of the first failure, and writes nothing after it", () => {
  using dir = new TempDir();
  const losses: unknown[] = [];
  using captured = new CapturedOutput(dir.at("missing"), ["build"], { onLoss: (error) => losses.push(error) });
  const observer = captured.around(noting([]));
  observer.stepStarted(STEP);
  Deno.mkdirSync(dir.at("missing"));
  observer.output(STEP, "stdout", new Uint8Array([1]));
  assertEquals([losses.length, captured.isComplete, tree(dir.path)], [1, false, ["missing/"]]);
});

Deno.test({
  name: "RunRecorder.begin() puts a link beside the record where the log cannot be there under two names",
  ignore: Deno.build.os === "windows",
  fn(): void {
    using dir = new TempDir();
    const home = Deno.env.get("XDG_DATA_HOME");
    try {
      Deno.env.set("XDG_DATA_HOME", dir.at("data"));
      Deno.mkdirSync(dir.at("log-1.jsonl")); // a directory has but one name
      using record = RunRecorder.create(new FakeHost(), dir.at("out"), "flow");
      record.begin({ logPath: dir.at("log-1.jsonl"), say: () => {} }, [], undefined);
      assertEquals(Deno.readLinkSync(dir.at("out/log-1.jsonl")), dir.at("log-1.jsonl"));
      assertEquals(record.finish(0), 0);
    } finally {
      if (home === undefined) Deno.env.delete("XDG_DATA_HOME");
      else Deno.env.set("XDG_DATA_HOME", home);
    }
  },
});
