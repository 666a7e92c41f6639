import type { Decoded } from "../codec/dialect.ts";
import { ZIG } from "../codec/zig.ts";
import type { SessionLogEvent } from "../codec/zig_events.ts";
import { UsageError } from "../errors.ts";
import { Pacer } from "../query/replay.ts";
import { visible } from "../query/visible.ts";
import { ZIG_VIEW } from "../query/zig_view.ts";
import { Playback } from "../session/playback.ts";
import { openCatalog } from "../session/sessions.ts";
import { read } from "../storage/read.ts";
import { type Command, type CommandContext, defineCommand } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { Interruption } from "./interruption.ts";
import { Keys } from "./keys.ts";
import { LinePrinter } from "./line_printer.ts";
import { LATEST, selectorOf } from "./selector.ts";

const OPTIONS = {
  latest: LATEST,
  speed: { kind: "string", value: "X", help: "X times as fast as it was recorded, such as 2 or 0.5" },
  "idle-limit": { kind: "string", value: "S", help: "cut silences that are longer than S seconds of the recording" },
  from: { kind: "string", value: "STEP", help: "begin with the first event of this step" },
  json: { kind: "boolean", help: "the stored lines in their timing, heartbeats too (NDJSON)" },
  raw: { kind: "boolean", help: "send control characters of the output to the terminal as they are" },
} as const;

type Context = CommandContext<typeof OPTIONS>;

/** What Ctrl-C types where it is no signal. */
const CTRL_C = "\x03";

/** `ziglog replay`: plays a session in its real timing. */
export const replay: Command<typeof OPTIONS> = defineCommand({
  usage: ["replay [ID | --latest] [OPTIONS]"],
  description:
    "Plays what a session has recorded so far in the timing in which it was recorded, in the words of listen. ID is a " +
    "session id or the beginning of one. Damaged lines are told on standard error.\n\n" +
    "On a terminal, space pauses and goes on, a period plays one event while paused, and q ends.",
  maxPositionals: 1,
  options: OPTIONS,
  examples: [
    { command: "ziglog replay", help: "watch the newest session again" },
    { command: "ziglog replay 289aa865 --speed 4 --idle-limit 2", help: "four times as fast, without long silences" },
    { command: "ziglog replay --from test", help: "from where step test began" },
  ],
  async run(context: Context): Promise<number> {
    const { options, host } = context;
    const pacer = new Pacer({
      speed: numberOf("--speed", options.speed, "a number above 0", (value) => value > 0),
      idleLimitMs: secondsOf(options["idle-limit"]),
    });
    const { logPath } = openCatalog(context.layout).resolve(
      selectorOf(context.positionals, options),
      host.now().getTime(),
    );
    const from = options.from === undefined ? 0 : await placeOfStep(logPath, options.from);
    if (typeof from !== "number") {
      host.stderr.write(`ziglog: ${visible(from.missing)}\n`);
      return ExitCode.notFound;
    }
    using interruption = new Interruption(host);
    const playback = new Playback();
    interruption.signal.addEventListener("abort", () => playback.end());
    let typedCtrlC = false;
    await using _keys = keysOf(context, (key) => {
      if (key === " ") playback.toggle();
      else if (key === ".") playback.step();
      else if (key === "q") playback.end();
      else if (key === CTRL_C) {
        typedCtrlC = true;
        playback.end();
      }
    });
    await play(context, logPath, from, pacer, playback);
    return interruption.exitCode ?? (typedCtrlC ? ExitCode.interrupted : ExitCode.ok);
  },
});

/** Keys are read only where a person sees what they do: a pager behind a pipe wants them for itself. */
function keysOf({ host }: Context, onKey: (key: string) => void): Keys | undefined {
  if (!host.stdin.isTerminal || !host.stdout.isTerminal) return undefined;
  host.stderr.write("space pauses, . plays one event while paused, q ends\n");
  return new Keys(host.stdin, onKey);
}

async function play(
  { options, host, style }: Context,
  logPath: string,
  from: number,
  pacer: Pacer,
  playback: Playback,
): Promise<void> {
  const { json, raw } = options;
  const printer = new LinePrinter(host, { json, raw, timestamps: false, types: [], view: ZIG_VIEW, style });
  for await (const lines of read(logPath, ZIG, { from })) {
    for (const line of lines) {
      // What prints nothing takes no part: heartbeats would cut a silence into pieces.
      if (line.kind !== "malformed" && !printer.prints(line)) continue;
      const delay = line.kind === "malformed" ? 0 : pacer.delayBefore(String(line.event.ts));
      if (!await playback.next(delay)) return;
      printer.print([line]);
    }
  }
}

/** The byte offset of the first event of a step, or why there is none. */
async function placeOfStep(logPath: string, step: string): Promise<number | { readonly missing: string }> {
  const steps = new Set<string>();
  for await (const lines of read(logPath, ZIG)) {
    for (const line of lines) {
      const name = stepOf(line);
      if (name === step) return line.offset;
      if (name !== undefined) steps.add(name);
    }
  }
  const there = steps.size === 0 ? "the session has no steps" : `the steps are ${[...steps].join(", ")}`;
  return { missing: `Cannot replay from step "${step}": it has no events (${there})` };
}

function stepOf(line: Decoded<SessionLogEvent>): string | undefined {
  return line.kind === "event" && "step_name" in line.event ? line.event.step_name : undefined;
}

function secondsOf(text: string | undefined): number | undefined {
  const seconds = numberOf("--idle-limit", text, "a number of seconds, 0 or more", () => true);
  return seconds === undefined ? undefined : seconds * 1000;
}

function numberOf(
  option: string,
  text: string | undefined,
  expected: string,
  fits: (value: number) => boolean,
): number | undefined {
  if (text === undefined) return undefined;
  const value = /^(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : NaN;
  if (Number.isFinite(value) && fits(value)) return value;
  throw new UsageError(`Cannot use "${text}" for option "${option}": it must be ${expected}, such as 2 or 0.5`);
}
