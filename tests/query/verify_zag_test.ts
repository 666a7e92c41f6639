/** What checking an agent's log finds: less than in that of a workflow, as it can be gone on with and added to. */

import { assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { encodeAgentEvent } from "../../src/codec/zag.ts";
import type { AgentEventKind } from "../../src/codec/zag_events.ts";
import type { Finding, FindingKind } from "../../src/query/finding.ts";
import { LogVerifier, type LogWriter } from "../../src/query/verify.ts";
import { ZAG_RULES } from "../../src/query/zag_rules.ts";
import { anyAgentKind } from "../agent/arbitraries.ts";
import { golden, goldenBytes } from "../helpers/golden.ts";

const ID = "w-1";
const utf8 = new TextEncoder();

const STARTED: AgentEventKind = {
  type: "session_started",
  command: "exec",
  model: null,
  cwd: "/src",
  resumed: false,
  backfilled: false,
};
const SAID: AgentEventKind = { type: "assistant_message", content: "ünïcödé 😀", message_id: null };
const NOTE: AgentEventKind = { type: "user_event", level: "info", message: "released" };
const ENDED: AgentEventKind = { type: "session_ended", success: true, error: null };

/** The line of an event. */
function line(seq: number, kind: AgentEventKind, more: object = {}): string {
  return encodeAgentEvent({
    seq,
    ts: `2020-11-21T01:51:23.${String(seq).padStart(3, "0")}+00:00`,
    provider: "claude",
    wrapper_session_id: ID,
    provider_session_id: null,
    source_kind: "wrapper",
    completeness: "full",
    ...kind,
    ...more,
  });
}

function check(text: string | Uint8Array<ArrayBuffer>, writer: LogWriter = "gone", id = ID): Finding[] {
  const verifier = new LogVerifier(id, ZAG_RULES);
  const bytes = typeof text === "string" ? utf8.encode(text) : text;
  return [...verifier.take({ offset: 0, bytes }), ...verifier.finish(writer)];
}

function textOf(lines: readonly string[]): string {
  return lines.map((each) => `${each}\n`).join("");
}

const SOUND = [line(1, STARTED), line(2, SAID), line(3, ENDED)];

const FINE: readonly (readonly [name: string, lines: readonly string[]])[] = [
  ["one beginning and one end", SOUND],
  ["no beginning, as its writer alone has none", [line(1, SAID), line(2, ENDED)]],
  ["number 0, as another program began it", [line(0, NOTE), line(1, STARTED), line(2, ENDED)]],
  ["notes behind its end", [...SOUND, line(4, NOTE), line(5, NOTE)]],
  ["gone on", [...SOUND, line(4, { ...STARTED, resumed: true }), line(5, SAID), line(6, ENDED)]],
  ["gone on without a beginning, as an import does", [...SOUND, line(4, SAID), line(5, ENDED)]],
];

for (const [name, lines] of FINE) {
  Deno.test(`LogVerifier finds nothing in an agent's log that has ${name}`, () => {
    assertEquals(check(textOf(lines)), []);
  });
}

type Found = readonly (readonly [kind: FindingKind, line: number])[];

const DAMAGED: readonly (readonly [name: string, text: string, found: Found, writer?: LogWriter])[] = [
  ["an unfinished line", `${textOf(SOUND.slice(0, 2))}{"seq":3`, [["torn", 3], ["missing_end", 4]], "dead"],
  ["an unfinished line behind its end", `${textOf(SOUND)}{"`, [["torn", 4]]],
  ["no end, as its writer died", textOf(SOUND.slice(0, 2)), [["missing_end", 3]], "dead"],
  ["no end since it was gone on with", textOf([...SOUND, line(4, STARTED)]), [["missing_end", 5]], "dead"],
  ["no end, and is silent", textOf(SOUND.slice(0, 2)), [["silent", 3]], "silent"],
  ["no line", "", [["empty", 1]], "dead"],
  ["garbage in place of a line", textOf(SOUND.toSpliced(1, 1, "what?")), [["malformed", 2]]],
  ["an unknown type", textOf(SOUND.toSpliced(1, 1, SOUND[1]!.replace("assistant_message", "dream"))), [[
    "unknown_type",
    2,
  ]]],
  ["an unknown field", textOf(SOUND.toSpliced(1, 1, line(2, SAID, { mood: 1 }))), [["unknown_field", 2]]],
  ["an event of another session", textOf(SOUND.toSpliced(1, 1, line(2, SAID, { wrapper_session_id: "w-2" }))), [[
    "wrong_session",
    2,
  ]]],
  ["a number that is missing", textOf(SOUND.toSpliced(1, 1)), [["seq_gap", 2]]],
  ["lost its first lines", textOf(SOUND.slice(1)), [["seq_gap", 1]]],
  ["a number twice", textOf([...SOUND, line(3, NOTE)]), [["seq_repeat", 4]]],
  ["a time that runs backwards", textOf([...SOUND, line(4, NOTE, { ts: "2020-01-01T00:00:00+00:00" })]), [[
    "time_backwards",
    4,
  ]]],
  [
    "an end that a repair wrote",
    textOf([...SOUND.slice(0, 2), line(3, ENDED, { repaired_at: "t", repair_reason: "r" })]),
    [
      ["repaired", 3],
    ],
  ],
];

for (const [name, text, found, writer] of DAMAGED) {
  Deno.test(`LogVerifier finds what is wrong with an agent's log that has ${name}`, () => {
    const findings = check(text, writer);
    assertEquals(findings.map(({ kind, line }) => [kind, line]), found);
    const starts = (number: number): number => utf8.encode(text.split("\n").slice(0, number - 1).join("\n")).length;
    for (const { line, offset } of findings) {
      if (offset < utf8.encode(text).length) assertEquals(offset, line === 1 ? 0 : starts(line) + 1);
    }
  });
}

Deno.test("LogVerifier tells when and why a repair ended an agent's session", () => {
  const text = textOf([...SOUND.slice(0, 2), line(3, ENDED, { repaired_at: "today", repair_reason: "it died" })]);
  assertMatch(check(text)[0]!.message, /"today": "it died"/);
});

Deno.test("LogVerifier knows the last end of an agent's session, and its last event", () => {
  const content = (lines: readonly string[]): LogVerifier["content"] => {
    const verifier = new LogVerifier(ID, ZAG_RULES);
    verifier.take({ offset: 0, bytes: utf8.encode(textOf(lines)) });
    return verifier.content;
  };
  const failed = line(5, { ...ENDED, success: false });
  assertEquals(content([...SOUND, line(4, STARTED)]).end, undefined);
  assertEquals(content([...SOUND, line(4, STARTED), failed]).end?.status, "failure");
  assertEquals(content([...SOUND, line(4, NOTE)]).last?.seq, 4);
});

Deno.test("LogVerifier finds nothing in an intact log, whatever an agent's events hold", () => {
  fc.assert(
    fc.property(fc.array(anyAgentKind, { maxLength: 30 }), (kinds) => {
      const lines = [...kinds, ENDED].map((kind, at) => line(at + 1, kind));
      assertEquals(check(textOf(lines)), []);
    }),
    { numRuns: 200 },
  );
});

/** What the Rust program does wrong: a number twice when two append. One of its samples has another name than its session. */
const OF_RUST: Readonly<Record<string, readonly FindingKind[]>> = {
  "zag/all/w-1.jsonl": ["seq_repeat"],
  "zag/append-new/x.jsonl": ["wrong_session"],
  "zag/append-new/y.jsonl": ["wrong_session"],
  "zag/resume/w-1.jsonl": ["seq_repeat"],
};

Deno.test("LogVerifier finds in the logs of the Rust program what is wrong with them, and no more", () => {
  for (const path of golden("zag", /\.jsonl$/)) {
    const id = /([^/]+)\.jsonl$/.exec(path)![1]!;
    const damage = check(goldenBytes(path), "alive", id).filter(({ severity }) => severity === "damage");
    assertEquals(damage.map(({ kind }) => kind), OF_RUST[path] ?? [], path);
  }
});
