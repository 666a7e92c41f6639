/** Checks a whole store: every log, and every index against the logs. */

import type { IndexDifferenceKind } from "../query/compare_index.ts";
import { parseSessionId, type SessionId } from "../session_id.ts";
import { listLogs } from "../storage/evidence.ts";
import { allProjects, logPathOf } from "../storage/layout.ts";
import type { LocatedLog } from "../storage/locate.ts";
import { type CheckedIndex, checkIndexes, gatherFacts, type Scope } from "./index_check.ts";
import { openStore, STORE_FORMATS, type StoreOptions } from "./stores.ts";
import { type SessionReport, type VerifyOptions, verifySession } from "./verify_session.ts";

/** Something wrong with an index; always damage. */
export interface IndexFinding {
  /** What it is; `index_damaged` and `index_missing` are about the file itself. */
  readonly kind: IndexDifferenceKind | "index_damaged" | "index_missing";
  /** The session; `null` when it is about the file itself. */
  readonly sessionId: string | null;
  /** For people. It may quote what was recorded: control characters and all. */
  readonly message: string;
}

/** The check of an index. */
export interface IndexReport {
  /** The file. */
  readonly path: string;
  /** What was found; nothing when it agrees with the logs. */
  readonly findings: readonly IndexFinding[];
}

/** What checking a store brings. */
export type StoreReport =
  | { readonly kind: "session"; readonly report: SessionReport }
  | { readonly kind: "index"; readonly report: IndexReport };

/** How a store is checked. */
export interface VerifyStoreOptions extends StoreOptions, VerifyOptions {
  /**
   * Milliseconds after which indexes that differ from the logs are compared once more: who writes a log without a lock
   * stamps the indexes a moment later. Default 1000.
   */
  readonly settleMs?: number | undefined;
}

const SETTLE_MS = 1000;

/**
 * Checks every log of every project of a store, then every index against the logs. Sessions that go on are judged by what
 * they have written so far, and their index entries not at all.
 *
 * @param options Which store, and how.
 * @returns A report a log, then one an index.
 * @throws {UsageError} When no store can be found.
 */
export async function* verifyStore(options: VerifyStoreOptions = {}): AsyncGenerator<StoreReport, void, void> {
  const { layout, ...format } = openStore(options);
  const layouts = allProjects(layout.root);
  for (const layout of layouts) {
    for (const id of listLogs(layout).sort()) {
      const report = await unlessGone(verifySession(logPathOf(layout, id), options));
      if (report !== undefined) yield { kind: "session", report };
    }
  }
  for (const report of await verifyIndexes({ layouts, format }, options)) yield { kind: "index", report };
}

/**
 * Checks the entries of one session in the index of its project and in that of all projects.
 *
 * @param log The session's log.
 * @param options How; `source` tells whose session it is.
 * @returns The two reports.
 */
export function verifyEntries({ layout, id }: LocatedLog, options: VerifyStoreOptions = {}): Promise<IndexReport[]> {
  const format = STORE_FORMATS[options.source ?? "zig"];
  return verifyIndexes({ layouts: [layout], format, only: parseSessionId(id) }, options);
}

/**
 * Checks the indexes of some projects, or the entries of one session in them.
 *
 * @param scope The projects: all of the store, or that of the session.
 * @param options How.
 * @returns A report an index; that of all projects is the last.
 */
export async function verifyIndexes(scope: Scope, options: VerifyStoreOptions): Promise<IndexReport[]> {
  const look = (): IndexReport[] => {
    const facts = gatherFacts(scope, options.now ?? Date.now());
    return checkIndexes(scope, facts).map((index) => reportOf(index, scope.only)).filter(isWorthTelling);
  };
  const first = look();
  if (first.every(({ findings }) => findings.length === 0)) return first;
  await new Promise((resolve) => setTimeout(resolve, options.settleMs ?? SETTLE_MS));
  const seen = new Set(first.flatMap((report) => report.findings.map((finding) => keyOf(report, finding))));
  return look().map((report) => ({
    path: report.path,
    findings: report.findings.filter((finding) => seen.has(keyOf(report, finding))),
  }));
}

function isWorthTelling({ exists, findings }: IndexReport & { readonly exists: boolean }): boolean {
  return exists || findings.length > 0;
}

function reportOf(index: CheckedIndex, only: SessionId | undefined): IndexReport & { readonly exists: boolean } {
  const { path, exists, damage } = index;
  const differences = index.differences.filter(({ isLive }) => !isLive);
  const findings: IndexFinding[] = damage !== undefined
    ? [{ kind: "index_damaged", sessionId: null, message: damage }]
    : !exists && differences.length > 0 && only === undefined
    ? [{ kind: "index_missing", sessionId: null, message: `there is no index of ${differences.length} logs` }]
    : differences.map(({ kind, sessionId, message }) => ({ kind, sessionId, message }));
  return { path, exists, findings };
}

function keyOf({ path }: IndexReport, { kind, sessionId, message }: IndexFinding): string {
  return JSON.stringify([path, kind, sessionId, kind === "index_missing" ? "" : message]);
}

async function unlessGone<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined; // removed since it was listed
    throw error;
  }
}
