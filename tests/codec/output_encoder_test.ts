import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { OutputEncoder } from "../../src/codec/output_encoder.ts";
import { formatTimestamp, type Instant } from "../../src/codec/timestamp.ts";
import { encodeSessionEvent } from "../../src/codec/zig.ts";
import type { OutputStream } from "../../src/codec/zig_events.ts";
import { anyText } from "../helpers/arbitraries.ts";

interface Output {
  readonly seq: number;
  readonly time: Instant;
  readonly step: string;
  readonly stream: OutputStream;
  readonly line: string;
}

const ID = "289aa865-eb73-48c9-a995-6b3245bfcc28";

/** Numbers around those where one more digit is needed. */
const edges = Array.from({ length: 16 }, (_, power) => 10 ** power)
  .flatMap((power) => [power - 1, power, power + 1])
  .concat(Number.MAX_SAFE_INTEGER)
  .filter((seq) => seq >= 1 && seq <= Number.MAX_SAFE_INTEGER);

const anySeq = fc.oneof(
  fc.integer({ min: 1, max: 200 }),
  fc.constantFrom(...edges),
  fc.maxSafeNat().map((seq) => seq || 1),
);

/** Times as the writer stamps them: never three zeros at the end. */
const anyTime = fc.record({
  seconds: fc.oneof(fc.constantFrom(0, 1, 1795225883, 4102444799), fc.nat(4102444800)),
  nanos: fc.oneof(fc.constantFrom(1, 999, 1001, 100, 999999999), fc.nat(999999999)),
}).filter(({ nanos }) => nanos % 1000 !== 0);

const anyOutput: fc.Arbitrary<Output> = fc.record({
  seq: anySeq,
  time: anyTime,
  step: fc.oneof(fc.constantFrom("", "a", "b c"), anyText),
  stream: fc.constantFrom<OutputStream>("stdout", "stderr"),
  line: fc.oneof(anyText, fc.tuple(anyText, fc.nat(3)).map(([text, power]) => text.repeat(10 ** power))),
});

function expected({ seq, time, step, stream, line }: Output): string {
  const envelope = { seq, ts: formatTimestamp(time), zig_session_id: ID };
  return encodeSessionEvent({ ...envelope, type: "step_output", step_name: step, stream, line }) + "\n";
}

function add(encoder: OutputEncoder, { seq, time, step, stream, line }: Output): void {
  encoder.add(seq, time, step, stream, line);
}

function text(encoder: OutputEncoder): string {
  assertEquals(encoder.bytes().length, encoder.length);
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(encoder.bytes());
}

Deno.test("OutputEncoder writes what encodeSessionEvent() does when it is given any batches of output", () => {
  fc.assert(
    fc.property(fc.array(fc.array(anyOutput, { maxLength: 4 }), { maxLength: 6 }), (batches) => {
      const encoder = new OutputEncoder(ID);
      for (const batch of batches) {
        encoder.clear();
        assertEquals(encoder.length, 0);
        for (const output of batch) add(encoder, output);
        assertEquals(text(encoder), batch.map(expected).join(""));
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("OutputEncoder escapes what must be escaped when it stands anywhere in a line, and nothing else", () => {
  const encoder = new OutputEncoder(ID);
  const codes = [...Array(0x100).keys(), 0x2028, 0x20ac, 0xd83d, 0xde00, 0xfffd];
  const lines = codes.flatMap((code) =>
    Array.from({ length: 10 }, (_, at) => `${"x".repeat(at)}${String.fromCharCode(code)}${"y".repeat(9 - at)}`)
  );
  const lengths = Array.from({ length: 10 }, (_, length) => "z".repeat(length));
  const outputs = [...lengths, ...lines].map((line, at): Output => ({
    seq: at + 1,
    time: { seconds: 1795225883, nanos: 1 },
    step: "a",
    stream: "stdout",
    line,
  }));
  for (const batch of [outputs, ...outputs.map((output) => [output])]) {
    encoder.clear();
    for (const output of batch) add(encoder, output);
    assertEquals(text(encoder), batch.map(expected).join(""));
  }
});

Deno.test("OutputEncoder writes every digit of a number when it is near a power of ten", () => {
  const encoder = new OutputEncoder(ID);
  const outputs = edges.map((seq): Output => ({
    seq,
    time: { seconds: 1795225883, nanos: 1 },
    step: "a",
    stream: "stdout",
    line: "",
  }));
  for (const output of outputs) {
    encoder.clear();
    add(encoder, output);
    assertEquals(text(encoder), expected(output));
  }
});

Deno.test("OutputEncoder keeps what it holds when a line is longer than its buffer", () => {
  const encoder = new OutputEncoder(ID);
  const outputs = [10, 60_000, 70_000, 1, 500_000, 3].map((length, at): Output => ({
    seq: at + 1,
    time: { seconds: 1795225883, nanos: at + 1 },
    step: "a",
    stream: "stderr",
    line: (at % 2 === 0 ? "x" : "\u{1f600}\x01\u{d800}å").repeat(length),
  }));
  for (const output of outputs) add(encoder, output);
  assertEquals(text(encoder), outputs.map(expected).join(""));
});

Deno.test("OutputEncoder gives out what it holds now when a batch is as long as one before its buffer grew", () => {
  const encoder = new OutputEncoder(ID);
  for (const [at, length] of [3, 100_000, 3, 3].entries()) {
    const time = { seconds: 1795225883, nanos: at + 1 };
    const output: Output = { seq: at + 1, time, step: "a", stream: "stdout", line: `${at}`.repeat(length) };
    encoder.clear();
    add(encoder, output);
    assertEquals(text(encoder), expected(output));
  }
});

Deno.test("OutputEncoder gives out all that it holds when it is asked in the middle of a batch", () => {
  const encoder = new OutputEncoder(ID);
  const outputs = Array.from({ length: 20 }, (_, at): Output => ({
    seq: at + 1,
    time: { seconds: 1795225883, nanos: at + 1 },
    step: "a",
    stream: "stdout",
    line: "x".repeat(at),
  }));
  for (const [at, output] of outputs.entries()) {
    add(encoder, output);
    assertEquals(text(encoder), outputs.slice(0, at + 1).map(expected).join(""));
  }
});
