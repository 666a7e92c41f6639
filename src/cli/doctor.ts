/** `ziglog doctor`: looks over the store. */

import { visible } from "../query/visible.ts";
import type { Diagnosis, DiagnosisState } from "../maintenance/diagnosis.ts";
import { examineStore } from "../maintenance/doctor.ts";
import { type CommandContext, defineCommand } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { writeJsonLines } from "./json_lines.ts";
import type { Style } from "./style.ts";

const OPTIONS = {
  json: { kind: "boolean", help: "one JSON object a check: check, state, message and fix" },
} as const;

type Context = CommandContext<typeof OPTIONS>;

/** Columns of the names of checks. */
const CHECK_WIDTH = 22;

/** `ziglog doctor`. */
export const doctor = defineCommand({
  usage: ["doctor [--json]"],
  description:
    "Looks over the store, that of the sessions of agents in it, and the system under it: rights, damaged logs, sessions whose writers died, indexes, left-over " +
    "files, the clock, disk space, locks. Where something is not well, a command that helps is shown. Nothing is changed.\n\n" +
    "Logs are looked at where they begin and end; ziglog verify --all reads every line. Disk space is seen with " +
    "--allow-sys=statfs or --allow-run=df.\n\n" +
    "Exit code 1: something is bad.",
  maxPositionals: 0,
  options: OPTIONS,
  examples: [
    { command: "ziglog doctor", help: "is all well?" },
    { command: "ziglog doctor --json | jq -r 'select(.state == \"bad\").fix'", help: "what has to be done" },
  ],
  async run({ options, host, layout, style }: Context): Promise<number> {
    let isBad = false;
    for await (const diagnosis of examineStore({ ...layout, now: host.now().getTime() })) {
      isBad ||= diagnosis.state === "bad";
      if (options.json) writeJsonLines(host, [{ ...diagnosis }]);
      else host.stdout.write(`${linesOf(diagnosis, style).join("\n")}\n`);
    }
    return isBad ? ExitCode.failed : ExitCode.ok;
  },
});

function linesOf({ check, state, message, fix }: Diagnosis, style: Style): string[] {
  const head = `${paint(state, style)(state.padEnd(7))}  ${check.padEnd(CHECK_WIDTH)}  ${visible(message)}`;
  return fix === null ? [head] : [head, `${" ".repeat(CHECK_WIDTH + 11)}${style.bold(`try: ${visible(fix)}`)}`];
}

function paint(state: DiagnosisState, style: Style): (text: string) => string {
  switch (state) {
    case "ok":
      return style.green;
    case "warn":
      return style.yellow;
    case "bad":
      return style.red;
    case "unknown":
      return style.dim;
  }
}
