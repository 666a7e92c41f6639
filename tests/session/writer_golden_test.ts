/** What the writer makes of a scenario, beside what the Rust writer made of it. */

import { assertEquals } from "@std/assert";
import { parseJson, type U64 } from "../../src/codec/json.ts";
import type { SessionLogEvent, SessionStatus } from "../../src/codec/zig_events.ts";
import type { SessionWriter } from "../../src/session/writer.ts";
import { goldenText } from "../helpers/golden.ts";
import { Studio } from "../helpers/recording.ts";

/** An event of the scenario: as in a log, without its envelope; or output that is a text repeated. */
type Told = SessionLogEvent | {
  readonly type: "step_output_repeat";
  readonly step_name: string;
  readonly stream: "stdout" | "stderr";
  readonly unit: string;
  readonly count: number;
};

interface Scenario {
  readonly workflow_name: string;
  readonly workflow_path: string;
  readonly prompt: string | null;
  readonly tier_count: U64;
  readonly events: readonly Told[];
  readonly end: { readonly status: SessionStatus; readonly duration_ms: U64 };
}

const ID = "289aa865-eb73-48c9-a995-6b3245bfcc28";
const PROJECT = "/home/user/.zig/projects/src-proj";
const scenario = parseJson(goldenText("zig/all/scenario.json")) as Scenario;
const goldenLines = goldenText(`zig/all/${ID}.jsonl`).split("\n");

function tell(writer: SessionWriter, event: Told): void {
  switch (event.type) {
    case "tier_started":
      return writer.tierStarted(event.tier_index, event.step_names);
    case "step_started": {
      const { step_name, tier_index, zag_session_id: zagSessionId, zag_command: zagCommand, model } = event;
      return writer.stepStarted(step_name, tier_index, {
        zagSessionId,
        zagCommand,
        model,
        promptPreview: event.prompt_preview,
      });
    }
    case "step_output":
      return writer.stepOutput(event.step_name, event.stream, event.line);
    case "step_output_repeat":
      return writer.stepOutput(event.step_name, event.stream, event.unit.repeat(event.count));
    case "step_completed": {
      const { exit_code: exitCode, duration_ms: durationMs, saved_vars: savedVars } = event;
      return writer.stepCompleted(event.step_name, { exitCode, durationMs, savedVars });
    }
    case "step_failed": {
      const { exit_code: exitCode, attempt, error } = event;
      return writer.stepFailed(event.step_name, { exitCode, attempt, error });
    }
    case "step_skipped":
      return writer.stepSkipped(event.step_name, event.reason);
    case "heartbeat":
      return writer.heartbeat();
    default:
      throw new Error(`the scenario holds ${event.type}`);
  }
}

function record(studio: Studio): SessionWriter {
  const { cwd } = JSON.parse(goldenLines[0]!) as { cwd: string };
  const writer = studio.record({
    workflowName: scenario.workflow_name,
    workflowPath: scenario.workflow_path,
    prompt: scenario.prompt,
    tierCount: scenario.tier_count,
    cwd,
  });
  for (const event of scenario.events) tell(writer, event);
  return writer;
}

/** A text with what must differ replaced: the id, the project, and the times. */
function normalized(text: string, studio: Studio, writer: SessionWriter): string {
  return withoutTimes(text.replaceAll(writer.sessionId, ID).replaceAll(studio.layout.projectDir, PROJECT));
}

function withoutTimes(text: string): string {
  return text.replaceAll(/"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}\+00:00"/g, '"<time>"');
}

Deno.test("SessionWriter writes the bytes of the golden log but for id, times and paths when it is told the same", () => {
  using studio = new Studio();
  const writer = record(studio);
  writer.ended(scenario.end.status, scenario.end.duration_ms);
  const lines = normalized(Deno.readTextFileSync(writer.logPath), studio, writer).split("\n");
  assertEquals(lines.length, goldenLines.length);
  lines.forEach((line, at) => assertEquals(line, withoutTimes(goldenLines[at]!)));
});

Deno.test("SessionWriter writes the bytes of the golden indexes but for id, times and paths, before the end and after", () => {
  using studio = new Studio();
  const { indexPath, globalIndexPath } = studio.layout;
  const writer = record(studio);
  const check = (suffix: string): void => {
    for (const [path, name] of [[indexPath, "index"], [globalIndexPath, "sessions_index"]] as const) {
      const golden = withoutTimes(goldenText(`zig/all/${name}${suffix}.json`));
      assertEquals(normalized(Deno.readTextFileSync(path), studio, writer), golden);
    }
  };
  check(".before-end");
  writer.ended(scenario.end.status, scenario.end.duration_ms);
  check("");
});
