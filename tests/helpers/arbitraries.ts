/** What property tests draw from. */

import fc from "fast-check";
import type { JsonObject, U64 } from "../../src/codec/json.ts";
import type { SessionLogEvent } from "../../src/codec/zig_events.ts";

const ODD = [
  '"',
  "\\",
  "/",
  "\x7f",
  "\x85",
  "\xa0",
  "\u2028",
  "\u2029",
  "\ufeff",
  "\ufffd",
  "\uffff",
  "😀",
  "👩‍👩‍👧",
  "\r\n",
];

/** A piece of text: mostly ordinary, at times a control character, half of a surrogate pair, or something else odd. */
const unit: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 0x1f }).map((code) => String.fromCharCode(code)) },
  { weight: 1, arbitrary: fc.integer({ min: 0x80, max: 0xd7ff }).map((code) => String.fromCharCode(code)) },
  { weight: 1, arbitrary: fc.integer({ min: 0xd800, max: 0xdfff }).map((code) => String.fromCharCode(code)) },
  { weight: 1, arbitrary: fc.constantFrom(...ODD) },
);

/** Any text, lone surrogates included. */
export const anyText: fc.Arbitrary<string> = fc.string({ unit, maxLength: 24 });

/** Text that UTF-8 can hold. */
export const anyWellFormed: fc.Arbitrary<string> = anyText.map((text) => text.toWellFormed());

/**
 * A key of an object. None holds a backslash: once V8 has seen such a key, its `JSON.parse` takes escaped ones for it
 * (nodejs/node#63785).
 */
export const anyKey: fc.Arbitrary<string> = anyWellFormed.map((key) => key.replaceAll("\\", "/"));

/**
 * Tells whether V8 parses the text of a value as it should, whatever it has parsed before: see {@linkcode anyKey}.
 *
 * @param text JSON.
 * @returns `true` when no key in it can hold a backslash.
 */
export function isParsable(text: string): boolean {
  return !text.includes("\\\\");
}

/** An unsigned 64-bit integer as the library hands it out: a `bigint` only beyond 2^53 - 1. */
export const anyU64: fc.Arbitrary<U64> = fc.oneof<fc.Arbitrary<U64>[]>(
  fc.nat(20),
  fc.maxSafeNat(),
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
  fc.constantFrom<U64>(0, 9007199254740991, 9007199254740992n, 9007199254740993n, 18446744073709551615n),
);

/** A signed 32-bit integer. */
export const anyI32: fc.Arbitrary<number> = fc.oneof(fc.integer(), fc.constantFrom(0, -2147483648, 2147483647));

/** An unsigned 32-bit integer. */
export const anyU32: fc.Arbitrary<number> = fc.oneof(fc.nat(9), fc.integer({ min: 0, max: 4294967295 }));

const texts = fc.array(anyText, { maxLength: 4 });
const textOrNull = fc.option(anyText);

const kinds = [
  fc.record({
    type: fc.constant("zig_session_started" as const),
    workflow_name: anyText,
    workflow_path: anyText,
    workspace_path: textOrNull,
    cwd: textOrNull,
    prompt: textOrNull,
    tier_count: anyU64,
  }),
  fc.record({ type: fc.constant("tier_started" as const), tier_index: anyU64, step_names: texts }),
  fc.record({
    type: fc.constant("step_started" as const),
    step_name: anyText,
    tier_index: anyU64,
    zag_session_id: anyText,
    zag_command: anyText,
    model: textOrNull,
    prompt_preview: anyText,
  }),
  fc.record({
    type: fc.constant("step_output" as const),
    step_name: anyText,
    stream: fc.constantFrom("stdout" as const, "stderr" as const),
    line: anyText,
  }),
  fc.record({
    type: fc.constant("step_completed" as const),
    step_name: anyText,
    exit_code: anyI32,
    duration_ms: anyU64,
    saved_vars: texts,
  }),
  fc.record({
    type: fc.constant("step_failed" as const),
    step_name: anyText,
    exit_code: fc.option(anyI32),
    attempt: anyU32,
    error: anyText,
  }),
  fc.record({ type: fc.constant("step_skipped" as const), step_name: anyText, reason: anyText }),
  fc.record({ type: fc.constant("heartbeat" as const), interval_secs: anyU64 }),
  fc.record({
    type: fc.constant("zig_session_ended" as const),
    status: fc.constantFrom("success" as const, "failure" as const),
    duration_ms: anyU64,
  }),
];

/** Any event; its keys in any order. */
export const anyEvent: fc.Arbitrary<SessionLogEvent> = fc.tuple(
  fc.record({ seq: anyU64, ts: anyText, zig_session_id: anyText }),
  fc.oneof(...kinds),
  fc.boolean(),
).map(([envelope, kind, kindFirst]) =>
  (kindFirst ? { ...kind, ...envelope } : { ...envelope, ...kind }) as SessionLogEvent
);

/** A JSON value as it comes out of `parseJson`. */
export const anyJson: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom<unknown>(null, true, false, -1, 0.5, 1e21, 1e-7, -9007199254740993n, {}, []),
    anyU64,
    anyWellFormed,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(anyKey, tie("value"), { maxKeys: 3 }),
  ),
})).value;

/** Fields that no type lists. None is named by a number: those JavaScript moves in front of all others. */
export const anyExtra: fc.Arbitrary<JsonObject> = fc.dictionary(
  fc.oneof(anyKey.map((key) => `x${key}`), fc.constantFrom("__proto__", "constructor", "toString", "")),
  anyJson,
  { maxKeys: 3, noNullPrototype: true },
);

/** Some bytes, cut anywhere. */
export interface Cut {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly chunks: readonly Uint8Array<ArrayBuffer>[];
}

/** Cuts bytes into chunks, some of them empty. */
export function anyCut(bytes: fc.Arbitrary<Uint8Array<ArrayBuffer>>): fc.Arbitrary<Cut> {
  return fc.tuple(bytes, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 })).map(([bytes, at]) => {
    const edges = [0, ...at.map((share) => Math.floor(share * (bytes.length + 0.999))).sort((a, b) => a - b)];
    const chunks = edges.map((edge, index) => bytes.slice(edge, edges[index + 1] ?? bytes.length));
    return { bytes, chunks };
  });
}
