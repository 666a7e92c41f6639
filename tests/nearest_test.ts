import { assertEquals } from "@std/assert";
import { nearest } from "../src/nearest.ts";

const KNOWN = ["name", "run", "depends_on", "env", "cwd", "retries", "timeout_secs", "when", "a", "abc"];

for (
  const [word, meant] of [
    ["nmae", "name"],
    ["Name", "name"],
    ["dependsOn", "depends_on"],
    ["timeout", undefined],
    ["timeout_sec", "timeout_secs"],
    ["retry", undefined],
    ["retrys", "retries"],
    ["rum", "run"],
    ["", undefined],
    ["b", undefined],
    ["abcd", "abc"],
    ["xyzzy", undefined],
  ] as const
) {
  Deno.test(`nearest() finds ${meant ?? "nothing"} when given "${word}"`, () => {
    assertEquals(nearest(word, KNOWN), meant);
  });
}
