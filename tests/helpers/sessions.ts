/** Logs and indexes of a store, written by hand. */

import type { GlobalSessionEntry, SessionLogIndexEntry } from "../../src/codec/zig_index.ts";
import { type Layout, openLayout } from "../../src/storage/layout.ts";
import type { TempDir } from "./temp_dir.ts";

/** What a made-up log shall hold. */
export interface LogOptions {
  /** When its events were written; RFC 3339. */
  readonly at?: string;
  /** Name of the workflow. */
  readonly name?: string;
  /** Whether it has an end, and which. */
  readonly end?: "success" | "failure" | undefined;
  /** Storage directory of its project. */
  readonly projectDir?: string;
  /** Lines of output between its first and its last event. */
  readonly output?: readonly string[];
}

/** When made-up sessions begin. */
export const STARTED = "2026-11-21T01:51:23.000000001+00:00";
/** When made-up sessions end, a second and a half later. */
export const ENDED = "2026-11-21T01:51:24.500000001+00:00";

/**
 * Makes a log.
 *
 * @param id The session.
 * @param options What the log shall hold.
 * @returns Its text.
 */
export function logText(id: string, options: LogOptions = {}): string {
  const { at = STARTED, name = "made up", end, projectDir = "/somewhere", output = [] } = options;
  let seq = 0;
  const line = (ts: string, type: string, fields: object): string =>
    JSON.stringify({ seq: ++seq, ts, zig_session_id: id, type, ...fields }) + "\n";
  const first = {
    workflow_name: name,
    workflow_path: "/w.zwf",
    workspace_path: projectDir,
    cwd: null,
    prompt: null,
    tier_count: 1,
  };
  return [
    line(at, "zig_session_started", first),
    ...output.map((text) => line(at, "step_output", { step_name: "a", stream: "stdout", line: text })),
    ...(end === undefined ? [] : [line(ENDED, "zig_session_ended", { status: end, duration_ms: 1500 })]),
  ].join("");
}

/**
 * Makes an entry of a project's index.
 *
 * @param id The session.
 * @param fields What is to be otherwise than in the entry of a session that has not ended.
 * @returns The entry.
 */
export function projectEntry(id: string, fields: Partial<SessionLogIndexEntry> = {}): SessionLogIndexEntry {
  return {
    zig_session_id: id,
    workflow_name: "made up",
    workflow_path: "/w.zwf",
    log_path: `/nowhere/${id}.jsonl`,
    started_at: STARTED,
    ended_at: null,
    status: null,
    workspace_path: "/somewhere",
    ...fields,
  };
}

/**
 * Makes an entry of the index of all projects.
 *
 * @param id The session.
 * @param fields What is to be otherwise than in the entry of a session that has not ended.
 * @returns The entry.
 */
export function globalEntry(id: string, fields: Partial<GlobalSessionEntry> = {}): GlobalSessionEntry {
  const { zig_session_id, workflow_name, log_path, started_at, ended_at, status } = projectEntry(id);
  const [project, entry] = ["/somewhere", { log_path, started_at, ended_at, status }];
  return { zig_session_id, workflow_name, project, ...entry, ...fields };
}

/**
 * Makes the text of an index.
 *
 * @param sessions Its entries.
 * @param rest Other members of it.
 * @returns The text, as the Rust programs write it.
 */
export function indexText(sessions: readonly object[], rest: object = {}): string {
  return JSON.stringify({ sessions, ...rest }, null, 2);
}

/** A store with one project, and what a test puts into it. */
export class Store {
  /** The paths of the project. */
  readonly layout: Layout;
  readonly #dir: TempDir;

  /**
   * @param dir Where it is to be.
   * @param project Name of the project: that of the directory that stands for its repository.
   */
  constructor(dir: TempDir, project = "repo") {
    this.#dir = dir;
    Deno.mkdirSync(dir.at(`${project}/.git`), { recursive: true });
    this.layout = openLayout({ root: dir.at("store"), project: dir.at(project) });
  }

  /**
   * Puts a log into the project.
   *
   * @param id The session.
   * @param text What the log holds; or what it shall hold.
   * @returns Its path.
   */
  log(id: string, text: string | LogOptions = {}): string {
    const content = typeof text === "string" ? text : logText(id, { projectDir: this.layout.projectDir, ...text });
    return this.#dir.write(this.#inDir(`${this.layout.sessionsDir}/${id}.jsonl`), content);
  }

  /**
   * Writes the index of the project.
   *
   * @param text What it shall hold.
   */
  index(text: string): void {
    this.#dir.write(this.#inDir(this.layout.indexPath), text);
  }

  /**
   * Writes the index of all projects.
   *
   * @param text What it shall hold.
   */
  globalIndex(text: string): void {
    this.#dir.write(this.#inDir(this.layout.globalIndexPath), text);
  }

  #inDir(path: string): string {
    return path.slice(this.#dir.path.length + 1);
  }
}
