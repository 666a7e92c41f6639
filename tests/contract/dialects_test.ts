/** What holds of each wire format: one suite, run for all of them. */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import type { Decoding } from "../../src/codec/dialect.ts";
import { parseJson, stringifyJson } from "../../src/codec/json.ts";
import { encodeRunRecord, parseRunRecord, type RunRecord } from "../../src/codec/outrig.ts";
import { ZAG } from "../../src/codec/zag.ts";
import { ZIG } from "../../src/codec/zig.ts";
import { hasEnded } from "../../src/outrig/run.ts";
import { anyExtra, anyText, anyWellFormed } from "../helpers/arbitraries.ts";
import { golden, goldenText } from "../helpers/golden.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A wire format as the suite sees it. */
interface Wire {
  readonly name: string;
  /** What the Rust programs wrote and read. */
  readonly samples: readonly string[];
  /** The fields that cannot hold any text. */
  readonly fixed: readonly string[];
  /** A field without which nothing can be read. */
  readonly needed: string;
  /** What a newer program might write. */
  readonly newer: string;
  decode(text: string): Decoding<unknown>;
  encode(event: unknown): string;
  /** Whether an event says that its session is over. */
  ends(event: unknown): boolean;
  /** Samples that say so. */
  readonly ended: (text: string) => boolean;
}

function linesOf(folder: string): string[] {
  const paths = golden(folder, /\.jsonl$/).filter((path) => !path.includes("read-cases"));
  return paths.flatMap((path) => goldenText(path).split("\n")).filter((line) => line !== "");
}

const WIRES: readonly Wire[] = [
  {
    name: "zig",
    samples: [...new Set(linesOf("zig"))].filter((text) => ZIG.decode(text).kind === "event"),
    fixed: ["type", "stream", "status"],
    needed: "ts",
    newer: '{"seq":1,"ts":"","zig_session_id":"s","type":"step_paused","why":{"a":[1,"b"]}}',
    decode: ZIG.decode,
    encode: (event) => ZIG.encode(event as Parameters<typeof ZIG.encode>[0]),
    ends: (event) => ZIG.endOf(event as Parameters<typeof ZIG.endOf>[0]) !== undefined,
    ended: (text) => text.includes('"type":"zig_session_ended"'),
  },
  {
    name: "zag",
    // The Rust writer repeats one key, and cannot read that itself.
    samples: [...new Set(linesOf("zag"))].filter((text) =>
      !/"provider".*"type":"usage_limit_hit".*"provider"/.test(text)
    ),
    fixed: ["type", "source_kind", "completeness", "tool_kind", "input", "data"],
    needed: "ts",
    newer: '{"seq":1,"ts":"","provider":"p","wrapper_session_id":"s","provider_session_id":null,' +
      '"source_kind":"wrapper","completeness":"full","type":"tool_paused","why":{"a":[1,"b"]}}',
    decode: ZAG.decode,
    encode: (event) => ZAG.encode(event as Parameters<typeof ZAG.encode>[0]),
    ends: (event) => ZAG.endOf(event as Parameters<typeof ZAG.endOf>[0]) !== undefined,
    ended: (text) => text.includes('"type":"session_ended"'),
  },
  {
    name: "outrig",
    samples: golden("outrig", /session\.json$/).map(goldenText),
    fixed: ["started_at", "ended_at"],
    needed: "started_at",
    newer: '{"id":"a","started_at":"2026-05-01T14:19:07Z","container_name":"c","image_tag":"t","working_dir":"/",' +
      '"session_dir":"/","why":{"a":[1,"b"]}}',
    decode: decodeRecord,
    encode: (record) => encodeRunRecord(record as RunRecord),
    ends: (record) => hasEnded(record as RunRecord),
    ended: (text) => text.includes('"exit_code"'),
  },
];

function decodeRecord(text: string): Decoding<RunRecord> {
  try {
    return { kind: "event", event: parseRunRecord(text) };
  } catch (error) {
    if (error instanceof SyntaxError) return { kind: "malformed", reason: error.message };
    throw error;
  }
}

function eventOf(wire: Wire, text: string): Fields {
  const decoding = wire.decode(text);
  if (decoding.kind !== "event") throw new Error(`${text}: ${Deno.inspect(decoding)}`);
  return decoding.event as Fields;
}

/** Events of all types, whose texts are drawn from `text`. */
function anyEventOf(wire: Wire, text: fc.Arbitrary<string>): fc.Arbitrary<Fields> {
  return fc.tuple(fc.constantFrom(...wire.samples), text).map(([sample, text]) => {
    const entries = Object.entries(eventOf(wire, sample));
    const isFree = ([key, value]: [string, unknown]): boolean => typeof value === "string" && !wire.fixed.includes(key);
    return Object.fromEntries(entries.map((entry) => isFree(entry) ? [entry[0], text] : entry));
  });
}

for (const wire of WIRES) {
  const { name, samples, decode, encode } = wire;

  Deno.test(`${name}: encode() gives the bytes back that decode() was given when a Rust program wrote them`, () => {
    assert(samples.length >= 3);
    for (const sample of samples) assertEquals(encode(eventOf(wire, sample)), sample);
  });

  Deno.test(`${name}: decode() gives the event back that encode() was given, whatever its texts`, () => {
    fc.assert(fc.property(anyEventOf(wire, anyWellFormed), (event) => {
      assertEquals(eventOf(wire, encode(event)), event);
    }));
  });

  Deno.test(`${name}: encode() writes what UTF-8 can hold when a text is not well-formed`, () => {
    fc.assert(fc.property(anyEventOf(wire, anyText), (event) => {
      const text = encode(event);
      assert(text.isWellFormed());
      assertEquals(encode(eventOf(wire, text)), text);
    }));
  });

  Deno.test(`${name}: encode() puts the keys in one order, in whatever order they come`, () => {
    fc.assert(fc.property(anyEventOf(wire, anyWellFormed), fc.infiniteStream(fc.nat()), (event, places) => {
      const shuffled = Object.entries(event).map((entry) => [places.next().value!, entry] as const)
        .sort(([a], [b]) => a - b).map(([, entry]) => entry);
      assertEquals(encode(Object.fromEntries(shuffled)), encode(event));
    }));
  });

  Deno.test(`${name}: fields that are not listed are kept, and written behind the others in their order`, () => {
    fc.assert(fc.property(anyEventOf(wire, anyWellFormed), anyExtra, (event, extra) => {
      const own = Object.fromEntries(Object.entries(extra).filter(([key]) => !Object.hasOwn(event, key)));
      const text = encode({ ...event, ...own });
      assertEquals(
        Object.keys(parseJson(text) as Fields).slice(-Object.keys(own).length || Infinity),
        Object.keys(own),
      );
      assertEquals(encode(eventOf(wire, text)), text);
    }));
  });

  Deno.test(`${name}: decode() keeps all that a newer program writes`, () => {
    const decoding = decode(wire.newer);
    if (decoding.kind === "malformed") throw new Error(decoding.reason);
    const written = JSON.parse(wire.newer);
    const kept = decoding.event as Fields;
    assertEquals(Object.fromEntries(Object.keys(written).map((key) => [key, kept[key]])), written);
  });

  Deno.test(`${name}: decode() says what is wrong when a needed field is missing, null or of another type`, () => {
    for (const sample of samples) {
      const { [wire.needed]: _, ...rest } = parseJson(sample) as Fields;
      for (const wrong of [{}, { [wire.needed]: null }, { [wire.needed]: 5 }, { [wire.needed]: ["a"] }]) {
        const decoding = decode(stringifyJson({ ...rest, ...wrong }));
        assert(decoding.kind === "malformed" && decoding.reason.includes(wire.needed), Deno.inspect(decoding));
      }
    }
  });

  Deno.test(`${name}: decode() finds no event in the beginning of one, wherever it is cut`, () => {
    for (const sample of samples.slice(0, 20)) {
      for (let length = 0; length < sample.length; length++) {
        const { kind } = decode(sample.slice(0, length));
        if (kind !== "malformed") assertEquals([length, kind], [length, "malformed"]);
      }
    }
  });

  Deno.test(`${name}: decode() never throws, whatever the text`, () => {
    const damaged = fc.tuple(fc.constantFrom(...samples), fc.nat(), fc.nat(4), anyText)
      .map(([text, at, cut, put]) => text.slice(0, at % text.length) + put + text.slice(at % text.length + cut));
    const bytes = fc.uint8Array({ maxLength: 64 }).map((bytes) => new TextDecoder().decode(bytes));
    fc.assert(
      fc.property(fc.oneof(damaged, bytes, anyText, fc.json()), (text) => {
        const decoding = decode(text);
        if (decoding.kind === "malformed") assertNotEquals(decoding.reason, "");
        else assert(typeof decoding.event === "object" && decoding.event !== null);
      }),
      { numRuns: 1000 },
    );
  });

  Deno.test(`${name}: an event ends its session just where it says so`, () => {
    const ends = samples.map((sample) => wire.ends(eventOf(wire, sample)));
    assertEquals(ends, samples.map(wire.ended));
    assert(ends.includes(true) && ends.includes(false));
  });
}
