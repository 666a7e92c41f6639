import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { DenoOutput, OutputClosedError } from "../../src/cli/host.ts";

/** A stream that takes a few bytes at a time, or throws. */
function sink(steps: readonly (number | Error)[]): { output: DenoOutput; written: () => string } {
  const bytes: number[] = [];
  let step = 0;
  const output = new DenoOutput({
    isTerminal: () => false,
    writeSync(data: Uint8Array): number {
      const next = steps[step++ % steps.length]!;
      if (typeof next !== "number") throw next;
      const taken = data.subarray(0, next);
      bytes.push(...taken);
      return taken.length;
    },
  }, "standard output");
  return { output, written: () => new TextDecoder().decode(new Uint8Array(bytes)) };
}

Deno.test("DenoOutput.write() completes short writes when the system takes a few bytes at a time", () => {
  const { output, written } = sink([1, 2, 3]);
  output.write("größer 😀\n");
  output.write(new Uint8Array([0x61, 0x62]));
  assertEquals(written(), "größer 😀\nab");
});

Deno.test("DenoOutput.write() writes nothing when given nothing", () => {
  const { output, written } = sink([new Error("a call that nobody needs")]);
  output.write("");
  assertEquals(written(), "");
});

Deno.test("DenoOutput.write() waits when somebody has made the pipe non-blocking and it is full", () => {
  const { output, written } = sink([2, new Deno.errors.WouldBlock("try again")]);
  output.write("abcdef");
  assertEquals(written(), "abcdef");
});

Deno.test("DenoOutput.write() throws OutputClosedError when the reader has gone", () => {
  const { output } = sink([2, new Deno.errors.BrokenPipe("no reader")]);
  assertThrows(() => output.write("abcdef"), OutputClosedError);
});

Deno.test("DenoOutput.write() names the stream when the disk is full", () => {
  const full = new Error("No space left on device (os error 28)");
  const { output } = sink([full]);
  const error = assertThrows(
    () => output.write("abc"),
    Error,
    "Cannot write to standard output: No space left on device (os error 28)",
  );
  assertStrictEquals(error.cause, full);
});

Deno.test("DenoOutput.columns is undefined when the stream is no terminal", () => {
  assertEquals(sink([1]).output.columns, undefined);
});
