/** A store with a session of every kind, most of them old. */

import { startSession } from "../../src/session/session_appender.ts";
import { openCatalog } from "../../src/session/sessions.ts";
import { pinSession } from "../../src/maintenance/pins.ts";
import { SessionWriter } from "../../src/session/writer.ts";
import { lockPathOf } from "../../src/storage/layout.ts";

/** When the old sessions were written. */
export const LONG_AGO = Date.UTC(2020, 0, 1);

const HOUR = 3_600_000;

/** What kinds there are; only `new` is young, only `running` runs, and only `pinned` is protected. */
export type Kind = "success" | "failure" | "torn" | "crashed" | "stale" | "pinned" | "running" | "new" | "foreign";

/** The store. */
export interface OldStore extends Disposable {
  readonly root: string;
  /** Its project, and another one, which has the session `foreign`. */
  readonly project: string;
  readonly elsewhere: string;
  /** The log of each. */
  readonly logs: Readonly<Record<Kind, string>>;
}

/** Makes one. The sessions start an hour after each other, in the order of their kinds. */
export function oldStore(): OldStore {
  const root = Deno.makeTempDirSync();
  const [project, elsewhere] = [`${root}/a`, `${root}/b`];
  let clock = LONG_AGO;
  const start = (workflowName: string, at: string = project, now: number = clock += HOUR): SessionWriter => {
    const writer = SessionWriter.create({
      workflowName,
      workflowPath: "",
      tierCount: 1,
      root,
      project: at,
      clock: () => now,
    });
    writer.stepOutput("step", "stdout", "x".repeat(1000));
    return writer;
  };
  const ended = (name: string, status: "success" | "failure", ...where: [at?: string, now?: number]): string => {
    const writer = start(name, ...where);
    writer.ended(status, 1);
    return writer.logPath;
  };
  const success = ended("nightly", "success");
  const failure = ended("nightly", "failure");
  const torn = ended("build", "success");
  Deno.writeTextFileSync(`${torn}.torn-20200101T000000Z`, "torn");
  const dead = start("build");
  dead[Symbol.dispose]();
  const options = { root, project, clock: (): number => clock };
  clock += HOUR;
  const { logPath: stale } = startSession({ workflowName: "script", workflowPath: "", tierCount: 1, ...options });
  const pinned = ended("nightly", "success");
  pinSession(idOf(pinned), options);
  const running = start("nightly");
  const young = ended("nightly", "success", project, Date.now());
  const foreign = ended("nightly", "success", elsewhere);
  for (const path of [dead.logPath, stale]) Deno.utimeSync(path, clock / 1000, clock / 1000);
  return {
    root,
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
export function contentsOf({ root, project }: Pick<OldStore, "root" | "project">): Contents {
  const { layout, projectIndex, globalIndex } = openCatalog({ root, project });
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
