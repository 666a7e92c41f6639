import { assert, assertEquals, assertMatch } from "@std/assert";
import { pinSession } from "../../src/maintenance/pins.ts";
import { planPrune, type PruneOptions, type PrunePlan } from "../../src/maintenance/prune_plan.ts";
import { pruneInBatches, type PruneResult, pruneSessions } from "../../src/maintenance/prune_sessions.ts";
import { openStore, STORE_SOURCES, type StoredEntry, type StoreSource } from "../../src/maintenance/stores.ts";
import { FileLock } from "../../src/storage/file_lock.ts";
import { resultOf, spawnFixture } from "../helpers/fixture.ts";
import {
  beat,
  begin,
  catalogOf,
  type Contents,
  contentsOf,
  dialectOf,
  idOf,
  type Kind,
  lockOf,
  LONG_AGO,
  type OldStore,
  oldStore,
  without,
} from "../helpers/old_store.ts";
import { TempDir } from "../helpers/temp_dir.ts";

const DAY = 24 * 3_600_000;
const OLD: readonly Kind[] = ["success", "failure", "torn", "crashed", "stale"];

/** A test of both stores. */
function test(name: string, body: (source: StoreSource) => void | Promise<void>, ignore = false): void {
  for (const source of STORE_SOURCES) Deno.test({ name: `${name} (${source})`, ignore, fn: () => body(source) });
}

function idIn(at: OldStore): (entry: StoredEntry) => string {
  return (entry) => dialectOf(at).projectIndex.summarize(entry).id;
}

function kindOf({ logs }: OldStore, logPath: string): string {
  return Object.entries(logs).find(([, path]) => path === logPath)?.[0] ?? logPath;
}

/** What a plan has, oldest first, and why. */
function planned(at: OldStore, options: PruneOptions): string {
  const { sessions } = planPrune({ root: at.root, project: at.project, source: at.source, ...options });
  return sessions.map(({ logPath, reason }) => `${kindOf(at, logPath)}:${reason}`).reverse().join(" ");
}

function outcomes(at: OldStore, results: readonly PruneResult[]): string {
  return results.map((result) => `${kindOf(at, result.planned.logPath)}:${result.outcome}`).sort().join(" ");
}

const ALL_OLD = "success:older failure:older torn:older crashed:older stale:older";
const PLANS: readonly (readonly [what: string, options: PruneOptions, plan: string])[] = [
  ["what is old", { olderThanMs: DAY }, ALL_OLD],
  ["what is old in every project", { olderThanMs: DAY, all: true }, `${ALL_OLD} foreign:older`],
  ["what has a state", { states: ["crashed", "stale"] }, "crashed:selected stale:selected"],
  ["nothing for a state that must stay", { states: ["running"] }, ""],
  ["what belongs to a workflow", { workflow: "night*" }, "success:selected failure:selected new:selected"],
  ["all but the last of each workflow", { keepLast: 1 }, "success:surplus failure:surplus torn:surplus"],
  ["what is too large together", { maxBytes: 0, states: ["failure"] }, "failure:size"],
  ["nothing when nothing is that old", { olderThanMs: 1e15 }, ""],
];

for (const [what, options, plan] of PLANS) {
  test(`planPrune() plans ${what}, and changes nothing`, (source) => {
    using at = oldStore(source);
    const before = contentsOf(at);
    assertEquals(planned(at, options), plan);
    assertEquals(contentsOf(at), before);
  });
}

test("planPrune() tells what the sessions take and how many stay when it plans", (source) => {
  using at = oldStore(source);
  const { sessions, bytes, counts } = planPrune({ ...at, workflow: "build" });
  assertEquals(sessions.map((each) => [kindOf(at, each.logPath), each.bytes]), [
    ["crashed", Deno.statSync(at.logs.crashed).size],
    ["torn", Deno.statSync(at.logs.torn).size + "torn".length],
  ]);
  assertEquals(bytes, sessions[0]!.bytes + sessions[1]!.bytes);
  assertEquals(counts, { total: 2, running: 0, pinned: 0 });
  assertEquals(planPrune({ ...at, olderThanMs: 0 }).counts, { total: 8, running: 1, pinned: 1 });
});

test("pruneSessions() deletes the files and entries of what was planned, and nothing else", (source) => {
  using at = oldStore(source);
  const after = without(contentsOf(at), OLD.map((kind) => at.logs[kind]));
  const plan = planPrune({ ...at, olderThanMs: DAY });
  const results = pruneSessions(plan);
  assertEquals(results.map(({ outcome }) => outcome), OLD.map(() => "deleted"));
  assertEquals(results.reduce((sum, { bytesFreed }) => sum + bytesFreed, 0), plan.bytes);
  assertEquals(contentsOf(at), after);
  assertEquals(Deno.statSync(at.logs.foreign).isFile, true);
});

test("pruneSessions() deletes in every project what was planned in every project", (source) => {
  using at = oldStore(source);
  const after = without(contentsOf(at), [...OLD.map((kind) => at.logs[kind]), at.logs.foreign]);
  pruneSessions(planPrune({ ...at, olderThanMs: DAY, all: true }));
  assertEquals(contentsOf(at), after);
  const { logs, entries } = contentsOf({ ...at, project: at.elsewhere });
  assertEquals([logs, entries.filter((entry) => entry.includes(idOf(at.logs.foreign)))], [{}, []]);
});

test("pruneInBatches() keeps few files open when there are many to delete, and gives way in between", (source) => {
  using dir = new TempDir();
  const at = { root: dir.path, project: dir.path, source };
  const { sessionsDir } = openStore(at).layout;
  Deno.mkdirSync(sessionsDir, { recursive: true });
  for (let n = 0; n < 1500; n++) {
    Deno.writeTextFileSync(`${sessionsDir}/id-${n}.jsonl`, "damage\n");
    Deno.utimeSync(`${sessionsDir}/id-${n}.jsonl`, LONG_AGO / 1000, LONG_AGO / 1000);
    if (n < 500) Deno.writeTextFileSync(`${sessionsDir}/id-${n}.lock`, "");
  }
  const plan = planPrune({ ...at, workflow: "" });
  let most = 0;
  const batches = Array.from(
    pruneInBatches(plan, {
      onStep: (step) => {
        if (step === "hold" && Deno.build.os === "linux") {
          most = Math.max(most, Array.from(Deno.readDirSync("/proc/self/fd")).length);
        }
      },
    }),
    (results) => results.filter(({ outcome }) => outcome === "deleted").length,
  );
  assertEquals([batches.length, batches.reduce((sum, count) => sum + count, 0)], [3, 1500]);
  if (Deno.build.os === "linux") assert(most > 500 && most < 1000, `${most} open files`);
  assertEquals(Array.from(Deno.readDirSync(sessionsDir)), []);
});

/** The lock for taking turns comes and goes. */
function withoutTurns(contents: Contents): Contents {
  return { ...contents, names: contents.names.filter((name) => !name.endsWith(".append")) };
}

/** What happens between a plan and its execution, and what then becomes of the session. */
const MEANWHILE:
  readonly (readonly [what: string, kind: Kind, act: (at: OldStore) => Disposable | void, why: RegExp])[] = [
    ["is pinned", "success", (at) => void pinSession(idOf(at.logs.success), at), /pinned/],
    [
      "goes on",
      "stale",
      (at) => beat(at.logs.stale, at),
      /changed/,
    ],
    ["is written by a program", "crashed", (at) => FileLock.take(lockOf(at.logs.crashed)), /written/],
    ["is written by turns", "stale", (at) => FileLock.take(at.logs.stale.replace(/jsonl$/, "append")), /written/],
    ["is repaired", "crashed", (at) => Deno.writeTextFileSync(at.logs.crashed, "\n", { append: true }), /changed/],
    ["is deleted", "failure", (at) => Deno.removeSync(at.logs.failure), /gone/],
  ];

for (const [what, kind, act, why] of MEANWHILE) {
  test(`pruneSessions() leaves a session as it is when it ${what} after it was planned`, (source) => {
    using at = oldStore(source);
    const plan = planPrune({ ...at, olderThanMs: DAY });
    using _lock = act(at) ?? undefined;
    const before = contentsOf(at);
    const [kept] = pruneSessions(plan).filter(({ outcome }) => outcome !== "deleted");
    assertEquals([kindOf(at, kept!.planned.logPath), kept!.outcome, kept!.bytesFreed], [kind, "kept", 0]);
    assertMatch(kept!.why!, why);
    const rest = without(before, OLD.filter((each) => each !== kind).map((each) => at.logs[each]));
    assertEquals(withoutTurns(contentsOf(at)), withoutTurns(rest));
  });
}

test("pruneSessions() spares a session that runs when an index says that it has ended", (source) => {
  using at = oldStore(source);
  const { projectIndex } = catalogOf(at);
  const end = { endedAt: new Date(LONG_AGO).toISOString(), status: "success" } as const;
  const running = [idOf(at.logs.running), idOf(at.logs.stale)];
  beat(at.logs.stale, at);
  projectIndex.update((entries) =>
    entries.map((entry) => running.includes(idIn(at)(entry)) ? dialectOf(at).projectIndex.stamp(entry, end) : entry)
  );
  const results = pruneSessions(planPrune({ ...at, olderThanMs: DAY }));
  if (source === "zig") assertMatch(outcomes(at, results), /running:kept .*stale:kept/);
  else assertEquals(outcomes(at, results).match(/running|stale/), null); // that index cannot tell how one ended
  const { logs, entries } = contentsOf(at);
  for (const id of running) {
    assertEquals(Object.hasOwn(logs, `${id}.jsonl`), true);
    assertEquals(entries.filter((entry) => entry.includes(id)).length, 2);
  }
});

test("pruneSessions() deletes nothing outside of the store when an index names paths there", (source) => {
  using at = oldStore(source);
  const outside = Deno.makeTempFileSync({ suffix: ".jsonl" });
  try {
    const { projectIndex, globalIndex } = catalogOf(at);
    projectIndex.update((entries) => entries.map((entry) => ({ ...entry, log_path: outside })));
    globalIndex.update((entries) => entries.map((entry) => ({ ...entry, log_path: outside })));
    const idField = openStore(at).rules.sessionField;
    for (const id of [idOf(outside), "../../../etc/x"]) {
      projectIndex.update((entries) => [...entries, { ...entries[0]!, [idField]: id }]);
    }
    const plan = planPrune({ ...at, olderThanMs: DAY, all: true });
    assertEquals(plan.sessions.map(({ logPath }) => logPath.startsWith(`${at.root}/`)), plan.sessions.map(() => true));
    pruneSessions(plan);
    assertEquals(Deno.statSync(outside).isFile, true);
    assertEquals(contentsOf(at).entries.filter((entry) => entry.includes(idOf(outside))).length > 0, true);
  } finally {
    Deno.removeSync(outside);
  }
});

test("pruneSessions() deletes a symbolic link and not what it leads to", (source) => {
  using at = oldStore(source);
  const target = `${at.root}/elsewhere.jsonl`;
  Deno.renameSync(at.logs.failure, target);
  Deno.symlinkSync(target, at.logs.failure);
  Deno.removeSync(at.logs.success);
  Deno.symlinkSync(`${at.root}/nothing`, at.logs.success);
  const results = pruneSessions(planPrune({ ...at, olderThanMs: DAY, workflow: "nightly" }));
  assertEquals(outcomes(at, results), "failure:deleted success:deleted");
  assertEquals(results.map(({ bytesFreed }) => bytesFreed), [0, 0]);
  assertEquals(Deno.statSync(target).isFile, true);
  assertEquals(Object.keys(contentsOf(at).logs).includes(`${idOf(at.logs.failure)}.jsonl`), false);
});

test("pruneSessions() leaves directories alone that are named like files of a session", (source) => {
  using at = oldStore(source);
  const base = at.logs.success.replace(/\.jsonl$/, "");
  for (const suffix of [".lock", ".jsonl.torn-1"]) Deno.mkdirSync(base + suffix);
  pruneSessions(planPrune({ ...at, olderThanMs: DAY }));
  assertEquals(contentsOf(at).names.filter((name) => name.startsWith(idOf(at.logs.success))), [
    `${idOf(at.logs.success)}.jsonl.torn-1`,
    `${idOf(at.logs.success)}.lock`,
  ]);
});

test("pruneSessions() removes locks without a log, but none that is held", (source) => {
  using at = oldStore(source);
  const folder = at.logs.success.replace(/[^/]*$/, "");
  using _held = FileLock.take(`${folder}held.lock`);
  for (const name of ["left.lock", "left.append", "other.txt", "left.jsonl.torn-1"]) {
    Deno.writeTextFileSync(folder + name, "");
  }
  const plan = planPrune({ ...at, states: ["crashed"] });
  pruneSessions(plan);
  const { names } = contentsOf(at);
  assertEquals(names.filter((name) => /^(left|held|other)/.test(name)), [
    "held.lock",
    "left.jsonl.torn-1",
    "other.txt",
  ]);
});

test("pruneSessions() tells what could not be deleted when the system refuses", (source) => {
  using at = oldStore(source);
  const { removeSync } = Deno;
  Deno.removeSync = (path, options): void => {
    if (path === at.logs.torn) throw new Deno.errors.PermissionDenied("Operation not permitted");
    removeSync(path, options);
  };
  let results: PruneResult[];
  try {
    results = pruneSessions(planPrune({ ...at, olderThanMs: DAY }));
  } finally {
    Deno.removeSync = removeSync;
  }
  assertEquals(
    outcomes(at, results),
    "crashed:deleted failure:deleted stale:deleted success:deleted torn:failed",
  );
  const [{ why, bytesFreed }] = results.filter(({ outcome }) => outcome === "failed") as [PruneResult];
  assertEquals([why, bytesFreed], ["Operation not permitted", "torn".length]);
  assertEquals(planned(at, { olderThanMs: DAY }), "torn:older");
}, Deno.build.os === "windows");

test("pruneSessions() deletes nothing when an index cannot be written", (source) => {
  using at = oldStore(source);
  const before = contentsOf(at);
  const plan = planPrune({ ...at, olderThanMs: DAY });
  const { renameSync } = Deno;
  Deno.renameSync = (): void => {
    throw new Deno.errors.PermissionDenied("Operation not permitted");
  };
  try {
    let message = "";
    try {
      pruneSessions(plan);
    } catch (error) {
      message = (error as Error).message;
    }
    assertMatch(message, /Operation not permitted/);
  } finally {
    Deno.renameSync = renameSync;
  }
  assertEquals(withoutTurns(contentsOf(at)), withoutTurns(before));
});

test("pruneSessions() deletes logs first and entries then when the disk is full", (source) => {
  using at = oldStore(source);
  const after = without(contentsOf(at), OLD.map((kind) => at.logs[kind]));
  const plan: PrunePlan = planPrune({ ...at, olderThanMs: DAY });
  const { renameSync } = Deno;
  Deno.renameSync = (from, to): void => {
    const isFull = OLD.some((kind) => existsAt(at.logs[kind]));
    if (isFull) throw Object.assign(new Error("No space left on device"), { code: "ENOSPC" });
    renameSync(from, to);
  };
  try {
    assertEquals(pruneSessions(plan).every(({ outcome }) => outcome === "deleted"), true);
  } finally {
    Deno.renameSync = renameSync;
  }
  assertEquals(contentsOf(at), after);
});

function existsAt(path: string): boolean {
  try {
    return Deno.lstatSync(path).isFile;
  } catch {
    return false;
  }
}

test("pruneSessions() deletes each session once when several programs prune at once", async (source) => {
  using at = oldStore(source);
  const after = without(contentsOf(at), OLD.map((kind) => at.logs[kind]));
  const pruners = [1, 2, 3, 4].map(() => resultOf(spawnFixture("pruner.ts", { args: [at.root, at.project, source] })));
  for (const { code, stderr } of await Promise.all(pruners)) assertEquals(code, 0, stderr);
  assertEquals(contentsOf(at), after);
});

test("pruneSessions() leaves no lock behind when somebody else prunes the session just then", (source) => {
  using at = oldStore(source);
  const plan = planPrune({ ...at, states: ["crashed"] });
  const lock = lockOf(at.logs.crashed);
  const { lstatSync } = Deno;
  Deno.lstatSync = (path): Deno.FileInfo => {
    const info = lstatSync(path);
    if (path !== lock) return info;
    Deno.lstatSync = lstatSync;
    for (const gone of [at.logs.crashed, lock]) Deno.removeSync(gone);
    return info;
  };
  try {
    assertEquals(outcomes(at, pruneSessions(plan)), "crashed:kept");
  } finally {
    Deno.lstatSync = lstatSync;
  }
  assertEquals(contentsOf(at).names.filter((name) => name === `${idOf(at.logs.crashed)}.lock`), []);
});

test("pruneSessions() prunes more sessions than files can be open when there are many", (source) => {
  using at = oldStore(source);
  const { layout } = catalogOf(at);
  const { rules } = openStore(at);
  const ts = new Date(LONG_AGO).toISOString().replace("Z", "+00:00");
  const end = {
    seq: 1,
    ts,
    status: "success",
    durationMs: 1,
    reason: "",
    repairedAt: ts,
    last: undefined,
    name: "",
  } as const;
  for (let number = 0; number < 1500; number++) {
    const line = rules.dialect.encode(rules.endEvent({ ...end, sessionId: `s${number}` }));
    Deno.writeTextFileSync(`${layout.sessionsDir}/s${number}.jsonl`, `${line}\n`);
  }
  const results = pruneSessions(planPrune({ ...at, workflow: "" }));
  assertEquals(results.length, 1500);
  assertEquals(results.filter(({ outcome }) => outcome !== "deleted"), []);
  assertEquals(Object.keys(contentsOf(at).logs).length, 8);
});

test("pruneSessions() keeps the right of a session that starts meanwhile to its lock", (source) => {
  using at = oldStore(source);
  const plan = planPrune({ ...at, olderThanMs: DAY });
  const writer = begin("w", at);
  pruneSessions({ ...plan, leftovers: [lockOf(writer.logPath)] });
  assertEquals(existsAt(lockOf(writer.logPath)), true);
  writer.end("success");
});
