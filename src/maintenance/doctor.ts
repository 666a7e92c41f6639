/** Looks over a store: whether it can be relied on, and what to do where it cannot. */

import { allProjects, type LayoutOptions } from "../storage/layout.ts";
import { lookAt } from "../storage/session_files.ts";
import { type Diagnosis, type OwnCommand, ownCommand, quoted } from "./diagnosis.ts";
import { checkAside, checkLeftovers, checkPermissions } from "./doctor_files.ts";
import { checkClock, checkCrashed, checkLogs, checkStale, lookAtLogs } from "./doctor_logs.ts";
import { checkDiskSpace, checkLocking, checkWatching } from "./doctor_system.ts";
import { agentsIn, type CaredStore, openStore } from "./stores.ts";
import { type IndexReport, verifyIndexes, type VerifyStoreOptions } from "./verify_store.ts";

/** How a store is looked over. */
export interface DoctorOptions extends LayoutOptions, Pick<VerifyStoreOptions, "now" | "settleMs"> {}

/**
 * Looks over a store, that of agents in it, and the system under it. Nothing is written. Logs are looked at where they begin and end; for every
 * line there is {@linkcode verifyStore}.
 *
 * @param options Which store.
 * @returns What each check came to, as they are made.
 * @throws {UsageError} When no store can be found.
 *
 * @example
 * ```ts
 * import { examineStore } from "@ziglog/ziglog";
 *
 * const root = Deno.makeTempDirSync();
 * for await (const { check, state, fix } of examineStore({ root })) console.log(check, state, fix ?? "");
 * ```
 */
export async function* examineStore(options: DoctorOptions = {}): AsyncGenerator<Diagnosis, void, void> {
  const workflows = openStore(options);
  const { root, globalIndexPath } = workflows.layout;
  const now = options.now ?? Date.now();
  const own = ownCommand(options.root);
  const store = checkStore(root, own);
  yield store;
  if (store.state === "bad") return;
  if (store.state === "ok") {
    const future = [...yield* examineSessions(workflows, options, now)];
    if (lookAt(agentsIn(options)) !== undefined) future.push(...yield* examineAgents(options, now));
    yield checkClock({ future }, now);
  }
  yield await checkDiskSpace(root, own);
  yield checkLocking(globalIndexPath);
  yield checkWatching(root);
}

/** Looks over the store of agents' sessions; what is checked says so. */
async function* examineAgents(options: DoctorOptions, now: number): AsyncGenerator<Diagnosis, readonly string[], void> {
  const agents = openStore({ ...options, source: "agents" });
  const found = examineSessions(agents, options, now);
  while (true) {
    const { done, value } = await found.next();
    if (done) return value;
    yield { ...value, check: `agent ${value.check}` };
  }
}

/** Looks over what a store holds. Returns the sessions that were written in the future. */
async function* examineSessions(
  { layout: { root, globalIndexPath }, ...format }: CaredStore,
  options: DoctorOptions,
  now: number,
): AsyncGenerator<Diagnosis, readonly string[], void> {
  const own = ownCommand(options.root, format.source);
  const layouts = allProjects(root);
  const logs = lookAtLogs(layouts, format, now);
  yield checkPermissions(root, layouts);
  yield checkLogs(logs, own);
  yield checkCrashed(logs, own);
  yield checkStale(logs, own);
  yield checkIndexes(await verifyIndexes({ layouts, format }, options), own);
  yield checkLeftovers(layouts, globalIndexPath, { endedWithLock: logs.endedWithLock, now, own });
  yield checkAside(layouts, root);
  return logs.future;
}

function checkStore(root: string, own: OwnCommand): Diagnosis {
  const info = lookAt(root);
  const check = "store";
  if (info === undefined) {
    return { check, state: "warn", message: `there is nothing at ${root} yet`, fix: own("run -- true") };
  }
  const isDirectory = info.isDirectory || info.isSymlink && Deno.statSync(root).isDirectory;
  if (isDirectory) return { check, state: "ok", message: root, fix: null };
  return {
    check,
    state: "bad",
    message: `${root} is not a directory`,
    fix: `mv ${quoted(root)} ${quoted(`${root}.old`)}`,
  };
}

function checkIndexes(reports: readonly IndexReport[], own: OwnCommand): Diagnosis {
  const wrong = reports.filter(({ findings }) => findings.length > 0);
  const check = "indexes";
  const [first] = wrong;
  if (first === undefined) {
    return { check, state: "ok", message: `${reports.length} say what the logs say`, fix: null };
  }
  const isDamaged = wrong.some(({ findings }) => findings.some(({ kind }) => kind === "index_damaged"));
  return {
    check,
    state: isDamaged ? "bad" : "warn",
    message: `${wrong.length} of ${reports.length} do not say what the logs say, such as ${first.path}: ` +
      first.findings[0]!.message,
    fix: own("reindex --all"),
  };
}
