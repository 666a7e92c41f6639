/**
 * The least that a program in JavaScript must do to list a project: it names the files of the directory, parses the index,
 * and writes a line a session, without a look at what it read.
 *
 * Usage: `least_list.ts SESSIONS_DIRECTORY INDEX`
 */

import type { SessionLogIndex } from "../../mod.ts";

const [directory, index] = Deno.args as [string, string];
const names = new Set(Deno.readDirSync(directory).map(({ name }) => name));
const { sessions }: SessionLogIndex = JSON.parse(Deno.readTextFileSync(index));
let text = "";
for (const { zig_session_id: id, workflow_name, started_at, ended_at, status } of sessions.toReversed()) {
  names.delete(`${id}.jsonl`);
  const seconds = (Date.parse(ended_at ?? "") - Date.parse(started_at)) / 1000;
  text += `${status}  ${seconds.toFixed(1)} s  ${started_at}  ${workflow_name}  ${id}\n`;
}
Deno.stdout.writeSync(new TextEncoder().encode(text));
