/**
 * Records a run of many events, and prints the most memory that this took, in kB. With `bare` it writes the text of each
 * event alone, to nowhere: what the texts themselves make the heap grow to.
 *
 * Usage: `long_run.ts FOLDER EVENTS [bare]`
 */

import { type OutputStream, SessionWriter } from "../../mod.ts";

const [folder, events, bare] = Deno.args;
const root = `${folder}/run`;
const writer = SessionWriter.create({ workflowName: "long", workflowPath: "", tierCount: 1, root, project: folder });
const utf8 = new TextEncoder();
using nowhere = Deno.openSync("/dev/null", { write: true });

function output(step: string, stream: OutputStream, line: string): void {
  if (bare === undefined) writer.stepOutput(step, stream, line);
  else nowhere.writeSync(utf8.encode(line));
}

for (let at = 0; at < Number(events); at++) {
  if (at % 1000 === 0) writer.heartbeat();
  else if (at % 100 === 0) output("test", "stderr", `\x1b[31mline ${at} says "no"\x1b[0m`);
  else output("build", "stdout", `line ${at} of a program that has a lot to tell, as most of them do`);
}
writer.ended("success", 0);
Deno.removeSync(root, { recursive: true });
console.log(/VmHWM:\s+(\d+)/.exec(Deno.readTextFileSync("/proc/self/status"))![1]);
