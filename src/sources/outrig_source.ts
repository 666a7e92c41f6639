/** The runs of the Rust program outrig as one of several sources. */

import type { JsonObject } from "../codec/json.ts";
import type { RunRecord } from "../codec/outrig.ts";
import { basename, join } from "../deps/path.ts";
import { AmbiguousSessionError, SessionNotFoundError } from "../errors.ts";
import { logsDirOf, type Run } from "../outrig/run.ts";
import { isRunId, parseRunId } from "../outrig/run_id.ts";
import { listRunLogs } from "../outrig/run_logs.ts";
import { runStatus } from "../outrig/run_state.ts";
import type { RunStore } from "../outrig/run_store.ts";
import { PLAIN_LOG } from "../query/plain_view.ts";
import { isSessionId } from "../session_id.ts";
import type { SessionEntry, SessionSelector } from "../storage/catalog.ts";
import { readDir } from "../storage/layout.ts";
import { SessionList } from "../storage/session_list.ts";
import type { AnySession, SearchableLog, SessionLog, Source, SourceListOptions } from "./source.ts";

/** A run as a list shows it. */
export interface RunEntry extends SessionEntry<RunRecord> {
  /** The run, and where it is. */
  readonly run: Run;
}

/**
 * The run behind a session that {@linkcode OutrigSource} listed or chose.
 *
 * @param session The session.
 * @returns The run.
 */
export function runOf(session: AnySession): Run {
  return (session as RunEntry).run;
}

/** The runs below the root of outrig. It has no projects. */
export class OutrigSource implements Source {
  /** Its name. */
  readonly name = "outrig";
  /** Most runs have no event log. */
  readonly format = undefined;
  /** The directory of the store. */
  readonly root: string;
  readonly #store: RunStore;

  /** @param store The store. */
  constructor(store: RunStore) {
    this.#store = store;
    this.root = store.root;
  }

  /** The directory of the store. */
  get projectDir(): string {
    return this.root;
  }

  /** Lists the runs, newest first. */
  list({ now, notice }: SourceListOptions): SessionList<RunEntry> {
    const runs = this.#store.list({ notice: ({ message }) => notice(message) });
    return SessionList.of(runs, { idOf: ({ id }) => id, rowOf: (run) => entryOf(run, now) });
  }

  /** Chooses one run. */
  resolve(selector: SessionSelector, now: number): RunEntry {
    if (selector.kind === "id") return entryOf(this.#byId(selector.id), now);
    const runs = this.#store.list().values().map((run) => entryOf(run, now));
    const found = runs.find(({ state }) => selector.kind === "latest" || state === "running");
    if (found !== undefined) return found;
    const what = selector.kind === "latest" ? "nothing is recorded" : "none is running";
    throw new SessionNotFoundError(`Cannot find the ${selector.kind} run: ${what} in "${this.root}"`);
  }

  /** The record of a run. */
  storedOf(session: AnySession): JsonObject {
    return { ...runOf(session).record };
  }

  /** The name of the directory that a run worked in. */
  projectOf(session: AnySession): string {
    return basename(runOf(session).record.working_dir);
  }

  /** The log that `ziglog run` wrote beside the record. */
  async logOf(session: AnySession): Promise<SessionLog> {
    const { id, dir } = runOf(session);
    const name = readDir(dir).find(({ name, isDirectory }) => !isDirectory && isLogName(name))?.name;
    if (name === undefined) {
      throw new SessionNotFoundError(
        `Cannot read the events of run "${id}": it has none, only logs (see "ziglog logs ${id}")`,
      );
    }
    const { ZIG_LOG } = await import("../query/zig_view.ts");
    return { logPath: join(dir, name), format: ZIG_LOG };
  }

  /** What a run wrote. */
  searchableOf(session: AnySession): readonly SearchableLog[] {
    return listRunLogs(runOf(session)).map(({ name, path }) => ({
      logPath: path,
      format: PLAIN_LOG,
      logName: name,
    }));
  }

  #byId(text: string): Run {
    const id = parseRunId(text);
    const names = readDir(this.root).map(({ name }) => name).filter((name) => isRunId(name) && name.startsWith(id));
    if (names.includes(id)) return this.#store.getById(id);
    const fitting = names.filter((name) => this.#isRun(name)).sort();
    if (fitting.length > 1) throw new AmbiguousSessionError(id, fitting);
    if (fitting[0] !== undefined) return this.#store.getById(fitting[0]);
    throw new SessionNotFoundError(`Cannot find run "${id}": no entry of "${this.root}" fits it`);
  }

  /** Whether an entry holds a record, be it a damaged one. */
  #isRun(name: string): boolean {
    try {
      this.#store.getById(name);
      return true;
    } catch (error) {
      return !(error instanceof SessionNotFoundError);
    }
  }
}

function entryOf(run: Run, now: number): RunEntry {
  const { record } = run;
  const status = record.exit_code === null ? null : record.exit_code === 0 ? "success" : "failure";
  return {
    id: run.id,
    name: record.agent_name ?? record.image_config_name ?? record.container_name,
    logPath: logsDirOf(run),
    startedAt: record.started_at,
    endedAt: record.ended_at,
    status,
    ...runStatus(run, now),
    pinned: false,
    entry: record,
    run,
  };
}

function isLogName(name: string): boolean {
  return name.endsWith(".jsonl") && isSessionId(basename(name, ".jsonl"));
}
