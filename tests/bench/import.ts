/** Importing what an agent has on disk, against parsing its lines. */

import { AGENTS } from "../../src/agent/adapters/agents.ts";
import { importAgentSessions } from "../../src/agent/import.ts";
import { importSessions } from "../../src/agent/import_sessions.ts";
import { importSourceOf } from "../../src/agent/import_source.ts";
import type { ImportResult } from "../../src/agent/import_transcript.ts";
import { blocksForward } from "../../src/storage/blocks.ts";
import { type Case, type Suite, timed } from "./harness.ts";

const FILES = 40;
const FILE_BYTES = 5_000_000;
const SHOULD = 200;

/** An agent's records, by their number. */
const RECORDS = {
  claude: (at: number, id: string): object => {
    const record = { uuid: `${id}-${at}`, sessionId: id, cwd: "/home/ada/shop", timestamp: timeOf(at) };
    const tool = `toolu_${at >> 1}`;
    const content = textOf(at);
    if (at % 2 === 1) {
      const message = { role: "user", content: [{ type: "tool_result", tool_use_id: tool, content }] };
      return { ...record, type: "user", message, toolUseResult: { type: "text", file: { content } } };
    }
    const call = { type: "tool_use", id: tool, name: "Read", input: { file_path: `/home/ada/shop/${at}.ts` } };
    const usage = { input_tokens: 3, cache_read_input_tokens: 20_000, output_tokens: 250 };
    return { ...record, type: "assistant", message: { id: `msg_${at}`, model: "opus", content: [call], usage } };
  },
  codex: (at: number, id: string): object => {
    const call_id = `call_${at >> 1}`;
    const payload = at === 0
      ? { id, cwd: "/home/ada/shop" }
      : at % 2 === 1
      ? { type: "function_call", name: "exec_command", arguments: '{"cmd":"sed -n 1,200p a.ts"}', call_id }
      : { type: "function_call_output", call_id: `call_${(at - 1) >> 1}`, output: textOf(at) };
    return { timestamp: timeOf(at), type: at === 0 ? "session_meta" : "response_item", payload };
  },
} as const;

const FOLDERS = { claude: "projects/p", codex: "sessions/2026/04/02" } as const;

/**
 * The suites of the import.
 *
 * @param folder Directory for the transcripts and the stores.
 * @returns The suites.
 */
export function importSuites(folder: string): Suite[] {
  return (["claude", "codex"] as const).map((agent) => suiteOf(agent, `${folder}/${agent}`));
}

function suiteOf(agent: keyof typeof RECORDS, folder: string): Suite {
  const paths = fill(agent, folder);
  const bytes = paths.reduce((sum, path) => sum + Deno.statSync(path).size, 0);
  const root = `${folder}-store`;
  const perMegabyte = (name: string, run: () => unknown): Case => ({
    name,
    run: async () => await timed(run) * 1e6 / bytes,
  });
  const importing = (start: () => AsyncIterable<ImportResult>) => async (): Promise<void> => {
    const kinds = (await Array.fromAsync(start())).map(({ kind }) => kind);
    if (kinds.length !== FILES || kinds.some((kind) => kind !== "imported")) throw new Error(`${kinds}`);
    Deno.removeSync(root, { recursive: true });
  };
  const source = importSourceOf(AGENTS[agent]);
  return {
    name: `import ${FILES} sessions of ${FILE_BYTES / 1e6} MB from ${agent}`,
    unit: "ms a MB",
    baseline: "JSON.parse of each line",
    ratio: "speed",
    mostRounds: 5,
    cases: [
      perMegabyte("JSON.parse of each line", () => paths.forEach(parseAll)),
      perMegabyte("import, one thread", importing(() => importSessions({ source, folder, root: `${root}/agents` }))),
      perMegabyte("import", importing(() => importAgentSessions(agent, { folder, root }))),
    ],
    goals: [{ what: "MB/s of import", measure: (median) => 1000 / median("import"), atLeast: SHOULD }],
  };
}

function parseAll(path: string): void {
  using file = Deno.openSync(path);
  const utf8 = new TextDecoder();
  for (const { bytes } of blocksForward(file, 0, file.statSync().size, 64 * 1024)) {
    for (const line of utf8.decode(bytes).split("\n")) if (line !== "") JSON.parse(line);
  }
}

function fill(agent: keyof typeof RECORDS, folder: string): string[] {
  Deno.mkdirSync(`${folder}/${FOLDERS[agent]}`, { recursive: true });
  return Array.from({ length: FILES }, (_, file) => {
    const id = `00000000-0000-4000-8000-${String(file).padStart(12, "0")}`;
    const name = agent === "codex" ? `rollout-2026-04-02T10-00-00-${id}` : id;
    let text = "";
    for (let at = 0; text.length < FILE_BYTES; at++) text += `${JSON.stringify(RECORDS[agent](at, id))}\n`;
    const path = `${folder}/${FOLDERS[agent]}/${name}.jsonl`;
    Deno.writeTextFileSync(path, text);
    return path;
  });
}

function timeOf(at: number): string {
  return new Date(Date.UTC(2026, 3, 2) + at * 1000).toISOString();
}

/** Some lines of a program; one text in ten is not all ASCII. */
function textOf(at: number): string {
  const line = `import { x } from "./x.ts";\n\tconst name = "value ${at}"; ${
    at % 20 < 2 ? "// — so" : ""
  }\n  return x;\n`;
  return line.repeat(5 + (at * 37) % 120);
}
