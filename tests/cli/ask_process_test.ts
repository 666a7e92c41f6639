import { assertEquals, assertStringIncludes } from "@std/assert";
import { runCli } from "../helpers/deno.ts";

Deno.test("stats and diff tell of two recorded runs, from outside the process", async () => {
  const home = Deno.realPathSync(Deno.makeTempDirSync());
  try {
    for (const word of ["one", "two"]) {
      const run = await runCli(["run", "--workflow", "greet", "--", "sh", "-c", `echo word ${word}`], { home });
      assertEquals(run.code, 0, run.stderr);
    }
    const rows = (await runCli(["list", "--json"], { home })).stdout.trim().split("\n").map((row) => JSON.parse(row));
    const [second, first] = rows.map((row) => row.zig_session_id as string);

    const stats = await runCli(["stats", "--json"], { home });
    assertEquals(stats.code, 0, stats.stderr);
    assertEquals(stats.stdout.trim().split("\n").length, 1);
    assertStringIncludes(stats.stdout, '"greet"');

    const differing = await runCli(["diff", first!, second!], { home });
    assertEquals(differing.code, 1, differing.stderr);
    assertStringIncludes(differing.stdout, "word one");
    assertStringIncludes(differing.stdout, "word two");
    assertEquals((await runCli(["diff", first!, first!], { home })).code, 0);
  } finally {
    Deno.removeSync(home, { recursive: true });
  }
});
