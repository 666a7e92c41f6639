import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { parseJson, splitMembers, stringifyJson } from "../../src/codec/json.ts";
import { anyJson, anyText, anyU64, anyWellFormed, isParsable } from "../helpers/arbitraries.ts";

/** JSON with white space wherever it may stand. */
function spaced(value: unknown, space: string): string {
  if (Array.isArray(value)) {
    return `[${space}${value.map((item) => spaced(item, space)).join(`${space},${space}`)}${space}]`;
  }
  if (typeof value !== "object" || value === null) return stringifyJson(value);
  const members = Object.entries(value).map(([key, item]) =>
    `${stringifyJson(key)}${space}:${space}${spaced(item, space)}`
  );
  return `{${space}${members.join(`${space},${space}`)}${space}}`;
}

Deno.test("parseJson() gives the value back when it is given what stringifyJson() wrote", () => {
  fc.assert(fc.property(anyJson, fc.constantFrom(0, 2), (value, indent) => {
    assertEquals(parseJson(stringifyJson(value, indent)), value);
  }));
});

Deno.test("parseJson() reads what JSON.parse() reads when no integer is beyond 2^53 and no surrogate alone", () => {
  fc.assert(fc.property(fc.json({ stringUnit: "binary" }), (text) => {
    fc.pre(!/\\ud[89a-f]/i.test(text) && !/\d{16}/.test(text) && isParsable(text));
    assertEquals(parseJson(text), JSON.parse(text));
  }));
});

Deno.test("parseJson() keeps every digit of an integer when it is beyond 2^53", () => {
  fc.assert(fc.property(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), (big) => {
    const safe = big >= -(2n ** 53n) + 1n && big <= 2n ** 53n - 1n;
    assertEquals(parseJson(`{"a":[${big}]}`), { a: [safe ? Number(big) : big] });
    assertEquals(stringifyJson(parseJson(`{"a":[${big}]}`)), `{"a":[${big}]}`);
  }));
});

Deno.test("parseJson() refuses what the Rust reader refuses and JSON.parse() takes", () => {
  for (const text of ["1e400", "-1e400", '"\\ud800"', '{"\\udc00":1}', '[["\\ud83dx"]]', '{"a":"\\ude00\\ud83d"}']) {
    JSON.parse(text);
    assertThrows(() => parseJson(text), SyntaxError);
  }
  assertEquals(parseJson('"\\ud83d\\ude00"'), "😀");
  assertEquals(parseJson("1e308"), 1e308);
});

Deno.test("stringifyJson() writes text that UTF-8 can hold when a string has lone surrogates", () => {
  fc.assert(fc.property(anyText, (text) => {
    assertEquals(stringifyJson({ a: [text] }), `{"a":[${JSON.stringify(text.toWellFormed())}]}`);
    assertEquals(stringifyJson({ a: text, b: 1 }), `{"a":${JSON.stringify(text.toWellFormed())},"b":1}`);
  }));
});

Deno.test("splitMembers() gives the members as they stand in the text whatever they are and however they are spaced", () => {
  const members = fc.array(fc.tuple(anyWellFormed, anyJson), { maxLength: 5 });
  fc.assert(fc.property(members, fc.constantFrom("", " ", "\n\t\r "), (members, space) => {
    const sources = members.map(([key, value]) => ({ key, source: spaced(value, space) }));
    const inner = sources.map(({ key, source }) => `${space}${JSON.stringify(key)}${space}:${space}${source}${space}`);
    assertEquals(splitMembers(`${space}{${inner.join() || space}}${space}`), sources);
  }));
});

Deno.test("splitMembers() is not misled when strings hold what looks like structure", () => {
  const value = '{"a":[1,2],"b":"\\\\"}\\\\\\"';
  assertEquals(splitMembers(`{${JSON.stringify(value)}:${JSON.stringify(value)},"\\u0061":"\\\\"}`), [
    { key: value, source: JSON.stringify(value) },
    { key: "a", source: '"\\\\"' },
  ]);
});

Deno.test("splitMembers() refuses nesting when it is deeper than 127, as the Rust reader does", () => {
  const nested = (depth: number): string => `{"a":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}}`;
  assertEquals(splitMembers(nested(127)).length, 1);
  assertThrows(() => splitMembers(nested(128)), SyntaxError, "nesting");
  assertEquals(splitMembers(`{"a":"${"[".repeat(1000)}"}`).length, 1);
});

Deno.test("stringifyJson() writes bigint as digits when values hold them at any depth", () => {
  fc.assert(fc.property(anyU64, (u64) => {
    assertEquals(stringifyJson({ a: [{ b: u64 }] }), `{"a":[{"b":${u64}}]}`);
    assertEquals(stringifyJson({ a: "x", b: u64, c: null }), `{"a":"x","b":${u64},"c":null}`);
  }));
});
