/** A program that imports Claude's sessions: its arguments are the number of threads, the folder and the store. */

import { AGENTS } from "../../src/agent/adapters/agents.ts";
import { importSessions } from "../../src/agent/import_sessions.ts";
import { importSourceOf } from "../../src/agent/import_source.ts";

const [threads, folder, root] = Deno.args as [string, string, string];
const source = importSourceOf(AGENTS.claude);
for await (const { kind } of importSessions({ source, folder, root, threads: () => Number(threads) })) {
  console.log(kind);
}
