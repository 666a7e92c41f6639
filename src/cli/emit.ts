import { eventFromJson, eventFromPairs, STEP_EVENT_TYPES, type StepEventKind } from "../codec/event_input.ts";
import { type Block, linesOf, LineSplitter } from "../codec/lines.ts";
import { fieldsOf } from "../codec/zig.ts";
import { UsageError } from "../errors.ts";
import { appendEvents } from "../session/session_appender.ts";
import { type CommandContext, defineCommand } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { writeJsonLines } from "./json_lines.ts";

const OPTIONS = {
  json: { kind: "boolean", help: "print the events as they are stored" },
} as const;

type Context = CommandContext<typeof OPTIONS>;

/** The events of some lines, up to one that is wrong. */
interface Batch {
  readonly events: readonly StepEventKind[];
  readonly wrong: SyntaxError | undefined;
}

const FIELDS = STEP_EVENT_TYPES.map((type) => `${type}: ${Object.keys(fieldsOf(type)).join(", ")}`).join("; ");

/** `ziglog emit`: writes into a session from a script. */
export const emit = defineCommand({
  usage: ["emit ID EVENT [FIELD=VALUE…] [--json]", "emit ID [--json] < EVENTS.jsonl"],
  description:
    "Writes events into a session that ziglog start has started. ID is a session id or the beginning of one. Any number " +
    "of programs may do so at once: each event gets a number of its own.\n\n" +
    "Without EVENT, standard input is read: one JSON object a line, with the type and the fields. Lines that arrive " +
    "together are written together. A wrong line ends it; those before it are written.\n\n" +
    `Events and their fields: ${FIELDS}.\n\n` +
    "seq, ts and zig_session_id are filled in. A list is given by repeating its field, or as JSON; null stands for " +
    "itself. What may be left out: model, exit_code (0 when a step has completed), stream (stdout), saved_vars, attempt " +
    "(1), interval_secs (10), and of step_started all but step_name.\n\n" +
    "Exit code 2: an event or a field is wrong. 3: there is no such session, or it has ended.",
  options: OPTIONS,
  examples: [
    { command: 'ziglog emit "$id" step_started step_name=build prompt_preview=make', help: "a step begins" },
    { command: 'ziglog emit "$id" step_output step_name=build line="$text"', help: "a line of its output" },
    { command: 'ziglog emit "$id" step_failed step_name=build exit_code=2 error="no rule"', help: "it failed" },
    { command: 'ziglog emit "$id" tier_started tier_index=1 step_names=test step_names=lint', help: "a list" },
    {
      command: 'make | jq --unbuffered -cR \'{type: "step_output", step_name: "build", line: .}\' | ziglog emit "$id"',
      help: "the output of a command, line by line, as it comes",
    },
  ],
  async run(context: Context): Promise<number> {
    const { positionals: [id, type, ...pairs], options, host, layout, redact } = context;
    if (!id) throw new UsageError('Cannot emit an event: name the session (see "ziglog emit --help")');
    const append = (events: readonly StepEventKind[]): void => {
      const appended = appendEvents(id, events, { ...layout, redact });
      if (options.json) writeJsonLines(host, appended.map((event) => ({ ...event })));
    };
    if (type !== undefined) {
      append([eventFromPairs(type, pairs)]);
    } else if (host.stdin.isTerminal) {
      throw new UsageError('Cannot emit an event: name it, or send JSON to standard input (see "ziglog emit --help")');
    } else {
      append([]); // a session that cannot be written is told at once, not when the first event comes
      for await (const { events, wrong } of batches(host.stdin.readable)) {
        if (events.length > 0) append(events);
        if (wrong !== undefined) throw wrong;
      }
    }
    return ExitCode.ok;
  },
});

async function* batches(input: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<Batch, void, void> {
  const splitter = new LineSplitter();
  let line = 1;
  for await (const chunk of input) {
    const block = splitter.push(chunk);
    if (block === undefined) continue;
    yield batch(block, line);
    line += newlines(block.bytes);
  }
  const rest = splitter.flush();
  if (rest !== undefined) yield batch(rest, line);
}

function batch(block: Block, firstLine: number): Batch {
  const events: StepEventKind[] = [];
  for (const { text, offset } of linesOf(block)) {
    try {
      if (text === undefined) throw new SyntaxError("Cannot read an event: it is not UTF-8");
      events.push(eventFromJson(text));
    } catch (cause) {
      if (!(cause instanceof SyntaxError)) throw cause;
      const line = firstLine + newlines(block.bytes.subarray(0, offset - block.offset));
      return { events, wrong: new SyntaxError(`${cause.message} (line ${line} of standard input)`, { cause }) };
    }
  }
  return { events, wrong: undefined };
}

function newlines(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(0x0a); at !== -1; at = bytes.indexOf(0x0a, at + 1)) count++;
  return count;
}
