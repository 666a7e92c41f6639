import { assert, assertEquals } from "@std/assert";
import { compilePrefilter } from "../../src/query/line_prefilter.ts";

/** The lines of a text that a prefilter lets pass, from 0. */
function passing(texts: readonly string[], lines: readonly string[], isCaseSensitive = true): number[] {
  const text = lines.map((line) => `${line}\n`).join("");
  const next = compilePrefilter(texts, isCaseSensitive).over(text);
  const found: number[] = [];
  for (let at = next(0); at !== Infinity;) {
    assert(text[at] !== "\n", "a place in a line is not its newline");
    found.push(text.slice(0, at).split("\n").length - 1);
    at = next(text.indexOf("\n", at) + 1);
  }
  return found;
}

Deno.test("compilePrefilter() lets lines pass that hold one of the texts", () => {
  const lines = ["", "a needle", "nothing", "NEEDLE", "a pin", "needleneedle"];
  assertEquals(passing(["needle"], lines), [1, 5]);
  assertEquals(passing(["needle"], lines, false), [1, 3, 5]);
  assertEquals(passing(["needle", "pin"], lines), [1, 4, 5]);
  assertEquals(passing(["absent"], lines), []);
  assertEquals(passing(["a.b*"], ["aXbb", "a.b*"]), [1]);
});

Deno.test("compilePrefilter() lets lines pass in which a text may look different", () => {
  const odd = ["\\u0041", "\\u00e9", "\\u00E9", "\\ud83d\\ude00", "\\u003c", "\\u007f", "\\u001B", "\\u001A"];
  // What has an escape of one letter is never written in another way by our writers.
  odd.push(
    "\\u0008",
    "\\u0009",
    "\\u000a",
    "\\u000c",
    "\\u000d",
    "\\u000B",
    "\\u0022",
    "\\u005c",
    '\\"\\u0041',
    "\\\\\\u0041",
  );
  for (const line of odd) assertEquals(passing(["x"], ["nothing", line, "nothing"]), [1], line);
  assertEquals(passing(["a/b"], ["a/b", "a\\/b", "a-b"]), [0, 1]);
});

Deno.test("compilePrefilter() lets lines with usual escapes not pass", () => {
  const usual = [
    "\\u0000",
    "\\u0007",
    "\\u000b",
    "\\u000e",
    "\\u0010",
    "\\u001b[0m",
    "\\u001f",
    "\\n\\t\\b\\f\\r",
    '\\"\\\\',
  ];
  usual.push("C:\\\\users", "\\\\u0041", "\\\\\\\\u0041", "\\\\/");
  assertEquals(passing(["x"], usual), []);
  assertEquals(passing(["a/b"], ["\\\\/"]), [], "a slash behind a backslash that stands for itself");
  assertEquals(passing(["x"], ["a\\/b"]), [], "slashes do not matter when none is looked for");
});

Deno.test("compilePrefilter() finds text without case whatever form it has", () => {
  assertEquals(passing(["straße é k"], ["STRAßE É K", "straße É \u212a", "strasse é k"], false), [0, 1]);
});
