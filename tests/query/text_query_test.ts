import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { TextQuery } from "../../src/query/text_query.ts";
import { anyWellFormed } from "../helpers/arbitraries.ts";

Deno.test("TextQuery finds text whatever its case, unless case matters", () => {
  const query = new TextQuery({ text: "Error" });
  for (const text of ["error", "an ERROR here", "Terrors"]) assert(query.isIn(text), text);
  assert(!query.isIn("err or"));
  assert(new TextQuery({ text: "STRASSE é" }).isIn("strasse É"));
  const exact = new TextQuery({ text: "Error", caseSensitive: true });
  assert(exact.isIn("an Error"));
  assert(!exact.isIn("an error"));
});

Deno.test("TextQuery takes text as it is, and regular expressions as such", () => {
  assert(new TextQuery({ text: "a.b*" }).isIn("xa.b*x"));
  assert(!new TextQuery({ text: "a.b*" }).isIn("axbb"));
  const query = new TextQuery({ text: "^a.b*$", regex: true });
  assert(query.isIn("first\naxbb\nlast"), "^ and $ stand for the ends of lines");
  assert(!query.isIn("xaxbb"));
});

Deno.test("TextQuery.rangesIn() finds every match and leaves out empty ones", () => {
  assertEquals(new TextQuery({ text: "ab" }).rangesIn("ab-AB-abab"), [[0, 2], [3, 5], [6, 8], [8, 10]]);
  assertEquals(new TextQuery({ text: "x*", regex: true }).rangesIn("axxb"), [[1, 3]]);
  assertEquals(new TextQuery({ text: "ab" }).rangesIn("nothing"), []);
});

Deno.test("TextQuery.isInStored() looks for text in the form that JSON gives it", () => {
  const query = new TextQuery({ text: 'say "hi"\x1b' });
  const torn = '{"seq":1,"line":"say \\"hi\\"\\u001b[0m and';
  assert(query.isInStored(torn));
  assertEquals(query.rangesInStored(torn), [[17, 33]]);
  assert(!query.isInStored('say "hi"\x1b'));
});

Deno.test("new TextQuery() throws when there is nothing to look for", () => {
  assertThrows(() => new TextQuery({ text: "" }), SyntaxError, "a text is expected");
  assertThrows(() => new TextQuery({ text: "", regex: true }), SyntaxError, "a text is expected");
});

Deno.test("new TextQuery() throws and says what is wrong with a regular expression", () => {
  for (const text of ["(", "[a-", "a**", "\\q", "{", "(?<n>a)(?<n>b)"]) {
    const error = assertThrows(() => new TextQuery({ text, regex: true }), SyntaxError);
    assert(error.message.startsWith(`Cannot read regular expression "${text}": `), error.message);
    assert(error.message.includes("expected JavaScript syntax"), error.message);
  }
});

Deno.test("TextQuery finds any text in itself, and what is stored of it in its JSON", () => {
  fc.assert(fc.property(anyWellFormed, anyWellFormed, fc.boolean(), (before, text, caseSensitive) => {
    fc.pre(text !== "");
    const query = new TextQuery({ text, caseSensitive });
    assert(query.isIn(before + text));
    assert(JSON.stringify(before + text).includes(query.stored));
    assert(query.isInStored(JSON.stringify(before + text)));
  }));
});
