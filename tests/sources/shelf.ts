/** Sources with sessions in them, made by hand. */

import { ZAG } from "../../src/codec/zag.ts";
import type { AgentEventKind } from "../../src/codec/zag_events.ts";
import { ZIG } from "../../src/codec/zig.ts";
import type { SessionEventKind } from "../../src/codec/zig_events.ts";
import { RunStore } from "../../src/outrig/run_store.ts";
import { agentSource } from "../../src/sources/agent_source.ts";
import { OutrigSource } from "../../src/sources/outrig_source.ts";
import type { Source, SourceName } from "../../src/sources/source.ts";
import { zigSource } from "../../src/sources/zig_source.ts";
import { projectLayout } from "../../src/storage/layout.ts";
import { TempDir } from "../helpers/temp_dir.ts";

/** What a session is to be. */
export interface ShelfOptions {
  /** When it was started, in seconds behind the first noon of 2026. */
  readonly at: number;
  /** How it ended, after five seconds; `null` when nothing says so. */
  readonly end: "success" | "failure" | null;
  /** Whether nothing was written for long. */
  readonly silent?: boolean;
}

const NOON = Date.UTC(2026, 0, 1, 12);

/** A time as the Rust programs write it. */
export function timeAt(seconds: number): string {
  return new Date(NOON + seconds * 1000).toISOString().replace(".000Z", "+00:00");
}

/** A zig event. */
export function zigLine(id: string, seq: number, at: number, kind: SessionEventKind): string {
  return `${ZIG.encode({ seq, ts: timeAt(at), zig_session_id: id, ...kind })}\n`;
}

/** A zag event of the agent `claude`. */
export function zagLine(id: string, seq: number, at: number, kind: AgentEventKind): string {
  const envelope = {
    provider: "claude",
    wrapper_session_id: id,
    provider_session_id: null,
    source_kind: "wrapper" as const,
    completeness: "full" as const,
  };
  return `${ZAG.encode({ seq, ts: timeAt(at), ...envelope, ...kind })}\n`;
}

/** The first event of a workflow. */
export function workflowStarted(workflow_name: string): SessionEventKind {
  const rest = { workflow_path: "", workspace_path: null, cwd: "/src", prompt: null };
  return { type: "zig_session_started", workflow_name, tier_count: 0, ...rest };
}

/** The first event of an agent. */
export const AGENT_STARTED: AgentEventKind = {
  type: "session_started",
  command: "run",
  model: "sonnet",
  cwd: "/src",
  resumed: false,
  backfilled: false,
};

/** A home directory with all sources; nothing is in them at first. */
export class Shelf extends TempDir {
  /** Where each source is. */
  rootOf(name: SourceName): string {
    return this.at({ zig: ".zig", agents: ".zig/agents", zag: ".zag", outrig: ".local/share/outrig/sessions" }[name]);
  }

  /** Opens a source. */
  open(name: SourceName): Source {
    const root = this.rootOf(name);
    if (name === "outrig") return new OutrigSource(new RunStore(root));
    return name === "zig" ? zigSource(projectLayout(root, root)) : agentSource(name, projectLayout(root, root));
  }

  /** Puts a session into a source. */
  put(name: SourceName, id: string, options: ShelfOptions): string {
    const { silent = false } = options;
    const path = name === "outrig" ? this.#putRun(id, options) : this.#putLog(name, id, options);
    const written = silent ? new Date(NOON) : new Date();
    Deno.utimeSync(path, written, written);
    return path;
  }

  /** Puts something into a source that is no session, though it looks like one. */
  damage(name: SourceName, id: string): void {
    const root = this.#below(name);
    if (name === "outrig") this.write(`${root}/${id}/session.json`, '{"id": ');
    else this.write(`${root}/logs/index.json`, JSON.stringify({ sessions: [{ started_at: id }] }));
  }

  #putLog(name: SourceName, id: string, { at, end }: ShelfOptions): string {
    const lines = name === "zig"
      ? [
        zigLine(id, 1, at, workflowStarted("flow")),
        ...(end === null
          ? []
          : [zigLine(id, 2, at + 5, { type: "zig_session_ended", status: end, duration_ms: 5000 })]),
      ]
      : [
        zagLine(id, 1, at, AGENT_STARTED),
        ...(end === null
          ? []
          : [zagLine(id, 2, at + 5, { type: "session_ended", success: end === "success", error: null })]),
      ];
    return this.write(`${this.#below(name)}/logs/sessions/${id}.jsonl`, lines.join(""));
  }

  #putRun(id: string, { at, end }: ShelfOptions): string {
    const dir = this.rootOf("outrig");
    const record = {
      id,
      started_at: timeAt(at).replace("+00:00", "Z"),
      ...(end === null ? {} : { ended_at: timeAt(at + 5).replace("+00:00", "Z") }),
      container_name: "box",
      image_tag: "box:1",
      image_config_name: "image",
      agent_name: "coder",
      working_dir: "/home/you/app",
      session_dir: `${dir}/${id}`,
      ...(end === null ? {} : { exit_code: end === "success" ? 0 : 3 }),
    };
    return this.write(`${this.#below("outrig")}/${id}/session.json`, JSON.stringify(record, null, 2));
  }

  #below(name: SourceName): string {
    return this.rootOf(name).slice(this.path.length + 1);
  }
}
