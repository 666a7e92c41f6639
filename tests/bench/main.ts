/**
 * Measures what the README claims. `deno task bench [--json] [--rounds N]`.
 *
 * @module
 */

import { type FollowCost, measureFollow } from "./follow.ts";
import { measure, type Result } from "./harness.ts";
import { readSuite } from "./read.ts";
import { runsSuite } from "./runs.ts";
import { searchSuites } from "./search.ts";
import { writeSuites } from "./write.ts";

const json = Deno.args.includes("--json");
const rounds = Number(Deno.args[Deno.args.indexOf("--rounds") + 1] || 9) || 9;
const folder = Deno.makeTempDirSync({ prefix: "ziglog-bench-" });
try {
  const results: Result[] = [];
  const suites = [...writeSuites(folder), readSuite(folder), runsSuite(folder), ...searchSuites(folder)];
  for (const suite of suites) results.push(...await measure(suite, rounds));
  report(results, await measureFollow(folder));
} finally {
  Deno.removeSync(folder, { recursive: true });
}

function report(results: readonly Result[], follow: FollowCost): void {
  const machine = {
    deno: Deno.version.deno,
    os: Deno.build.os,
    arch: Deno.build.arch,
    cores: navigator.hardwareConcurrency,
  };
  if (json) return console.log(JSON.stringify({ machine, rounds, results, follow }));
  console.log(`Deno ${machine.deno}, ${machine.os} ${machine.arch}, ${machine.cores} cores, ${rounds} rounds\n`);
  let suite = "";
  for (const result of results) {
    if (result.suite !== suite) console.log(`${suite === "" ? "" : "\n"}${result.suite}`);
    suite = result.suite;
    const range = `${result.min.toFixed(2)}–${result.max.toFixed(2)}`;
    console.log(
      `  ${result.name.padEnd(40)} ${result.median.toFixed(2).padStart(7)} µs  (${range})  ×${result.ratio.toFixed(2)}`,
    );
  }
  console.log(`\nfollow, in another process, 150 events a second`);
  console.log(`  append to decoded: median ${follow.medianMs.toFixed(2)} ms, p99 ${follow.p99Ms.toFixed(2)} ms`);
  console.log(`  idle: ${follow.idlePercent.toFixed(2)} % of a core`);
}
