/** `ziglog show` of a run of outrig. */

import { type JsonObject, stringifyJson } from "../codec/json.ts";
import { listRunLogs, type RunLog } from "../outrig/run_logs.ts";
import { formatDuration, formatTime } from "../query/duration.ts";
import { formatSize } from "../query/units.ts";
import { visible, visibleJson } from "../query/visible.ts";
import { runOf } from "../sources/outrig_source.ts";
import type { AnySession } from "../sources/source.ts";
import { ExitCode } from "./exit_code.ts";
import { type Fact, factLines } from "./facts.ts";
import type { ShowContext } from "./show.ts";
import { stateColor } from "./style.ts";

/** Fields of a record that the title or another fact tells. */
const TOLD: readonly string[] = ["id", "started_at", "ended_at"];

/**
 * Shows the record of a run, and what logs it has.
 *
 * @param context What the command is given.
 * @param session The run.
 * @returns The exit code.
 */
export function showRecord({ options, host, style }: ShowContext, session: AnySession): number {
  const run = runOf(session);
  const logs = listRunLogs(run);
  if (options.json) {
    const json = stringifyJson(recordJson(session, logs));
    host.stdout.write(`${host.stdout.isTerminal && !options.raw ? visibleJson(json) : json}\n`);
    return ExitCode.ok;
  }
  const { state, durationMs, startedAt, endedAt } = session;
  const color = stateColor(state, style);
  const took = durationMs === null ? "" : ` ${state === "running" ? "for" : "after"} ${formatDuration(durationMs)}`;
  const facts: Fact[] = [
    ["run", session.id],
    ["started", formatTime(startedAt, 0)],
    ["ended", endedAt === null ? null : formatTime(endedAt, 0)],
    ...Object.entries(run.record).filter(([name]) => !TOLD.includes(name)).map(([name, value]): Fact => {
      return [name.replaceAll("_", " "), textOf(value)];
    }),
    ["link to", run.linkTarget],
    ...logs.map(({ name, bytes }, at): Fact => [at === 0 ? "logs" : "", `${name}  ${formatSize(bytes)}`]),
  ];
  const title = `${style.bold(visible(session.name))}  ${color(`${state}${took}`)}`;
  host.stdout.write(`${[title, ...factLines(facts, host.stdout.columns, style)].join("\n")}\n`);
  return ExitCode.ok;
}

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === "string" ? value : stringifyJson(value);
}

function recordJson(session: AnySession, logs: readonly RunLog[]): JsonObject {
  const { record, dir, linkTarget } = runOf(session);
  return {
    ...record,
    state: session.state,
    duration_ms: session.durationMs,
    dir,
    link_target: linkTarget,
    logs: logs.map(({ name, path, bytes, modified }) => ({ name, path, bytes, modified })),
  };
}
