/** What checking a log finds: each damage of the table where it is, and nothing in a log without fault. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { LineSplitter } from "../../src/codec/lines.ts";
import { encodeSessionEvent } from "../../src/codec/zig.ts";
import type { SessionEventKind, SessionLogEvent } from "../../src/codec/zig_events.ts";
import type { Finding } from "../../src/query/finding.ts";
import { LogVerifier, type LogWriter } from "../../src/query/verify.ts";
import { anyCut, anyText, anyU64 } from "../helpers/arbitraries.ts";
import { CORRUPTIONS, offsetOf } from "../helpers/corruptions.ts";
import { golden, goldenBytes } from "../helpers/golden.ts";
import { SOUND_ID, soundLines } from "../helpers/sound_log.ts";

const utf8 = new TextEncoder();

/** Checks a log that comes in these chunks. */
function check(chunks: readonly Uint8Array<ArrayBuffer>[], writer: LogWriter, id: string = SOUND_ID): Finding[] {
  const verifier = new LogVerifier(id);
  const splitter = new LineSplitter();
  const blocks = chunks.map((chunk) => splitter.push(chunk));
  const findings = [...blocks, splitter.flush()].flatMap((block) => block === undefined ? [] : verifier.take(block));
  return [...findings, ...verifier.finish(writer)];
}

function placesOf(findings: readonly Finding[]): [string, number, number][] {
  return findings.map(({ kind, line, offset }) => [kind, line, offset]);
}

for (const { name, bytes, writer, found } of CORRUPTIONS) {
  Deno.test(`LogVerifier finds what is wrong with a log that has ${name}`, () => {
    const findings = check([bytes], writer);
    assertEquals(placesOf(findings), found.map(([kind, line]) => [kind, line, offsetOf(bytes, line)]));
    found.forEach(([, , message = ""], at) => assertStringIncludes(findings[at]!.message, message));

    for (const size of [1, 7, 64, 1000]) { // however it is cut
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => {
        return bytes.slice(at * size, (at + 1) * size);
      });
      assertEquals(check(chunks, writer), findings);
    }
  });

  Deno.test(`LogVerifier judges only what is finished while somebody writes a log that has ${name}`, () => {
    const unfinished = ["torn", "no_newline", "missing_end", "empty", "silent"];
    const finished = check([bytes], writer).filter(({ kind }) => !unfinished.includes(kind));
    assertEquals(check([bytes], "alive"), finished);
  });
}

Deno.test("LogVerifier finds nothing in a log without fault", () => {
  const bytes = utf8.encode(soundLines().map((line) => `${line}\n`).join(""));
  for (const writer of ["alive", "dead", "silent", "gone"] as const) assertEquals(check([bytes], writer), []);
});

/** What a step does: attempts that fail, then one that does not, perhaps. */
const anyStep = fc.record({
  name: anyText,
  outputs: fc.array(fc.tuple(fc.constantFrom("stdout" as const, "stderr" as const), anyText), { maxLength: 4 }),
  failures: fc.nat(2),
  completes: fc.boolean(),
  skipped: fc.boolean(),
});

type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

function kindsOf({ name: step_name, outputs, failures, completes, skipped }: Step): SessionEventKind[] {
  if (skipped) return [{ type: "step_skipped", step_name, reason: step_name }];
  const attempts = failures + (completes ? 1 : 0);
  return Array.from({ length: attempts }, (_, at): SessionEventKind[] => [
    {
      type: "step_started",
      step_name,
      tier_index: 0,
      zag_session_id: step_name,
      zag_command: "run",
      model: at === 0 ? null : step_name,
      prompt_preview: step_name,
    },
    ...outputs.map(([stream, line]): SessionEventKind => ({ type: "step_output", step_name, stream, line })),
    at < failures
      ? { type: "step_failed", step_name, exit_code: at, attempt: at + 1, error: step_name }
      : { type: "step_completed", step_name, exit_code: 0, duration_ms: at, saved_vars: [step_name] },
  ]).flat();
}

/** A log without fault: any steps, side by side or not, heartbeats, outputs of steps that nobody announced. */
const anySoundLog: fc.Arbitrary<Uint8Array<ArrayBuffer>> = fc.record({
  start: fc.record({ name: anyText, prompt: fc.option(anyText), tiers: anyU64 }),
  steps: fc.array(anyStep, { maxLength: 5 }),
  mixed: fc.boolean(),
  gaps: fc.array(fc.nat(2_000_000_000), { minLength: 1, maxLength: 8 }),
  heartbeats: fc.nat(3),
  status: fc.constantFrom("success" as const, "failure" as const),
  duration: anyU64,
}).map(({ start, steps, mixed, gaps, heartbeats, status, duration }) => {
  const perStep = steps.map(kindsOf);
  const inside = mixed ? interleaved(perStep) : perStep.flat();
  const kinds: SessionEventKind[] = [
    {
      type: "zig_session_started",
      workflow_name: start.name,
      workflow_path: "",
      workspace_path: start.prompt,
      cwd: null,
      prompt: start.prompt,
      tier_count: start.tiers,
    },
    { type: "tier_started", tier_index: start.tiers, step_names: steps.map(({ name }) => name) },
    ...inside,
    ...Array.from({ length: heartbeats }, (): SessionEventKind => ({ type: "heartbeat", interval_secs: 10 })),
    { type: "step_output", step_name: "nobody started it", stream: "stdout", line: start.name },
    { type: "zig_session_ended", status, duration_ms: duration },
  ];
  let nanos = 1_795_225_883_000_000_000n;
  const lines = kinds.map((kind, at) => {
    nanos += BigInt(gaps[at % gaps.length]!);
    const event: SessionLogEvent = { seq: at + 1, ts: timeOf(nanos), zig_session_id: SOUND_ID, ...kind };
    return `${encodeSessionEvent(event)}\n`;
  });
  return utf8.encode(lines.join(""));
});

function interleaved<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list.slice(at, at + 1))).flat();
}

/** As the Rust programs write it: 0, 3, 6 or 9 digits. */
function timeOf(nanos: bigint): string {
  let fraction = String(nanos % 1_000_000_000n).padStart(9, "0");
  while (fraction.endsWith("000")) fraction = fraction.slice(0, -3);
  const seconds = new Date(Number(nanos / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
  return `${seconds}${fraction === "" ? "" : `.${fraction}`}+00:00`;
}

Deno.test("LogVerifier finds nothing in 1,000 random logs without fault, however they are cut", () => {
  let bytes = 0;
  fc.assert(
    fc.property(anyCut(anySoundLog), ({ bytes: log, chunks }) => {
      bytes += log.length;
      assertEquals(check(chunks, "gone"), []);
    }),
    { numRuns: 1000 },
  );
  assert(bytes > 1_000_000, "the logs are hardly logs");
});

Deno.test("LogVerifier finds a random line that is gone, doubled or garbled", () => {
  fc.assert(
    fc.property(anySoundLog, fc.nat(), fc.constantFrom("gone", "doubled", "garbled"), (log, pick, how) => {
      const lines = new TextDecoder().decode(log).split("\n").slice(0, -1);
      const at = pick % lines.length;
      const line = lines[at]!;
      const now = how === "gone" ? [] : how === "doubled" ? [line, line] : [line.slice(1)];
      const bytes = utf8.encode(lines.toSpliced(at, 1, ...now).map((line) => `${line}\n`).join(""));
      const expected = at + (how === "doubled" ? 2 : 1);
      const first = check([bytes], "dead").find(({ severity }) => severity === "damage");
      assertEquals([first?.line, first?.offset], [expected, offsetOf(bytes, expected)]);
    }),
    { numRuns: 300 },
  );
});

Deno.test("LogVerifier finds the place where a random log was cut", () => {
  fc.assert(
    fc.property(anySoundLog, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (log, share) => {
      const bytes = log.slice(0, Math.floor(log.length * share));
      const tail = bytes.lastIndexOf(0x0a) + 1;
      const lines = bytes.filter((byte) => byte === 0x0a).length;
      const isWhole = bytes.length > 0 && log[bytes.length] === 0x0a; // only the newline is missing
      const found = placesOf(check([bytes], "dead"));
      if (bytes.length === 0) assertEquals(found, [["empty", 1, 0]]);
      else if (bytes.length === log.length - 1) assertEquals(found, [["no_newline", lines + 1, tail]]);
      else if (tail === bytes.length) assertEquals(found, [["missing_end", lines + 1, tail]]);
      else {
        const kind = isWhole ? "no_newline" : "torn";
        assertEquals(found, [[kind, lines + 1, tail], ["missing_end", lines + 2, bytes.length]]);
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("LogVerifier finds in the logs of the Rust programs what is wrong with them, and no more", () => {
  const logs = golden("zig", /\/(?!read-cases)[^/]+\/[^/]+\.jsonl$/).filter((path) => !path.includes("read-cases"));
  assert(logs.length >= 6);
  const found = logs.map((path) => {
    const name = path.split("/").at(-1)!.replace(".jsonl", "");
    const id = name === "session" ? "52580b07-c9bb-441a-b9b0-70e033e0f6da" : name;
    const writer = path.includes("sig-KILL") ? "dead" : "gone";
    return [path.split("/")[1], check([goldenBytes(path)], writer, id).map(({ kind, line }) => `${kind} ${line}`)];
  });
  assertEquals(found, [
    // Steps of every shape, of which some end without having started.
    ["all", ["step_not_started 36", "step_not_started 37", "step_not_started 38"]],
    ["coordinator-heartbeat", []],
    ["crash-drop", []],
    ["enospc-resumed", ["malformed 14"]], // the disk was full
    ["sig-KILL", ["missing_end 4"]],
    ["two-sessions", []],
    ["two-sessions", []],
  ]);
});
