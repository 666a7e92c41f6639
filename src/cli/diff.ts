import { SessionNotFoundError, UsageError } from "../errors.ts";
import { formatDuration, formatTime } from "../query/duration.ts";
import { compileGlob } from "../query/glob.ts";
import { visible } from "../query/visible.ts";
import { diffSessions, type SessionDiff } from "../session/diff.ts";
import { openCatalog } from "../session/sessions.ts";
import type { SessionEntry } from "../storage/catalog.ts";
import { type Command, type CommandContext, defineCommand } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { writeJsonLines } from "./json_lines.ts";
import type { Style } from "./style.ts";

const OPTIONS = {
  latest: { kind: "boolean", help: "the newest session against the last success of its workflow before it" },
  workflow: {
    kind: "string",
    value: "NAME",
    help: "with --latest: the newest of this workflow; * stands for anything",
  },
  json: { kind: "boolean", help: "one JSON object" },
} as const;

type Context = CommandContext<typeof OPTIONS>;
type Session = SessionEntry<unknown>;

/** `ziglog diff`: compares two sessions. */
export const diff: Command<typeof OPTIONS> = defineCommand({
  usage: ["diff A B [--json]", "diff --latest [--workflow NAME] [--json]"],
  description:
    "Tells how session B differs from session A: how it ended, steps added and dropped, steps that went another way, " +
    "steps that succeeded in both and took longer (by 20 % and by 100 ms at least), and for each step and stream the " +
    "first line of output that differs. Dates and times, durations, UUIDs, hexadecimal ids of 8 digits and more, and " +
    "the temporary part of paths do not count as differences.\n\n" +
    "Exit code 0: the sessions are alike; 1: they differ. Of output that the sessions wrote in a very different order " +
    "at most 32 million characters are held back; a stream that needs more is named as not compared to its end, " +
    "which is no difference.\n\n" +
    "The object of --json has a and b (zig_session_id, workflow_name, state, log_path), alike, status (a, b; or null), " +
    "added, dropped, flips (step_name, a, b), slower (step_name, a_ms, b_ms), output (step_name, stream, line, a, b; " +
    "null where the output had ended) and uncompared (step_name, stream, lines).",
  maxPositionals: 2,
  options: OPTIONS,
  examples: [
    { command: "ziglog diff --latest", help: "what is different since it last worked?" },
    { command: "ziglog diff 289aa865 4c1f22b0", help: "two sessions, by the beginnings of their ids" },
    { command: "ziglog diff --latest --json | jq '.flips'", help: "the same for a program" },
  ],
  async run(context: Context): Promise<number> {
    const { options, host, style } = context;
    const [a, b] = sessionsOf(context);
    const found = await diffSessions(a.logPath, b.logPath);
    if (options.json) writeJsonLines(host, [diffJson(a, b, found)]);
    else host.stdout.write(diffText(a, b, found, style).map((line) => `${line}\n`).join(""));
    return found.alike ? ExitCode.ok : ExitCode.failed;
  },
});

function sessionsOf({ layout, host, options, positionals }: Context): readonly [Session, Session] {
  const [a, b] = positionals;
  const catalog = openCatalog(layout);
  const now = host.now().getTime();
  if (!options.latest) {
    if (options.workflow !== undefined) throw new UsageError(`Cannot use option "--workflow": it needs --latest`);
    if (a === undefined || b === undefined) {
      throw new UsageError("Cannot compare sessions: expected two ids, or --latest");
    }
    return [catalog.resolve({ kind: "id", id: a }, now), catalog.resolve({ kind: "id", id: b }, now)];
  }
  if (a !== undefined) throw new UsageError(`Cannot compare "${a}" and --latest: expected two ids, or --latest`);
  return lastSuccessAndLatest(catalog.list(now), options.workflow);
}

function lastSuccessAndLatest(sessions: readonly Session[], workflow: string | undefined): readonly [Session, Session] {
  const fits = workflow === undefined ? () => true : compileGlob(workflow);
  const at = sessions.findIndex(({ name }) => fits(name));
  const latest = sessions[at];
  if (latest === undefined) {
    const of = workflow === undefined ? "" : ` of workflow "${workflow}"`;
    throw new SessionNotFoundError(`Cannot find the latest session${of}: the project has none`);
  }
  const success = sessions.slice(at + 1).find(({ name, state }) => name === latest.name && state === "success");
  if (success !== undefined) return [success, latest];
  throw new SessionNotFoundError(
    `Cannot find a success of workflow "${latest.name}" before session "${latest.id}" to compare it with`,
  );
}

function diffJson(a: Session, b: Session, found: SessionDiff): Parameters<typeof writeJsonLines>[1][number] {
  return {
    a: sessionJson(a),
    b: sessionJson(b),
    alike: found.alike,
    status: found.status,
    added: found.added,
    dropped: found.dropped,
    flips: found.flips.map(({ step, a, b }) => ({ step_name: step, a, b })),
    slower: found.slower.map(({ step, a, b }) => ({ step_name: step, a_ms: a, b_ms: b })),
    output: found.output.differences.map(({ step, ...rest }) => ({ step_name: step, ...rest })),
    uncompared: found.output.uncompared.map(({ step, ...rest }) => ({ step_name: step, ...rest })),
  };
}

function sessionJson({ id, name, state, logPath }: Session): Record<string, string> {
  return { zig_session_id: id, workflow_name: name, state, log_path: logPath };
}

function describe({ id, name, state, startedAt }: Session): string {
  return visible(`${id} ${name}, ${state}, started ${formatTime(startedAt, 0)}`);
}

function noEnd({ state }: Session): string {
  return `not (${state})`;
}

function diffText(a: Session, b: Session, found: SessionDiff, style: Style): string[] {
  const { status, output } = found;
  const lines = [
    style.dim(`a: ${describe(a)}`),
    style.dim(`b: ${describe(b)}`),
  ];
  if (status !== null) lines.push(`ended: ${status.a ?? noEnd(a)} → ${status.b ?? noEnd(b)}`);
  for (const step of found.added) lines.push(style.green(`+ ${visible(step)}`));
  for (const step of found.dropped) lines.push(style.red(`- ${visible(step)}`));
  for (const flip of found.flips) lines.push(style.bold(`${visible(flip.step)}: ${flip.a} → ${flip.b}`));
  for (const { step, a, b } of found.slower) {
    const more = a > 0 ? ` (+${Math.round((b - a) / a * 100)} %)` : "";
    lines.push(style.yellow(`${visible(step)}: ${formatDuration(a)} → ${formatDuration(b)}${more}`));
  }
  for (const { step, stream, line, a, b } of output.differences) {
    lines.push(
      `${visible(step)} ${stream}, line ${line}:`,
      style.red(`  - ${a === null ? "(no more output)" : visible(a)}`),
      style.green(`  + ${b === null ? "(no more output)" : visible(b)}`),
    );
  }
  for (const { step, stream, lines: count } of output.uncompared) {
    lines.push(style.dim(`${visible(step)} ${stream}: not compared after line ${count}`));
  }
  return found.alike ? [...lines, "alike"] : lines;
}
