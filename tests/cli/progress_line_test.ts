import { assertEquals, assertMatch } from "@std/assert";
import { type HostOutput, OutputClosedError } from "../../src/cli/host.ts";
import { LiveOutput } from "../../src/cli/live_output.ts";
import { ProgressLine } from "../../src/cli/progress_line.ts";

/** A terminal that keeps what it is shown. */
class FakeTerminal implements HostOutput {
  readonly isTerminal: boolean;
  readonly columns = 12;
  shown = "";
  failure: Error | undefined;
  #onWrite = (): void => {};

  constructor(isTerminal = true) {
    this.isTerminal = isTerminal;
  }

  write(data: string | Uint8Array<ArrayBuffer>): void {
    if (this.failure) throw this.failure;
    this.shown += typeof data === "string" ? data : new TextDecoder().decode(data);
    this.#onWrite();
  }

  /** Waits until it has been shown something so many times more. */
  async drawn(times: number): Promise<void> {
    for (let left = times; left > 0; left--) await new Promise<void>((resolve) => this.#onWrite = resolve);
  }
}

Deno.test("ProgressLine rewrites one line within the terminal's width when something goes on", async () => {
  const terminal = new FakeTerminal();
  const progress = new ProgressLine(terminal);
  progress.start(() => "wörk 日本語 and more");
  await terminal.drawn(2);
  progress[Symbol.dispose]();
  // deno-lint-ignore no-control-regex
  assertMatch(terminal.shown, /^(\r\x1b\[Kwörk 日本…){2,}\r\x1b\[K$/);
});

Deno.test("ProgressLine makes room when something else is written, and comes back", async () => {
  const terminal = new FakeTerminal();
  using progress = new ProgressLine(terminal);
  const output = new LiveOutput(terminal, { before: () => progress.clear() });
  progress.start(() => "busy");
  output.write("a\n");
  await terminal.drawn(2);
  output.write("b\n");
  output.write("c\n");
  await terminal.drawn(1);
  // deno-lint-ignore no-control-regex
  assertMatch(terminal.shown, /^a\n(\r\x1b\[Kbusy)+\r\x1b\[Kb\nc\n(\r\x1b\[Kbusy)+$/);
});

Deno.test("ProgressLine shows nothing when there is no terminal", async () => {
  const file = new FakeTerminal(false);
  const progress = new ProgressLine(file);
  progress.start(() => "busy");
  await new Promise((resolve) => setTimeout(resolve, 500)); // it would have been drawn by now
  progress[Symbol.dispose]();
  assertEquals(file.shown, "");
});

Deno.test("LiveOutput.write() is silent from then on when the reader has gone", () => {
  const terminal = new FakeTerminal();
  const failures: unknown[] = [];
  const output = new LiveOutput(terminal, { onFailure: (error) => failures.push(error) });
  output.write("a");
  terminal.failure = new OutputClosedError("gone");
  output.write("b");
  terminal.failure = undefined;
  output.write("c");
  assertEquals([terminal.shown, failures], ["a", []]);
});

Deno.test("LiveOutput.write() tells why once when nothing can be written", () => {
  const terminal = new FakeTerminal();
  const failures: unknown[] = [];
  const output = new LiveOutput(terminal, { onFailure: (error) => failures.push(error) });
  const failure = terminal.failure = new Error("no space");
  output.write("a");
  output.write("b");
  assertEquals(failures, [failure]);
});
