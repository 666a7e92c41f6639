/** Stores with sessions in them. */

import { AgentLogWriter } from "../../src/agent/writer.ts";
import type { StoreSource } from "../../src/maintenance/stores.ts";
import { SessionWriter } from "../../src/session/writer.ts";
import { basename } from "../../src/deps/path.ts";
import type { TempDir } from "./temp_dir.ts";

/** How a recorded session is left. */
export type Left = "success" | "failure" | "dead" | "torn" | "live";

/** A recorded session. */
export interface Recorded {
  readonly id: string;
  readonly logPath: string;
  readonly writer: SessionWriter;
}

/** What an unfinished last line looks like. */
export const TORN = '{"seq":5,"ts":"2026-11-21T01:51:23.7587\u00e9';

/** Records a session of four events, and leaves it so. */
export function record(root: string, left: Left, options: { project?: string; name?: string } = {}): Recorded {
  const { project = root, name = left } = options;
  const writer = SessionWriter.create({ workflowName: name, workflowPath: "", tierCount: 1, root, project });
  writer.tierStarted(0, ["step"]);
  writer.stepStarted("step", 0, { zagCommand: "exec" });
  writer.stepOutput("step", "stdout", `this is ${name}`);
  if (left === "success" || left === "failure") writer.ended(left, 7);
  if (left === "dead" || left === "torn") writer[Symbol.dispose]();
  if (left === "torn") Deno.writeTextFileSync(writer.logPath, TORN, { append: true });
  return { id: basename(writer.logPath, ".jsonl"), logPath: writer.logPath, writer };
}

/** Where agents' sessions are recorded in a store. */
export function agentAt(root: string, project = root): { readonly root: string; readonly project: string } {
  return { root: `${root}/agents`, project };
}

/** Records a session of an agent, of four events, and leaves it so. */
export function recordAgent(
  root: string,
  left: Left,
  options: { project?: string; name?: string } = {},
): AgentLogWriter {
  const { project = root, name = left } = options;
  const id = crypto.randomUUID();
  const at = agentAt(root, project);
  const writer = AgentLogWriter.create({ provider: name, wrapperSessionId: id, command: "exec", ...at });
  const started = { command: "exec", model: null, cwd: project, resumed: false, backfilled: false };
  writer.emit("wrapper", { type: "session_started", ...started });
  writer.emit("stdout", { type: "assistant_message", content: `this is ${name}`, message_id: null });
  writer.emit("wrapper", { type: "heartbeat", interval_secs: 10 });
  if (left === "success" || left === "failure") writer.finish(left === "success");
  if (left === "dead" || left === "torn") writer[Symbol.dispose]();
  if (left === "torn") Deno.writeTextFileSync(writer.logPath, TORN, { append: true });
  return writer;
}

/** Records a session of a workflow or of an agent, and leaves it so. */
export function recordIn(source: StoreSource, root: string, left: Left): { readonly logPath: string } {
  return source === "zig" ? record(root, left) : recordAgent(root, left);
}

/** Records a session in the store of a home directory, which is made a repository: what the CLI finds when it runs there. */
export function recordAtHome({ path }: TempDir, left: Left): Recorded {
  Deno.mkdirSync(`${path}/.git`, { recursive: true });
  return record(`${path}/.zig`, left, { project: path });
}

/** Makes files look as if they had been written so many minutes ago. */
export function age(minutes: number, ...paths: readonly string[]): void {
  const time = Date.now() / 1000 - minutes * 60;
  for (const path of paths) Deno.utimeSync(path, time, time);
}

/** The content of every file below a folder, by its path there. */
export function contentOf(folder: string, under = ""): Record<string, string> {
  const files: Record<string, string> = {};
  for (const { name, isDirectory } of Deno.readDirSync(`${folder}${under}`)) {
    const path = `${under}/${name}`;
    if (isDirectory) Object.assign(files, contentOf(folder, path));
    else files[path.slice(1)] = new TextDecoder("latin1").decode(Deno.readFileSync(`${folder}${path}`));
  }
  return files;
}
