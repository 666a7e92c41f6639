/** Stores in temporary directories. */

import { ZIG } from "../../src/codec/zig.ts";
import type { SessionEventKind } from "../../src/codec/zig_events.ts";
import { SessionWriter } from "../../src/session/writer.ts";
import { type Layout, openLayout } from "../../src/storage/layout.ts";

/** What a session is to be. */
export interface PutOptions {
  /** Its id. */
  readonly id?: string;
  /** When it was started; default: the first noon of 2026. */
  readonly startedAt?: number;
  /** Its lock: none as of another program, or one that nobody holds as of a dead writer. */
  readonly lock?: "none" | "free";
  /** What stands behind the events. */
  readonly tail?: string;
  /** When it was last written; default: now. */
  readonly modified?: Date;
}

/** A store that goes away with its test. */
export class Store implements Disposable {
  readonly root: string = Deno.realPathSync(Deno.makeTempDirSync());
  readonly layout: Layout = openLayout({ root: this.root, project: this.root });
  /** The arguments that name it. */
  readonly args: readonly string[] = ["--root", this.root, "--project", this.root];

  /** Puts a log there. */
  putLog(id: string, bytes: Uint8Array<ArrayBuffer> | string, options: PutOptions = {}): string {
    Deno.mkdirSync(this.layout.sessionsDir, { recursive: true });
    const path = `${this.layout.sessionsDir}/${id}.jsonl`;
    Deno.writeFileSync(path, typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes);
    if (options.lock === "free") Deno.writeTextFileSync(path.replace(/jsonl$/, "lock"), "");
    if (options.modified !== undefined) Deno.utimeSync(path, options.modified, options.modified);
    return path;
  }

  /** Puts a log of events there that follow each other by a second. */
  put(kinds: readonly SessionEventKind[], options: PutOptions = {}): string {
    const { id = "5e551017", tail = "", startedAt = Date.UTC(2026, 0, 1, 12) } = options;
    const lines = kinds.map((kind, at) => {
      const ts = new Date(startedAt + 1000 * at).toISOString().replace(".000Z", "+00:00");
      return `${ZIG.encode({ seq: at + 1, ts, zig_session_id: id, ...kind })}\n`;
    });
    return this.putLog(id, lines.join("") + tail, options);
  }

  /** Begins a session. */
  write(workflowName = "live", tierCount = 1): SessionWriter {
    return SessionWriter.create({ workflowName, workflowPath: "", tierCount, root: this.root, project: this.root });
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.root, { recursive: true });
  }
}

/** The first event. */
export function started(workflow_name: string, tier_count = 1): SessionEventKind {
  const rest = { workflow_path: "", workspace_path: null, cwd: "/src", prompt: null };
  return { type: "zig_session_started", workflow_name, tier_count, ...rest };
}

/** A tier begins. */
export function tier(tier_index: number, ...step_names: string[]): SessionEventKind {
  return { type: "tier_started", tier_index, step_names };
}

/** An attempt of a step begins. */
export function start(step_name: string, tier_index = 0): SessionEventKind {
  const how = { zag_session_id: "", zag_command: "exec", model: null, prompt_preview: "" };
  return { type: "step_started", step_name, tier_index, ...how };
}

/** A step writes a line. */
export function output(step_name: string, line: string, stream: "stdout" | "stderr" = "stdout"): SessionEventKind {
  return { type: "step_output", step_name, stream, line };
}

/** A step ends well. */
export function complete(step_name: string, duration_ms = 1000, saved_vars: readonly string[] = []): SessionEventKind {
  return { type: "step_completed", step_name, exit_code: 0, duration_ms, saved_vars };
}

/** An attempt fails. */
export function fail(
  step_name: string,
  attempt = 1,
  error = "exit code 3",
  exit_code: number | null = 3,
): SessionEventKind {
  return { type: "step_failed", step_name, exit_code, attempt, error };
}

/** The run is alive. */
export const BEAT: SessionEventKind = { type: "heartbeat", interval_secs: 10 };

/** The last event. */
export function ended(status: "success" | "failure" = "success", duration_ms = 5000): SessionEventKind {
  return { type: "zig_session_ended", status, duration_ms };
}
