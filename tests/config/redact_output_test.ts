import { assertEquals } from "@std/assert";
import { assert as check, jsonValue, property } from "fast-check";
import { redactJson, redactLines } from "../../src/config/redact_output.ts";
import { isParsable } from "../helpers/arbitraries.ts";

function shout(text: string): string {
  return text.replaceAll("secret", "XXX");
}

Deno.test("redactLines() finds what begins or ends at a colour, and each line for itself", () => {
  const whole = (text: string): string => text.replace(/^\bsecret.*$/, "X");
  assertEquals(
    redactLines("\x1b[31msecret 1\x1b[39m rest\nsecret 2\n\nno secret\n", whole),
    "\x1b[31mX\x1b[39m rest\nX\n\nno secret\n",
  );
});

Deno.test("redactLines() leaves colours alone, whatever is secret", () => {
  assertEquals(redactLines("\x1b[1;31m31\x1b[39m", (text) => text.replaceAll(/\d/g, "X")), "\x1b[1;31mXX\x1b[39m");
});

Deno.test("redactLines() keeps escape sequences that are no colours", () => {
  assertEquals(redactLines("\x1b[2Ksecret\r\x1b]0;t\x07", shout), "\x1b[2KXXX\r\x1b]0;t\x07");
});

Deno.test("redactJson() changes strings that hold a secret, and nothing else, byte for byte", () => {
  const json =
    '{"secret":"a secret","n":12345678901234567890,"u":"\\u0041","list":["secret", {"x" : "\\"secret\\\\"}]}\n';
  const left = '{"secret":"a XXX","n":12345678901234567890,"u":"\\u0041","list":["XXX", {"x" : "\\"XXX\\\\"}]}\n';
  assertEquals(redactJson(json + json, shout), left + left);
});

Deno.test("redactJson() finds a secret behind escapes, and what it writes is JSON", () => {
  const quoted = (text: string): string => text.replace('p"w\n', "X");
  assertEquals(redactJson('{"line":"a p\\"w\\n b"}\n', quoted), '{"line":"a X b"}\n');
  assertEquals(redactJson('{"line":"\\u0073ecret"}', shout), '{"line":"XXX"}');
});

Deno.test("redactJson() makes of any JSON what redacting its strings makes", () => {
  const mark = (text: string): string => text.replaceAll("a", '["]');
  const deep = (value: unknown): unknown => {
    if (typeof value === "string") return mark(value);
    if (Array.isArray(value)) return value.map(deep);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, deep(item)]));
  };
  check(property(jsonValue().filter((value) => isParsable(JSON.stringify(value))), (value) => {
    assertEquals(JSON.parse(redactJson(JSON.stringify(value), mark)), deep(JSON.parse(JSON.stringify(value))));
  }));
});

Deno.test("redactJson() takes a line of millions of characters", () => {
  const line = "x\\n".repeat(2_000_000);
  assertEquals(redactJson(`{"line":"${line}secret"}\n`, shout), `{"line":"${line}XXX"}\n`);
});

Deno.test("redactJson() takes the lines of output in turn, and nothing else", () => {
  const told: string[] = [];
  const json = '{"line":"a","list":["line"],"text":"b"}\n{"x":"line","line" : "c"}\n';
  redactJson(json, String, (line) => {
    told.push(line);
    return line;
  });
  assertEquals(told, ["a", "c"]);
});
