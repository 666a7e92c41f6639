/**
 * Records a run of many events, and prints the most memory that this took, in kB.
 *
 * Usage: `long_run.ts FOLDER EVENTS`
 */

import { SessionWriter } from "../../mod.ts";

const [folder, events] = Deno.args;
const root = `${folder}/run`;
const writer = SessionWriter.create({ workflowName: "long", workflowPath: "", tierCount: 1, root, project: folder });
for (let at = 0; at < Number(events); at++) {
  if (at % 1000 === 0) writer.heartbeat();
  else if (at % 100 === 0) writer.stepOutput("test", "stderr", `\x1b[31mline ${at} says "no"\x1b[0m`);
  else writer.stepOutput("build", "stdout", `line ${at} of a program that has a lot to tell, as most of them do`);
}
writer.ended("success", 0);
Deno.removeSync(root, { recursive: true });
console.log(/VmHWM:\s+(\d+)/.exec(Deno.readTextFileSync("/proc/self/status"))![1]);
