import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { denoHost, DenoOutput, OutputClosedError } from "../../src/cli/host.ts";

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

/** Has Deno listen to signals in another way, for as long as a function runs. */
function withSignals(listen: (signal: Deno.Signal) => void, run: () => void): void {
  const { addSignalListener, removeSignalListener } = Deno;
  try {
    Deno.addSignalListener = listen;
    Deno.removeSignalListener = listen;
    run();
  } finally {
    Deno.addSignalListener = addSignalListener;
    Deno.removeSignalListener = removeSignalListener;
  }
}

Deno.test("denoHost() listens to every signal that there is, and passes over one that the system does not know", () => {
  const known: Deno.Signal[] = [];
  const asOnWindows = (signal: Deno.Signal): void => {
    if (signal === "SIGHUP") throw new TypeError("Windows only supports ctrl-c (SIGINT)");
    known.push(signal);
  };
  withSignals(asOnWindows, () => {
    const host = denoHost();
    for (const signal of ["SIGINT", "SIGHUP", "SIGTERM"] as const) {
      host.addSignalListener(signal, () => {});
      host.removeSignalListener(signal, () => {});
    }
  });
  assertEquals(known, ["SIGINT", "SIGINT", "SIGTERM", "SIGTERM"]);
});

Deno.test("denoHost() throws when listening fails for another reason", () => {
  const broken = (): void => {
    throw new Error("out of handles");
  };
  withSignals(broken, () => {
    assertThrows(() => denoHost().addSignalListener("SIGINT", () => {}), Error, "out of handles");
  });
});
