import { assertEquals, assertFalse } from "@std/assert";
import { assert as check, property, string } from "fast-check";
import type { Decoded, DecodedMalformed } from "../../src/codec/dialect.ts";
import { decodeBlock } from "../../src/codec/decode_block.ts";
import { ZIG } from "../../src/codec/zig.ts";
import type { SessionEventKind, SessionLogEvent } from "../../src/codec/zig_events.ts";
import { placeOf, renderEvent } from "../../src/query/render.ts";
import { renderLine, renderMalformed } from "../../src/query/render_line.ts";
import { ZIG_VIEW } from "../../src/query/zig_view.ts";
import { visible, visibleJson } from "../../src/query/visible.ts";
import { golden, goldenBytes, goldenText } from "../helpers/golden.ts";

function event(kind: SessionEventKind): SessionLogEvent {
  return { seq: 1, ts: "2026-11-21T01:51:23+00:00", zig_session_id: "s", ...kind };
}

function malformed(text: string, torn = false): DecodedMalformed {
  return { kind: "malformed", reason: "not a JSON object", torn, offset: 390, length: text.length + 1, text };
}

function linesOf(bytes: Uint8Array<ArrayBuffer>): Decoded<SessionLogEvent>[] {
  return decodeBlock(ZIG, { offset: 0, bytes });
}

/** What `zig listen` 0.11 printed for the logs that it was asked for. */
for (const path of golden("zig", /listen\.txt$/)) {
  Deno.test(`renderEvent() gives ${path} when given the events of its log`, () => {
    const [log] = golden(path.replace("/listen.txt", ""), /\.jsonl$/);
    const texts = linesOf(goldenBytes(log!)).map((line) =>
      line.kind === "malformed" ? line.reason : renderLine(line, ZIG_VIEW)
    );
    const text = texts.filter((text) => text !== undefined).map((text) => `${text}\n`).join("");
    assertEquals(text, goldenText(path));
  });
}

Deno.test("renderEvent() counts one tier as one", () => {
  const started = { workflow_name: "w", workflow_path: "", workspace_path: null, cwd: null, prompt: null };
  const textWith = (tier_count: number): string | undefined =>
    renderEvent(event({ type: "zig_session_started", ...started, tier_count }));
  assertEquals(textWith(0), "▶ zig session started: w (0 tiers)");
  assertEquals(textWith(1), "▶ zig session started: w (1 tier)");
  assertEquals(textWith(2), "▶ zig session started: w (2 tiers)");
});

Deno.test("renderEvent() gives nothing when given a heartbeat", () => {
  assertEquals(renderEvent(event({ type: "heartbeat", interval_secs: 10 })), undefined);
});

Deno.test("placeOf() counts from 1 without loss, and wraps around at 64 bits", () => {
  assertEquals(placeOf(0), 1);
  assertEquals(placeOf(Number.MAX_SAFE_INTEGER), 9007199254740992n);
  assertEquals(placeOf(9007199254740993n), 9007199254740994n);
  assertEquals(placeOf(18446744073709551615n), 0);
});

Deno.test("renderLine() tells the type and the fields when given a line of an unknown type", () => {
  const text =
    '{"seq":1,"ts":"t","zig_session_id":"s","type":"step_paused","step_name":"a","until":18446744073709551615}\n';
  const [line] = linesOf(new TextEncoder().encode(text));
  assertEquals(line!.kind, "unknown");
  assertEquals(
    renderLine(line as Exclude<typeof line, DecodedMalformed | undefined>, ZIG_VIEW),
    '? step_paused {"step_name":"a","until":18446744073709551615}',
  );
});

Deno.test("renderMalformed() tells place, reason and beginning of the line", () => {
  assertEquals(renderMalformed(malformed("garbage")), "[malformed at byte 390] not a JSON object: garbage");
  assertEquals(renderMalformed(malformed("")), "[malformed at byte 390] not a JSON object");
  assertEquals(renderMalformed(malformed('{"seq', true)), '[unfinished at byte 390] not a JSON object: {"seq');
  assertEquals(
    renderMalformed(malformed("x".repeat(99))),
    `[malformed at byte 390] not a JSON object: ${"x".repeat(80)}…`,
  );
});

Deno.test("renderMalformed() never passes control characters on", () => {
  assertEquals(renderMalformed(malformed("\x1b[2Ja\nb")), "[malformed at byte 390] not a JSON object: ␛[2Ja␊b");
});

Deno.test("visible() shows what could steer a terminal and leaves the rest", () => {
  assertEquals(visible("\x1b[31mred\x1b[0m\r\n\x00\x07"), "␛[31mred␛[0m␍␊␀␇");
  assertEquals(visible("\x7f \x9b31m \x85"), "␡ \\x9b31m \\x85");
  assertEquals(visible("a\u202eb\u2066c\u2069 \u2028\u2029"), "a\\u202eb\\u2066c\\u2069 \\u2028\\u2029");
  const harmless = "tab\t größer 日本語 العربية 👩‍👩‍👧‍👦 \u200b\ufeff\u{f0000}";
  assertEquals(visible(harmless), harmless);
});

Deno.test("visible() leaves nothing that steers when given anything", () => {
  check(property(string({ unit: "binary", maxLength: 200 }), (text) => {
    // deno-lint-ignore no-control-regex
    assertFalse(/[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/.test(visible(text)));
  }));
});

Deno.test("visibleJson() gives JSON of the same meaning, without what steers", () => {
  check(property(string({ unit: "binary", maxLength: 200 }), (text) => {
    const shown = visibleJson(JSON.stringify({ text }));
    assertEquals(JSON.parse(shown), { text });
    assertEquals(visible(shown), shown);
  }));
});
