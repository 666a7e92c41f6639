import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { compileGlob, escapeRegExp } from "../../src/query/glob.ts";
import { anyWellFormed } from "../helpers/arbitraries.ts";

Deno.test("compileGlob() fits a name with any text for each *", () => {
  const cases: readonly (readonly [pattern: string, name: string, fits: boolean])[] = [
    ["nightly", "nightly", true],
    ["nightly", "nightly2", false],
    ["nightly*", "nightly2", true],
    ["*ly", "nightly", true],
    ["n*t*y", "nightly", true],
    ["n*t*y", "nightlies", false],
    ["*", "", true],
    ["*", "two\nlines", true],
    ["a.c", "abc", false],
    ["(a|b)*", "(a|b)c", true],
  ];
  for (const [pattern, name, fits] of cases) assertEquals(compileGlob(pattern)(name), fits, `${pattern} ${name}`);
});

Deno.test("escapeRegExp() makes any text match itself", () => {
  fc.assert(fc.property(anyWellFormed, (text) => {
    for (const flags of ["u", "iu", ""]) assert(new RegExp(`^${escapeRegExp(text)}$`, flags).test(text));
  }));
});
