/** The record of a run, byte for byte as the Rust program reads and writes it. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { JsonObject } from "../../src/codec/json.ts";
import { parsePlainRecord } from "../../src/codec/outrig_plain.ts";
import { formatRunTime } from "../../src/codec/outrig_time.ts";
import { encodeRunRecord, parseRunRecord, type RunRecord } from "../../src/codec/outrig.ts";
import { anyExtra, anyI32, anyText, anyWellFormed } from "../helpers/arbitraries.ts";
import { golden, goldenJson, goldenText } from "../helpers/golden.ts";

const RECORDS = golden("outrig", /session\.json$/);

const anyTime: fc.Arbitrary<string> = fc.tuple(
  fc.integer({ min: -62_000_000_000, max: 253_402_207_199 }),
  fc.oneof(fc.constant(0), fc.nat(999_999_999), fc.nat(999).map((ms) => ms * 1_000_000)),
).map(([seconds, nanos]) => formatRunTime({ seconds, nanos }));

/** Any record whose strings are drawn from `text`. */
function anyRecord(text: fc.Arbitrary<string>): fc.Arbitrary<RunRecord> {
  return fc.record({
    id: text,
    started_at: anyTime,
    ended_at: fc.option(anyTime),
    container_name: text,
    sidecar_container_names: fc.option(fc.array(text, { minLength: 1, maxLength: 3 })),
    image_tag: text,
    image_config_name: fc.option(text),
    agent_name: fc.option(text),
    working_dir: text,
    session_dir: text,
    exit_code: fc.option(anyI32),
  });
}

/** What the format prescribes, said in another way than the codec says it. */
function reference(record: RunRecord, extra: JsonObject = {}): string {
  const lines: string[] = [];
  const put = (key: string, value: unknown): void => {
    if (value !== null) lines.push(`  ${JSON.stringify(key)}: ${text(value, "  ")}`);
  };
  put("id", record.id);
  put("started_at", record.started_at);
  put("ended_at", record.ended_at);
  put("container_name", record.container_name);
  put("sidecar_container_names", record.sidecar_container_names);
  put("image_tag", record.image_tag);
  put("image_config_name", record.image_config_name);
  put("agent_name", record.agent_name);
  put("working_dir", record.working_dir);
  put("session_dir", record.session_dir);
  put("exit_code", record.exit_code);
  for (const [key, value] of Object.entries(extra)) lines.push(`  ${JSON.stringify(key)}: ${text(value, "  ")}`);
  return `{\n${lines.join(",\n")}\n}`;
}

function text(value: unknown, indent: string): string {
  const inner = `${indent}  `;
  if (typeof value === "bigint") return String(value);
  if (typeof value === "string") return JSON.stringify(value.toWellFormed());
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const items = Array.isArray(value)
    ? value.map((item) => text(item, inner))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${text(item, inner)}`);
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  return items.length === 0 ? `${open}${close}` : `${open}\n${inner}${items.join(`,\n${inner}`)}\n${indent}${close}`;
}

/** A valid record, some of its fields given as JSON. */
function recordText(fields: Readonly<Record<string, string | undefined>> = {}): string {
  const all: Record<string, string | undefined> = {
    id: '"20260501T141907-ab12"',
    started_at: '"2026-05-01T14:19:07Z"',
    container_name: '"box"',
    image_tag: '"box:1"',
    image_config_name: '"box"',
    working_dir: '"/src"',
    session_dir: '"/runs"',
    ...fields,
  };
  const members = Object.entries(all).filter(([, value]) => value !== undefined);
  return `{${members.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join()}}`;
}

Deno.test("golden() finds the records that the Rust program wrote when asked", () => {
  assertEquals(RECORDS.length, 3);
});

for (const path of RECORDS) {
  Deno.test(`encodeRunRecord() writes the bytes of ${path} when given its record`, () => {
    const text = goldenText(path);
    const record = parseRunRecord(text);
    assertEquals(encodeRunRecord(record), text);
    assertEquals({ ...record }, {
      ended_at: null,
      agent_name: null,
      exit_code: null,
      sidecar_container_names: null,
      ...goldenJson<Partial<RunRecord>>(path),
    } as RunRecord);
  });
}

Deno.test("encodeRunRecord() writes the fields in the order of the format whatever they hold", () => {
  fc.assert(fc.property(anyRecord(anyText), anyExtra, (record, extra) => {
    assertEquals(encodeRunRecord({ ...extra, ...record }), reference(record, extra));
  }));
});

Deno.test("parseRunRecord() gives back the record and unlisted fields when given what encodeRunRecord() wrote", () => {
  fc.assert(fc.property(anyRecord(anyWellFormed), anyExtra, (record, extra) => {
    const text = encodeRunRecord({ ...record, ...extra });
    assertEquals(parseRunRecord(text), { ...record, ...extra });
    assertEquals(encodeRunRecord(parseRunRecord(text)), text);
  }));
});

Deno.test("parsePlainRecord() reads what encodeRunRecord() wrote when nothing in it is unusual", () => {
  const plain = fc.string({ unit: fc.constantFrom(..."aZ09 /:.-_ü😀'\x7f\u2028") });
  const record = anyRecord(plain).map((record) => ({ ...record, sidecar_container_names: null }));
  fc.assert(fc.property(record, (record) => {
    if (Math.abs(record.exit_code ?? 0) < 1e9) assertEquals(parsePlainRecord(encodeRunRecord(record)), record);
  }));
});

Deno.test("parsePlainRecord() takes nothing that would be read or written differently whatever the text", () => {
  const texts = RECORDS.map(goldenText).map((text) => text.replace('-ü\\"\\n', ""));
  for (const text of texts) assert(parsePlainRecord(text) !== undefined, text);
  const piece = fc.oneof(fc.constantFrom(...'0123456789-+.TZ"\\\n {}:,', "\ud800", "\x00", "31", "02-29"), anyText);
  const edit = fc.tuple(fc.constantFrom(...texts), fc.nat(400), fc.nat(3), piece);
  fc.assert(
    fc.property(edit, ([text, at, cut, put]) => {
      const edited = text.slice(0, at) + put + text.slice(at + cut);
      const record = parsePlainRecord(edited);
      if (record === undefined) return;
      assertEquals(encodeRunRecord(record), edited);
      assertEquals(parseRunRecord(` ${edited}`), record); // the space leads it past the fast way
    }),
    { numRuns: 3000 },
  );
});

Deno.test("parseRunRecord() throws SyntaxError when a record as a writer would write it has a time that is none", () => {
  const text = goldenText("outrig/auto-finalized/session.json").replace('-ü\\"\\n', "");
  assertEquals(parsePlainRecord(text), parseRunRecord(` ${text}`));
  const [day, last] = ["2026-05-01T14", "2026-05-01T14:21"];
  for (const from of [day, last]) {
    for (const none of ["2026-02-30T14", "2026-04-31T14", "9999-12-31T14"]) {
      const wrong = text.replace(from, from.replace(day, none));
      assert(wrong !== text);
      assertThrows(() => parseRunRecord(wrong), SyntaxError);
    }
  }
});

Deno.test("parseRunRecord() never fails but with SyntaxError whatever part of the text is damaged", () => {
  const edit = fc.tuple(fc.constantFrom(...RECORDS), fc.nat(400), fc.nat(9), fc.oneof(fc.json(), anyText));
  fc.assert(fc.property(edit, ([path, at, cut, put]) => {
    const text = goldenText(path);
    try {
      encodeRunRecord(parseRunRecord(text.slice(0, at) + put + text.slice(at + cut)));
    } catch (error) {
      assert(error instanceof SyntaxError, String(error));
    }
  }));
});

const TAKEN: readonly (readonly [why: string, fields: Readonly<Record<string, string>>, wanted: JsonObject])[] = [
  ["an optional is null", { agent_name: "null", exit_code: "null", ended_at: "null" }, { agent_name: null }],
  ["an integer goes beyond 2^53", { later: "9007199254740993" }, { later: 9007199254740993n }],
  ["a time has an offset", { started_at: '"2026-05-01T14:19:07.50+02:00"' }, { started_at: "2026-05-01T12:19:07.5Z" }],
  ["an unlisted field stands there twice", { later: '1,"later":2' }, { later: 2 }],
  ["there are containers beside the first", { sidecar_container_names: '["a"]' }, { sidecar_container_names: ["a"] }],
];
for (const [why, fields, wanted] of TAKEN) {
  Deno.test(`parseRunRecord() reads a record when ${why}`, () => {
    const record = parseRunRecord(recordText(fields)) as unknown as JsonObject;
    for (const [key, value] of Object.entries(wanted)) assertEquals(record[key], value);
  });
}

Deno.test("parseRunRecord() finds the name of the configuration when an older program named it", () => {
  const old = recordText({ image_config_name: undefined, container_config_name: '"old"' });
  const record = parseRunRecord(old);
  assertEquals(record.image_config_name, "old");
  assertEquals(encodeRunRecord(record).includes("container_config_name"), false);
  assertThrows(
    () => parseRunRecord(recordText({ image_config_name: undefined, container_config_name: "7" })),
    SyntaxError,
  );
});

const REJECTED: readonly (readonly [why: string, text: string])[] = [
  ["it is empty", ""],
  ["it is torn", recordText().slice(0, -1)],
  ["something follows", `${recordText()}x`],
  ["it begins with a BOM", `\ufeff${recordText()}`],
  ["it is a list", "[]"],
  ["it is null", "null"],
  ["a field is missing", recordText({ image_tag: undefined })],
  ["a string is null", recordText({ working_dir: "null" })],
  ["a string is a number", recordText({ id: "7" })],
  ["an exit code has a fraction", recordText({ exit_code: "1.0" })],
  ["an exit code has an exponent", recordText({ exit_code: "1e2" })],
  ["an exit code has more than 32 bits", recordText({ exit_code: "2147483648" })],
  ["an exit code is a string", recordText({ exit_code: '"0"' })],
  ["a field stands there twice", recordText().replace("{", '{"id":"x",')],
  ["a time is none", recordText({ started_at: '"yesterday"' })],
  ["an end is none", recordText({ ended_at: '""' })],
  ["a string holds half of a surrogate pair", recordText({ agent_name: '"\\ud800"' })],
  ["a string holds a raw control character", recordText({ agent_name: '"\n"' })],
  ["nesting is deeper than the Rust program goes", recordText({ later: "[".repeat(200) + "]".repeat(200) })],
  ["nesting is endless", recordText({ later: "[".repeat(1_000_000) })],
];
for (const [why, text] of REJECTED) {
  Deno.test(`parseRunRecord() throws SyntaxError when ${why}`, () => {
    assertThrows(() => parseRunRecord(text), SyntaxError);
  });
}

Deno.test("encodeRunRecord() throws TypeError when a field holds what the format does not allow", () => {
  const record = parseRunRecord(recordText());
  for (const wrong of [{ exit_code: 2 ** 31 }, { exit_code: 0.5 }, { started_at: "soon" }, { id: null }]) {
    assertThrows(() => encodeRunRecord({ ...record, ...wrong } as RunRecord), TypeError);
  }
});
