/**
 * Records a run of many events, and prints the most memory that this took, in kB. Where the texts come from:
 *
 * - `bytes`: each is decoded from bytes, as the output of a child is.
 * - `numbers`: each is made of a number. The engine keeps the text of the last thousands of numbers for the next time, so
 *   that they survive in the young part of the heap, which grows with what does.
 * - `nowhere`: as `numbers`, but only written to `/dev/null`: what these texts alone make the heap grow to.
 *
 * Usage: `long_run.ts FOLDER EVENTS bytes|numbers|nowhere`
 */

import { type OutputStream, SessionWriter } from "../../mod.ts";

const [folder, events, kind] = Deno.args;
const root = `${folder}/run`;
const writer = SessionWriter.create({ workflowName: "long", workflowPath: "", tierCount: 1, root, project: folder });
const utf8 = new TextEncoder();
const decoder = new TextDecoder();
using nowhere = Deno.openSync("/dev/null", { write: true });
const textOf = kind === "bytes" ? decoded : (text: string, at: number): string => text.replace("#", `${at}`);

/** Puts a number in place of the `#` without making a text of it. */
function decoded(text: string, at: number): string {
  const bytes = utf8.encode(text.replace("#", "########"));
  let place = text.indexOf("#") + 7;
  for (let rest = at; rest > 0; rest = (rest / 10) | 0) bytes[place--] = 0x30 + rest % 10;
  return decoder.decode(bytes);
}

function output(step: string, stream: OutputStream, line: string): void {
  if (kind !== "nowhere") writer.stepOutput(step, stream, line);
  else nowhere.writeSync(utf8.encode(line));
}

for (let at = 0; at < Number(events); at++) {
  if (at % 1000 === 0) writer.heartbeat();
  else if (at % 100 === 0) output("test", "stderr", textOf('\x1b[31mline # says "no"\x1b[0m', at));
  else output("build", "stdout", textOf("line # of a program that has a lot to tell, as most of them do", at));
}
writer.ended("success", 0);
Deno.removeSync(root, { recursive: true });
console.log(/VmHWM:\s+(\d+)/.exec(Deno.readTextFileSync("/proc/self/status"))![1]);
