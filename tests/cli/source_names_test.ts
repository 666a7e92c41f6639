import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { safeNames } from "../../src/cli/safe_names.ts";
import { anyText } from "../helpers/arbitraries.ts";

Deno.test("safeNames() keeps names that are safe, and changes others as little as it can", () => {
  const names = ["build", "a/b", "été 1", "..", "", "CON", "con.txt", "Build", "a_b", ".hidden"];
  assertEquals([...safeNames(names).values()], [
    "build",
    "a_b",
    "été_1",
    "_",
    "_-2",
    "_CON",
    "_con.txt",
    "Build-2",
    "a_b-2",
    "_hidden",
  ]);
});

Deno.test("safeNames() gives names that are parts of no path and differ in any case, whatever the names", () => {
  fc.assert(fc.property(fc.array(anyText, { maxLength: 12 }), (names) => {
    const safe = safeNames(names);
    assertEquals(safe.size, new Set(names).size);
    const values = [...safe.values()];
    for (const value of values) assert(/^[\p{L}\p{N}_-][\p{L}\p{N}._-]*$/u.test(value) && value.length < 120, value);
    assertEquals(new Set(values.map((value) => value.toLowerCase())).size, values.length);
  }));
});
