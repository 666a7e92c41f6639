import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { requiredLiteral } from "../../src/query/required_literal.ts";

Deno.test("requiredLiteral() finds the longest text that must be there", () => {
  const cases: readonly (readonly [source: string, literal: string])[] = [
    ["error", "error"],
    ["error: .* timeout", " timeout"],
    ["^error$", "error"],
    ["errors?", "error"],
    ["erro*r", "err"],
    ["ab{2}cde", "cde"],
    ["ab+cd", "ab"],
    ["a+?bcd", "bcd"],
    ["a\\.b", "a.b"],
    ["line \\d+ failed", " failed"],
    ["(?:no|yes) thanks", " thanks"],
    ["[a-z\\]]+xyz", "xyz"],
    ["(?<name>long name)ab", "ab"],
    ["(?!never)ever", "ever"],
    ["a(b|c(d|e))f", "a"],
    ["w😀?wv", "wv"],
    ["w😀w", "w😀w"],
  ];
  for (const [source, literal] of cases) {
    new RegExp(source, "u");
    assertEquals(requiredLiteral(source), literal, source);
  }
});

Deno.test("requiredLiteral() finds nothing when nothing must be there, or when that is not simple to tell", () => {
  for (
    const source of ["", "a|b", "long|", "\\d+", "a*", "[abc]", "(abc)", "\\x41b", "\\u{41}b", "\\p{L}b", "(b)\\1"]
  ) {
    new RegExp(source, "u");
    assertEquals(requiredLiteral(source), "", source);
  }
});

Deno.test("requiredLiteral() leaves out characters that JSON writes in another way", () => {
  assertEquals(requiredLiteral('say "hi" to'), "say ");
  assertEquals(requiredLiteral("a\\\\path"), "path");
  assertEquals(requiredLiteral("ab\tc"), "ab");
});

/** Regular expressions, each with a text that it matches. */
const { node } = fc.letrec<{ node: readonly [source: string, match: string] }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<readonly [string, string]>(
      ...["x", "yz", " ", "é", "😀"].map((text) => [text, text] as const),
      ...[["\\.", "."], ["\\*", "*"], ["\\\\", "\\"], ["\\d", "7"], [".", "q"], ["[k\\]x]", "]"], [
        "\\/",
        "/",
      ]] as const,
      ...[["\\x41", "A"], ["\\u{1f600}", "😀"], ["\\p{L}", "ß"], ["", ""], ["$", ""], ["^", ""]] as const,
    ),
    fc.tuple(tie("node"), tie("node")).map(([[a, matchA], [b, matchB]]) => [a + b, matchA + matchB] as const),
    fc.tuple(tie("node"), tie("node")).map(([[a, match], [b]]) => [`(?:${a}|${b})`, match] as const),
    fc.tuple(tie("node"), tie("node")).map(([[a], [b, match]]) => [`(?:${a}|${b})`, match] as const),
    tie("node").map(([a]) => [`(?:${a})*`, ""] as const),
    tie("node").map(([a, match]) => [`(${a})+`, match + match] as const),
    tie("node").map(([a, match]) => [`(?:${a}){1,2}`, match] as const),
    fc.constantFrom("x", "é", "😀", "\\.").chain((character) =>
      fc.constantFrom("*", "?", "*?", "{0,3}", "{0}").map((quantifier) => [character + quantifier, ""] as const)
    ),
  ),
}));

Deno.test("requiredLiteral() finds only what each match holds", () => {
  fc.assert(
    fc.property(node, ([source, match]) => {
      fc.pre(new RegExp(`^(?:${source})$`, "u").test(match));
      assert(match.includes(requiredLiteral(source)), `${source} fits ${match} without ${requiredLiteral(source)}`);
    }),
    { numRuns: 5000 },
  );
});

Deno.test("requiredLiteral() takes an alternative at the top for what it is", () => {
  fc.assert(fc.property(node, node, ([a], [b]) => assertEquals(requiredLiteral(`${a}|${b}`), "")));
});
