/** `deno task compile`, without building anything. */

import { assertEquals, assertMatch } from "@std/assert";
import { PROJECT } from "../../scripts/imports.ts";
import { TARGETS } from "../../scripts/compile.ts";
import { denoArgs } from "../helpers/deno.ts";

async function compile(...args: readonly string[]): Promise<string> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...denoArgs("run"), "-A", "--quiet", `${PROJECT}/scripts/compile.ts`, ...args],
    stdin: "null",
    stdout: "null",
  }).output();
  assertEquals(code, 2);
  return new TextDecoder().decode(stderr);
}

Deno.test("compile.ts names the targets when it is asked for another", async () => {
  const said = await compile("--target", "pdp11-unknown-unix", "--output", "/nowhere/ziglog");
  assertEquals(said, `compile: Cannot build for "pdp11-unknown-unix": there are ${TARGETS.join(", ")}\n`);
});

Deno.test("compile.ts names its options when it is given others", async () => {
  for (const args of [["--targt", "a"], ["--target"], ["file"], ["--outputs=a"]]) {
    assertMatch(
      await compile(...args),
      /^compile: Cannot use "[^"]+": compile takes --target TARGET and --output FILE\n$/,
    );
  }
});
