/** `ziglog logs`: what a run of outrig wrote. */

import { SessionNotFoundError, UsageError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import type { Run } from "../outrig/run.ts";
import { listRunLogs, type RunLog } from "../outrig/run_logs.ts";
import { formatAge, formatTime } from "../query/duration.ts";
import { table } from "../query/table.ts";
import { formatSize } from "../query/units.ts";
import { visible } from "../query/visible.ts";
import { runOf } from "../sources/outrig_source.ts";
import { type Command, type CommandContext, defineCommand } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { writeJsonLines } from "./json_lines.ts";
import { printRunLog } from "./print_run_log.ts";
import { chooseSession } from "./source_option.ts";

const OPTIONS = {
  follow: { kind: "boolean", short: "f", help: "go on as the log grows, until the run has ended" },
  json: { kind: "boolean", help: "one JSON object a log, or with NAME a line (NDJSON)" },
  raw: { kind: "boolean", help: "send control characters of the log to the terminal as they are" },
} as const;

type Context = CommandContext<typeof OPTIONS>;

/** `ziglog logs`. */
export const logs: Command<typeof OPTIONS> = defineCommand({
  usage: ["logs ID [--json]", "logs ID NAME [--follow] [--json] [--raw]"],
  description:
    "Lists the logs of a run of outrig, or prints one of them. ID is the id of the run or the beginning of one; what " +
    "ziglog run --session-dir recorded is such a run, too. On a terminal, control characters are shown instead of " +
    "obeyed.\n\n" +
    "With --follow it goes on as the log grows, until the record says that the run has ended. Exit code 4: the run has " +
    "no end and had been silent for so long that nobody can tell whether it goes on.",
  maxPositionals: 2,
  options: OPTIONS,
  examples: [
    { command: "ziglog logs 20260501T141907-ab12", help: "which logs does it have?" },
    { command: "ziglog logs 20260501T141907-ab12 build.stderr", help: "print one" },
    { command: "ziglog logs 20260501T141907-ab12 build.stdout --follow", help: "watch it grow" },
  ],
  async run(context: Context): Promise<number> {
    const { positionals: [id, name], options, host } = context;
    if (id === undefined) throw new UsageError("Cannot show logs: ID is missing");
    if (options.follow && name === undefined) throw new UsageError('Cannot use option "--follow": it needs NAME');
    const { source, session } = await chooseSession(context, { kind: "id", id }, undefined);
    if (source.name !== "outrig") {
      throw new SessionNotFoundError(
        `Cannot show logs of session "${session.id}": one of ${source.name} has none besides its events (see ziglog events)`,
      );
    }
    const run = runOf(session);
    const found = listRunLogs(run);
    if (name !== undefined) return await printRunLog(host, source.root, run, logNamed(name, run, found), options);
    if (options.json) {
      writeJsonLines(host, found.map(({ name, path, bytes, modified }) => ({ name, path, bytes, modified })));
      return ExitCode.ok;
    }
    if (found.length === 0) host.stderr.write(`run ${visible(run.id)} has no logs\n`);
    else host.stdout.write(`${tableOf(found, context).join("\n")}\n`);
    return ExitCode.ok;
  },
});

function logNamed(name: string, run: Run, logs: readonly RunLog[]): RunLog {
  const found = logs.find((log) => log.name === name);
  if (found !== undefined) return found;
  const names = logs.map((log) => log.name);
  const meant = nearest(name, names);
  const hint = meant === undefined ? "" : `, did you mean ${meant}?`;
  throw new SessionNotFoundError(
    `Cannot find log "${name}" of run "${run.id}"${hint} (its logs: ${names.length === 0 ? "none" : names.join(", ")})`,
  );
}

function tableOf(logs: readonly RunLog[], { host, style }: Context): string[] {
  const now = host.now().getTime();
  const { isTerminal, columns: width } = host.stdout;
  const headings = ["SIZE", "MODIFIED", "NAME"].map((text) => ({ text, paint: style.dim }));
  const rows = logs.map(({ name, bytes, modified }) => {
    const time = new Date(modified).toISOString();
    return [
      { text: formatSize(bytes) },
      { text: isTerminal ? formatAge(time, now) : formatTime(time, 0) },
      { text: visible(name), paint: style.bold },
    ];
  });
  return table([headings, ...rows], { width, flexible: [2] });
}
