import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { type AgentIndexEntry, ZAG_PROJECT_INDEX } from "../../src/codec/zag_index.ts";
import { type SessionLogIndexEntry, ZIG_PROJECT_INDEX } from "../../src/codec/zig_index.ts";
import { compareIndex, type IndexComparison, type IndexedLog } from "../../src/query/compare_index.ts";

type Entry = SessionLogIndexEntry;

function entryOf(id: string, changes: Partial<Entry> = {}): Entry {
  return {
    zig_session_id: id,
    workflow_name: "nightly",
    workflow_path: "/wf",
    log_path: `/logs/${id}.jsonl`,
    started_at: `2026-11-21T01:00:0${id.length}.000000001+00:00`,
    ended_at: "2026-11-21T01:00:20.5+00:00",
    status: "success",
    workspace_path: "/store",
    ...changes,
  };
}

const OPEN = { ended_at: null, status: null };

/** Compares an index with logs that say what these entries do. */
function compare(
  entries: readonly Entry[],
  logs: readonly (Entry & Partial<Pick<IndexedLog<Entry>, "knowsStart" | "isLive">>)[],
  options: { readonly only?: string; readonly others?: readonly string[] } = {},
): IndexComparison<Entry> {
  return compareIndex(ZIG_PROJECT_INDEX, entries, {
    logs: new Map(logs.map(({ knowsStart = true, isLive = false, ...entry }) => {
      return [entry.zig_session_id, { entry, knowsStart, isLive }];
    })),
    hasLog: ({ id }) => options.others?.includes(id) ?? false,
    isSameFile: (one, other) => one.replace("/link", "") === other,
    only: options.only,
  });
}

interface Case {
  readonly name: string;
  readonly entries: readonly Entry[];
  readonly logs: Parameters<typeof compare>[1];
  readonly options?: Parameters<typeof compare>[2];
  /** Kind and session. */
  readonly found: readonly string[];
  /** The entries as they should be; unchanged when left out. */
  readonly becomes?: readonly Entry[];
}

const [a, bb, ccc] = [entryOf("a"), entryOf("bb"), entryOf("ccc")];

const CASES: readonly Case[] = [
  { name: "nothing, where all agrees", entries: [a, bb], logs: [bb, a], found: [] },
  {
    name: "nothing in times that differ by the time it takes to write them",
    entries: [entryOf("a", { started_at: "2026-11-21T01:00:00.9+00:00", ended_at: "2026-11-21T01:00:20.6Z" })],
    logs: [a],
    found: [],
  },
  {
    name: "a log without an entry, which it puts where its start belongs",
    entries: [a, ccc],
    logs: [a, bb, ccc],
    found: ["not_indexed bb"],
    becomes: [a, bb, ccc],
  },
  { name: "an entry without a log", entries: [a, bb], logs: [a], found: ["log_missing bb"], becomes: [a] },
  {
    name: "nothing in an entry whose log lies elsewhere",
    entries: [a, bb],
    logs: [a],
    options: { others: ["bb"] },
    found: [],
  },
  {
    name: "an entry that is there twice, of which the last counts",
    entries: [entryOf("a", OPEN), bb, a],
    logs: [a, bb],
    found: ["duplicate_entry a"],
    becomes: [bb, a],
  },
  {
    name: "an end that the index does not know",
    entries: [entryOf("a", OPEN)],
    logs: [a],
    found: ["end_missing a"],
    becomes: [a],
  },
  {
    name: "an end without a status",
    entries: [entryOf("a", { status: null })],
    logs: [a],
    found: ["end_missing a"],
    becomes: [a],
  },
  {
    name: "an end that the log has lost, which it keeps",
    entries: [a],
    logs: [entryOf("a", OPEN)],
    found: ["end_unfounded a"],
  },
  {
    name: "another status",
    entries: [entryOf("a", { status: "failure" })],
    logs: [a],
    found: ["end_differs a"],
    becomes: [a],
  },
  {
    name: "another end",
    entries: [entryOf("a", { ended_at: "2026-11-21T02:00:20.5+00:00" })],
    logs: [a],
    found: ["end_differs a"],
    becomes: [a],
  },
  {
    name: "a path to another file",
    entries: [entryOf("a", { log_path: "/elsewhere/a.jsonl" })],
    logs: [a],
    found: ["log_path_wrong a"],
    becomes: [a],
  },
  {
    name: "nothing in a path that leads to the same file",
    entries: [entryOf("a", { log_path: "/link/logs/a.jsonl" })],
    logs: [a],
    found: [],
  },
  {
    name: "another name and another start",
    entries: [entryOf("a", { workflow_name: "x", started_at: "2026-11-20T01:00:00+00:00" })],
    logs: [a],
    found: ["entry_differs a", "entry_differs a"],
    becomes: [a],
  },
  {
    name: "nothing in a start that the log has lost",
    entries: [a],
    logs: [{ ...entryOf("a", { workflow_name: "", started_at: "2026-01-01T00:00:00+00:00" }), knowsStart: false }],
    found: [],
  },
  {
    name: "nothing in a workspace that is not told",
    entries: [entryOf("a", { workspace_path: null })],
    logs: [a],
    found: [],
  },
  {
    name: "only the one session that it is asked for",
    entries: [entryOf("a", OPEN), entryOf("bb", OPEN), ccc],
    logs: [bb],
    options: { only: "bb" },
    found: ["end_missing bb"],
    becomes: [entryOf("a", OPEN), bb, ccc],
  },
];

for (const { name, entries, logs, options, found, becomes = entries } of CASES) {
  Deno.test(`compareIndex() finds ${name}`, () => {
    const compared = compare(entries, logs, options);
    assertEquals(compared.differences.map(({ kind, sessionId }) => `${kind} ${sessionId}`), [...found]);
    assertEquals(compared.entries, [...becomes]);
    const again = compare(compared.entries, logs, options);
    assertEquals(again.entries, compared.entries);
    assert(again.differences.every(({ kind }) => kind === "end_unfounded"));
  });
}

Deno.test("compareIndex() leaves entries without fault as they are, unknown fields and all", () => {
  const strange = { ...a, mood: "good" };
  const { entries } = compare([strange, { ...entryOf("bb", OPEN), mood: "bad" } as Entry], [a, bb]);
  assertStrictEquals(entries[0], strange);
  assertEquals(entries[1], { ...bb, mood: "bad" } as Entry);
});

Deno.test("compareIndex() says of a session that goes on that its entry may change the next moment", () => {
  const open = entryOf("a", { ...OPEN, log_path: "/nowhere" });
  const live = compare([open], [{ ...a, isLive: true }, { ...bb, isLive: true }]);
  assertEquals(live.differences.map(({ kind, sessionId, isLive }) => [kind, sessionId, isLive]), [[
    "not_indexed",
    "bb",
    true,
  ]]);
  assertEquals(live.entries, [open, bb]);
});

const AGENT: AgentIndexEntry = {
  wrapper_session_id: "w",
  provider: "claude",
  provider_session_id: "own",
  log_path: "/logs/w.jsonl",
  completeness: "partial",
  started_at: "2026-11-21T01:00:00+00:00",
  ended_at: "2026-11-21T01:00:20.5+00:00",
  workspace_path: "/src",
  command: "exec",
  source_paths: ["/home/ada/.claude/own.jsonl"],
  backfilled: true,
};

/** What the log of that session tells: less than its entry. */
const FROM_LOG: AgentIndexEntry = {
  ...AGENT,
  completeness: "full",
  started_at: "2026-11-21T01:00:07+00:00",
  source_paths: [],
  command: null,
};

const OF_AGENTS:
  readonly (readonly [name: string, entry: Partial<AgentIndexEntry>, log: Partial<AgentIndexEntry>, found: string])[] =
    [
      ["nothing, where the entry knows more than the log, and nobody how it ended", {}, {}, ""],
      [
        "an end that is missing",
        { ended_at: null },
        {},
        "end_missing: the log has ended, and the entry does not say so",
      ],
      [
        "an end that is another",
        { ended_at: "2026-11-21T01:00:00+00:00" },
        {},
        `end_differs: the entry says the end at 2026-11-21T01:00:00+00:00, the log the end at ${AGENT.ended_at}`,
      ],
      [
        "an end that the log does not have",
        {},
        { ended_at: null },
        "end_unfounded: the entry says that it ended, and the log does not end",
      ],
      ["another log", { log_path: "/else" }, {}, 'log_path_wrong: log_path is "/else", not "/logs/w.jsonl"'],
    ];

for (const [name, entry, log, found] of OF_AGENTS) {
  Deno.test(`compareIndex() finds ${name}, in an index of agents' sessions`, () => {
    const compareAgain = (entries: readonly AgentIndexEntry[]): IndexComparison<AgentIndexEntry> =>
      compareIndex(ZAG_PROJECT_INDEX, entries, {
        logs: new Map([["w", { entry: { ...FROM_LOG, ...log }, knowsStart: true, isLive: false }]]),
        hasLog: () => true,
        isSameFile: () => false,
      });
    const { differences, entries } = compareAgain([{ ...AGENT, ...entry }]);
    assertEquals(differences.map(({ kind, message }) => `${kind}: ${message}`).join(), found);
    assertEquals(entries, [AGENT]);
    assertEquals(compareAgain(entries).entries, entries);
  });
}
