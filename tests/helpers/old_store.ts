/** A store with a session of every kind, most of them old. */

import { appendEventToLog } from "../../src/agent/append_event.ts";
import { AgentLogWriter } from "../../src/agent/writer.ts";
import { pinSession } from "../../src/maintenance/pins.ts";
import {
  openStore,
  type StoredEntry,
  type StoredGlobalEntry,
  type StoreFormat,
  type StoreSource,
} from "../../src/maintenance/stores.ts";
import type { AnyEvent } from "../../src/query/event_view.ts";
import { appendEvent, startSession } from "../../src/session/session_appender.ts";
import { SessionWriter } from "../../src/session/writer.ts";
import { Catalog } from "../../src/storage/catalog.ts";
import { lockPathOf } from "../../src/storage/layout.ts";

/** When the old sessions were written. */
export const LONG_AGO = Date.UTC(2020, 0, 1);

const HOUR = 3_600_000;

/** What kinds there are; only `new` is young, only `running` runs, and only `pinned` is protected. */
export type Kind = "success" | "failure" | "torn" | "crashed" | "stale" | "pinned" | "running" | "new" | "foreign";

/** The store. */
export interface OldStore extends Disposable {
  readonly root: string;
  /** Whose sessions it holds: those of workflows, or of agents of the same names. */
  readonly source: StoreSource;
  /** Its project, and another one, which has the session `foreign`. */
  readonly project: string;
  readonly elsewhere: string;
  /** The log of each. */
  readonly logs: Readonly<Record<Kind, string>>;
}

/** What writes a session. */
export interface Writer extends Disposable {
  readonly logPath: string;
  end(status: "success" | "failure"): void;
}

/** Where a session is written, and when. */
interface Written {
  readonly root: string;
  readonly project: string;
  readonly clock: () => number;
}

/** How sessions are begun, and how one is that nobody holds a lock of. */
const WRITERS: {
  readonly [Source in StoreSource]: {
    readonly start: (name: string, at: Written) => Writer;
    readonly leave: (name: string, at: Written) => string;
  };
} = {
  zig: {
    start: (workflowName, at) => {
      const writer = SessionWriter.create({ workflowName, workflowPath: "", tierCount: 1, ...at });
      writer.stepOutput("step", "stdout", "x".repeat(1000));
      return {
        logPath: writer.logPath,
        end: (status) => writer.ended(status, 1),
        [Symbol.dispose]: () => writer[Symbol.dispose](),
      };
    },
    leave: (workflowName, at) => startSession({ workflowName, workflowPath: "", tierCount: 1, ...at }).logPath,
  },
  agents: {
    start: startAgent,
    leave: (provider, at) => {
      const { logPath, ...writer } = startAgent(provider, at);
      writer[Symbol.dispose]();
      Deno.removeSync(lockPathOf(logPath));
      Deno.removeSync(logPath.replace(/jsonl$/, "append"));
      return logPath;
    },
  },
};

function startAgent(provider: string, { root, ...at }: Written): Writer {
  const writer = AgentLogWriter.create({
    provider,
    wrapperSessionId: crypto.randomUUID(),
    command: "exec",
    root: `${root}/agents`,
    ...at,
  });
  const started = { command: "exec", model: null, cwd: at.project, resumed: false, backfilled: false };
  writer.emit("wrapper", { type: "session_started", ...started });
  writer.emit("stdout", { type: "assistant_message", content: "x".repeat(1000), message_id: null });
  return {
    logPath: writer.logPath,
    end: (status) => writer.finish(status === "success", status === "success" ? null : "no"),
    [Symbol.dispose]: () => writer[Symbol.dispose](),
  };
}

/** Makes one. The sessions start an hour after each other, in the order of their kinds. */
export function oldStore(source: StoreSource = "zig"): OldStore {
  const root = Deno.realPathSync(Deno.makeTempDirSync());
  const [project, elsewhere] = [`${root}/a`, `${root}/b`];
  const { start, leave } = WRITERS[source];
  let clock = LONG_AGO;
  const at = (where = project, now = clock += HOUR): Written => ({ root, project: where, clock: () => now });
  const ended = (name: string, status: "success" | "failure", ...where: [where?: string, now?: number]): string => {
    const writer = start(name, at(...where));
    writer.end(status);
    return writer.logPath;
  };
  const success = ended("nightly", "success");
  const failure = ended("nightly", "failure");
  const torn = ended("build", "success");
  Deno.writeTextFileSync(`${torn}.torn-20200101T000000Z`, "torn");
  const dead = start("build", at());
  dead[Symbol.dispose]();
  const stale = leave("script", at());
  const pinned = ended("nightly", "success");
  pinSession(idOf(pinned), { root, project, source });
  const running = start("nightly", at());
  const young = ended("nightly", "success", project, Date.now());
  const foreign = ended("nightly", "success", elsewhere);
  for (const path of [dead.logPath, stale]) Deno.utimeSync(path, clock / 1000, clock / 1000);
  return {
    root,
    source,
    project,
    elsewhere,
    logs: {
      success,
      failure,
      torn,
      crashed: dead.logPath,
      stale,
      pinned,
      running: running.logPath,
      new: young,
      foreign,
    },
    [Symbol.dispose](): void {
      running[Symbol.dispose]();
      Deno.removeSync(root, { recursive: true });
    },
  };
}

/** Where a store is, and whose sessions of it are meant. */
export type OldStorePlace = Pick<OldStore, "root" | "project" | "source">;

/** The catalogue of a store's project. */
export function catalogOf(at: OldStorePlace): Catalog<AnyEvent, StoredEntry, StoredGlobalEntry> {
  const { layout, dialect } = openStore(at);
  return new Catalog(layout, dialect);
}

/** How what a store holds is written. */
export function dialectOf(at: OldStorePlace): StoreFormat["dialect"] {
  return openStore(at).dialect;
}

/** Makes a session that nobody holds, now, without an end. Returns its log. */
export function leave(name: string, { root, project, source }: OldStorePlace): string {
  return WRITERS[source].leave(name, { root, project, clock: Date.now });
}

/** Begins another session in a store, now. */
export function begin(name: string, { root, project, source }: OldStore): Writer {
  return WRITERS[source].start(name, { root, project, clock: Date.now });
}

/** Adds a sign of life to a session that nobody holds. */
export function beat(logPath: string, { root, project, source }: OldStore): void {
  if (source === "agents") appendEventToLog(logPath, { type: "heartbeat", interval_secs: 10 }, { provider: "script" });
  else appendEvent(idOf(logPath), { type: "heartbeat", interval_secs: 10 }, { root, project });
}

/** The id of a log. */
export function idOf(logPath: string): string {
  return /([^/\\]+)\.jsonl$/.exec(logPath)![1]!;
}

/** All that a store holds about some of its sessions: their logs, their entries, and the names of all other files. */
export interface Contents {
  /** The text of each log. */
  readonly logs: Readonly<Record<string, string>>;
  /** The entries in the index of the project and in that of all projects, as text. */
  readonly entries: readonly string[];
  /** What else lies beside the logs. */
  readonly names: readonly string[];
}

/** Takes down what a store holds. */
export function contentsOf(at: Omit<OldStorePlace, "source"> & { readonly source?: StoreSource }): Contents {
  const { layout, projectIndex, globalIndex } = catalogOf({ source: "zig", ...at });
  const names = [...Deno.readDirSync(layout.sessionsDir)].map(({ name }) => name).sort();
  const logs = names.filter((name) => name.endsWith(".jsonl"));
  return {
    logs: Object.fromEntries(logs.map((name) => [name, Deno.readTextFileSync(`${layout.sessionsDir}/${name}`)])),
    entries: [...projectIndex.load().entries, ...globalIndex.load().entries].map((entry) => JSON.stringify(entry)),
    names: names.filter((name) => !name.endsWith(".jsonl")),
  };
}

/** The same without some sessions. */
export function without({ logs, entries, names }: Contents, gone: readonly string[]): Contents {
  const ids = gone.map(idOf);
  const stays = (text: string): boolean => !ids.some((id) => text.includes(id));
  return {
    logs: Object.fromEntries(Object.entries(logs).filter(([name]) => stays(name))),
    entries: entries.filter(stays),
    names: names.filter(stays),
  };
}

/** The lock of a log's writer. */
export function lockOf(logPath: string): string {
  return lockPathOf(logPath);
}
