import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Decoded } from "../../src/codec/dialect.ts";
import { encodeSessionEvent, ZIG } from "../../src/codec/zig.ts";
import type { SessionLogEvent } from "../../src/codec/zig_events.ts";
import { ZIG_VIEW } from "../../src/query/zig_view.ts";
import { compileFilter, type EventFilterSpec } from "../../src/query/filter.ts";
import { textFieldsOf } from "../../src/query/text_fields.ts";
import { read } from "../../src/storage/read.ts";
import { type LinePrefilter, scan, scanLast, type ScanOptions } from "../../src/storage/scan.ts";
import { anyEvent, anyText, anyWellFormed } from "../helpers/arbitraries.ts";

type Line = Decoded<SessionLogEvent>;

const utf8 = new TextEncoder();

function withLog<T>(bytes: Uint8Array, use: (path: string) => T): T {
  const path = Deno.makeTempFileSync({ suffix: ".jsonl" });
  try {
    Deno.writeFileSync(path, bytes);
    return use(path);
  } finally {
    Deno.removeSync(path);
  }
}

function linesOf(path: string, options: ScanOptions = {}): Line[] {
  const blocks = [...scan(path, ZIG, options)];
  return (options.backwards ? blocks.reverse() : blocks).flat();
}

/** Writes characters of the strings of a JSON line in other ways that JSON allows. */
function reescaped(json: string, picks: readonly number[]): string {
  let at = 0;
  return json.replace(/\\u[0-9a-f]{4}|\\.|[^\\"{}[\],:\d]/gsu, (found) => {
    const pick = picks[at++ % picks.length]!;
    if (pick > 1 || /[a-z_]/.test(found)) return found; // the keys, and most of the rest, stay as they are
    if (found === "/") return "\\/";
    const text = JSON.parse(`"${found}"`) as string;
    const hex = Array.from({ length: text.length }, (_, unit) => text.charCodeAt(unit).toString(16).padStart(4, "0"));
    return hex.map((digits) => `\\u${pick === 0 ? digits : digits.toUpperCase()}`).join("");
  });
}

const anyLine: fc.Arbitrary<Uint8Array<ArrayBuffer>> = fc.oneof(
  { weight: 6, arbitrary: anyEvent.map((event) => utf8.encode(encodeSessionEvent(event))) },
  {
    weight: 3,
    arbitrary: fc.tuple(anyEvent, fc.array(fc.nat(6), { minLength: 1, maxLength: 9 }))
      .map(([event, picks]) => utf8.encode(reescaped(encodeSessionEvent(event), picks))),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(anyWellFormed, anyWellFormed).map(([type, value]) =>
      utf8.encode(JSON.stringify({ seq: 1, ts: "t", zig_session_id: "s", type, x: { y: [value] } }))
    ),
  },
  { weight: 1, arbitrary: anyWellFormed.map((text) => utf8.encode(text.replaceAll("\n", " "))) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 12 }).map((bytes) => new Uint8Array(bytes)) },
  { weight: 1, arbitrary: fc.constant(new Uint8Array()) },
);

const anyLog = fc.tuple(fc.array(anyLine, { minLength: 1, maxLength: 12 }), fc.nat(3)).map(([lines, cut]) => {
  const bytes = Uint8Array.from(lines.flatMap((line) => [...line, 0x0a]));
  return bytes.subarray(0, Math.max(0, bytes.length - (cut === 0 ? 20 : 0)));
});

/** Texts and steps that stand in a log, so that a search for them has something to find. */
function holdingsOf(bytes: Uint8Array): { texts: string[]; steps: string[] } {
  const lines = withLog(bytes, linesOf);
  const texts = lines.flatMap((line) =>
    line.kind === "malformed" ? [line.text] : textFieldsOf(line, ZIG_VIEW).map(({ text }) => text)
  );
  const steps = lines.flatMap((line) =>
    line.kind === "event" && "step_name" in line.event ? [line.event.step_name] : []
  );
  return { texts: texts.filter((text) => text !== ""), steps };
}

const rarely = fc.nat(5).map((number) => number === 5);

const anyQuery = fc.record({
  pick: fc.nat(),
  from: fc.nat(30),
  length: fc.integer({ min: 1, max: 8 }),
  isForeign: rarely,
  other: anyText,
  swapCase: rarely,
  regex: fc.constantFrom("no", "escaped", "loose"),
  caseSensitive: fc.boolean(),
  withStep: rarely,
  types: fc.tuple(rarely, fc.constantFrom(["step_failed", "heartbeat"], ["step_output"]))
    .map(([isThere, types]) => isThere ? types : undefined),
  stream: fc.tuple(rarely, fc.constantFrom("stdout" as const, "stderr" as const))
    .map(([isThere, stream]) => isThere ? stream : undefined),
});

function specOf(
  query: typeof anyQuery extends fc.Arbitrary<infer T> ? T : never,
  { texts, steps }: ReturnType<typeof holdingsOf>,
): EventFilterSpec {
  const source = texts.length === 0 || query.isForeign ? query.other : texts[query.pick % texts.length]!;
  const characters = [...source];
  const from = query.from % Math.max(1, characters.length);
  let text = characters.slice(from, from + query.length).join("") || "x";
  if (query.swapCase) text = text === text.toUpperCase() ? text.toLowerCase() : text.toUpperCase();
  if (query.regex !== "no") text = text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  if (query.regex === "loose") text = `${text}.?`;
  const { caseSensitive, types, stream } = query;
  const step = query.withStep ? steps[query.pick % steps.length] : undefined;
  return { text: { text, regex: query.regex !== "no", caseSensitive }, types, step, stream };
}

Deno.test("scan() with a prefilter finds what decoding every line finds", () => {
  let found = 0;
  fc.assert(
    fc.property(anyLog, anyQuery, (bytes, query) => {
      const filter = compileFilter(specOf(query, holdingsOf(bytes)), ZIG_VIEW);
      withLog(bytes, (path) => {
        const expected = linesOf(path).filter((line) => filter.matches(line));
        const { prefilter } = filter;
        assertEquals(linesOf(path, { prefilter }).filter((line) => filter.matches(line)), expected);
        assertEquals(linesOf(path, { prefilter, backwards: true }).filter((line) => filter.matches(line)), expected);
        found += expected.length;
      });
    }),
    { numRuns: 1000 },
  );
  assert(found > 450, `only ${found} lines were found, which proves nothing`);
});

Deno.test("scan() reads the same as read() when there is no prefilter", async () => {
  await fc.assert(fc.asyncProperty(anyLog, async (bytes) => {
    const path = await Deno.makeTempFile({ suffix: ".jsonl" });
    await Deno.writeFile(path, bytes);
    const expected = (await Array.fromAsync(read(path, ZIG))).flat();
    assertEquals(linesOf(path), expected);
    assertEquals(linesOf(path, { backwards: true }), expected);
    await Deno.remove(path);
  }));
});

function output(seq: number, line: string): string {
  return `{"seq":${seq},"ts":"t","zig_session_id":"s","type":"step_output","step_name":"a","stream":"stdout","line":${
    JSON.stringify(line)
  }}\n`;
}

Deno.test("scan() decodes only lines that may fit when it has a prefilter", () => {
  const lines = ["nothing", "needle", "nothing é", "Needle 😀", "nothing", "nothing", "\x1b[1mnothing"];
  const bytes = utf8.encode(lines.map((line, at) => output(at + 1, line)).join(""));
  const { prefilter } = compileFilter({ text: { text: "needle" } }, ZIG_VIEW);
  withLog(bytes, (path) => {
    assertEquals(linesOf(path, { prefilter }).map((line) => line.kind === "event" && line.event.seq), [2, 4]);
  });
});

Deno.test("scan() gives the right place of each line across blocks, with text that is not ASCII around it", () => {
  const lines = Array.from(
    { length: 9000 },
    (_, at) => output(at, at % 1000 === 7 ? "the needle" : "blåbær ".repeat(at % 13)),
  );
  const bytes = utf8.encode(lines.join(""));
  assert(bytes.length > 600_000);
  const { prefilter } = compileFilter({ text: { text: "the needle" } }, ZIG_VIEW);
  withLog(bytes, (path) => {
    for (const backwards of [false, true]) {
      const found = linesOf(path, { prefilter, backwards });
      assertEquals(found.map((line) => line.kind === "event" && line.event.seq), [
        7,
        1007,
        2007,
        3007,
        4007,
        5007,
        6007,
        7007,
        8007,
      ]);
      for (const { offset, length, text } of found) {
        assertEquals(new TextDecoder().decode(bytes.subarray(offset, offset + length)), `${text}\n`);
      }
    }
  });
});

Deno.test("scan() stays between its bounds", () => {
  const lines = [output(1, "needle"), output(2, "needle"), output(3, "needle")];
  withLog(utf8.encode(lines.join("")), (path) => {
    const bounds = { from: lines[0]!.length, to: lines[0]!.length + lines[1]!.length };
    for (const prefilter of [undefined, compileFilter({ text: { text: "needle" } }, ZIG_VIEW).prefilter]) {
      for (const backwards of [false, true]) {
        const [line, ...others] = linesOf(path, { ...bounds, prefilter, backwards });
        assertEquals(line?.offset, bounds.from);
        assertEquals(others, []);
      }
    }
  });
});

Deno.test("scanLast() finds the last lines that fit, in the order of the log", () => {
  const anyCount = fc.nat(6);
  fc.assert(fc.property(anyLog, anyQuery, anyCount, (bytes, query, count) => {
    const filters = [compileFilter({}, ZIG_VIEW), compileFilter(specOf(query, holdingsOf(bytes)), ZIG_VIEW)];
    withLog(bytes, (path) => {
      for (const filter of filters) {
        const expected = count === 0 ? [] : linesOf(path).filter((line) => filter.matches(line)).slice(-count);
        assertEquals(scanLast(path, ZIG, filter, count), expected);
      }
    });
  }));
});

Deno.test("scanLast() reads no more of a long log than it must", () => {
  const lines = Array.from({ length: 30_000 }, (_, at) => output(at, at === 29_900 ? "needle" : "hay"));
  const { prefilter, matches } = compileFilter({ text: { text: "needle" } }, ZIG_VIEW);
  let looked = 0;
  const spy: LinePrefilter = {
    over(text: string): (from: number) => number {
      looked += text.length;
      return prefilter!.over(text);
    },
  };
  withLog(utf8.encode(lines.join("")), (path) => {
    const filter = { prefilter: spy, matches };
    assertEquals(scanLast(path, ZIG, filter, 1).map((line) => line.kind === "event" && line.event.seq), [29_900]);
    assert(looked < 50_000, `${looked} characters were looked at`);
    assertEquals(scanLast(path, ZIG, filter, 2).length, 1);
    assert(looked > 3_000_000, "all were looked at when there was no second one");
    const last = scanLast(path, ZIG, compileFilter({}, ZIG_VIEW), 20_000);
    assertEquals(
      last.map((line) => line.kind === "event" && line.event.seq),
      Array.from({ length: 20_000 }, (_, at) => 10_000 + at),
    );
  });
});
