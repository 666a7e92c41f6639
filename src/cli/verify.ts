/** `ziglog verify`: checks logs, and indexes against them. */

import { SessionNotFoundError, UsageError } from "../errors.ts";
import { FINDINGS } from "../query/finding.ts";
import { verifySession } from "../maintenance/verify_session.ts";
import { openStore, type StoreSource } from "../maintenance/stores.ts";
import { type StoreReport, verifyEntries, verifyStore } from "../maintenance/verify_store.ts";
import { locateLog } from "../storage/locate.ts";
import { type CommandContext, defineCommand } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { ProgressLine } from "./progress_line.ts";
import { LATEST, selectorOf } from "./selector.ts";
import { chooseStored, ID_STORE_SOURCE, type StoredLog, storeSources } from "./store_option.ts";
import { VerifyDisplay } from "./verify_display.ts";

const OPTIONS = {
  latest: LATEST,
  source: ID_STORE_SOURCE,
  all: { kind: "boolean", short: "a", help: "every session of every project, and every index" },
  json: { kind: "boolean", help: "one JSON object a finding, and one a session and an index" },
} as const;

type Context = CommandContext<typeof OPTIONS>;

/** `ziglog verify`. */
export const verify = defineCommand({
  usage: ["verify [ID | --latest] [--json]", "verify --all [--source SOURCE] [--json]"],
  description: `Checks the log of a session, and its entries in the indexes; or everything there is. Nothing is changed.

A session that goes on is judged by what it had written when it was looked at: an unfinished line is no damage while somebody may finish it. Each finding tells the line and the byte where it stands.

Damage (exit code 1): ${
    kindsOf("damage")
  }. A number that is missing is damage even when its write failed: something happened that the log does not tell. Output of a step that never started is none.

Worth knowing (exit code 0): ${kindsOf("note")}.

Sessions of agents can be gone on with after their end, and other programs may add to them at any time, or begin them: there is no not_started, started_again, after_end or ended_again, and there are no steps.

An index is damaged when it cannot be read, is missing, or does not say what the logs say.

With --json each line is an object. "type" is "finding" (with zig_session_id, log_path, kind, severity, offset, line, message; the first 1000 of a session), "session" (zig_session_id, log_path, state, bytes, lines, damage, notes), "index_finding" (index_path, zig_session_id or null, kind, severity, message) or "index" (index_path, damage). Of a session of an agent, wrapper_session_id stands in place of zig_session_id.`,
  maxPositionals: 1,
  options: OPTIONS,
  examples: [
    { command: "ziglog verify", help: "is the log of the newest session sound?" },
    { command: "ziglog verify --all", help: "is the store sound?" },
    { command: "ziglog verify --all --source agents", help: "are the sessions of agents?" },
    { command: "ziglog verify --all --json | jq 'select(.type == \"finding\")'", help: "what is wrong, for a program" },
  ],
  async run(context: Context): Promise<number> {
    const { options, host, positionals } = context;
    if (options.all && (positionals.length > 0 || options.latest)) {
      throw new UsageError("Cannot check one session and --all: only one of them can be meant");
    }
    using progress = new ProgressLine(host.stderr);
    const display = new VerifyDisplay(context, options, progress);
    for await (const [source, report] of options.all ? allReports(context) : oneReport(context)) {
      display.show(report, source);
    }
    display.finish();
    return display.damage > 0 ? ExitCode.failed : ExitCode.ok;
  },
});

function kindsOf(severity: "damage" | "note"): string {
  const kinds = Object.entries(FINDINGS).filter(([, finding]) => finding.severity === severity);
  return kinds.map(([kind, { meaning }]) => `${kind} (${meaning})`).join(", ");
}

type Found = readonly [source: StoreSource, report: StoreReport];

async function* allReports({ layout, options }: Context): AsyncGenerator<Found> {
  for (const source of storeSources(options.source)) {
    for await (const report of verifyStore({ ...layout, source })) yield [source, report];
  }
}

async function* oneReport(context: Context): AsyncGenerator<Found> {
  const log = await locate(context);
  const { source } = log;
  yield [source, { kind: "session", report: await verifySession(log.logPath, { source }) }];
  for (const report of await verifyEntries(log, { source })) yield [source, { kind: "index", report }];
}

async function locate(context: Context): Promise<StoredLog> {
  const { layout, positionals, options } = context;
  const { source, session } = await chooseStored(context, selectorOf(positionals, options), options.source);
  const { id, logPath } = session;
  try {
    return { ...locateLog(openStore({ ...layout, source }).layout, id), source };
  } catch (cause) {
    if (!(cause instanceof SessionNotFoundError || cause instanceof SyntaxError)) throw cause;
    const message = `Cannot check session "${id}": an index has it, and there is no log at "${logPath}"`;
    const hint = `ziglog reindex${source === "zig" ? "" : ` --source ${source}`}`;
    throw new SessionNotFoundError(`${message} (${hint} drops the entry)`, { cause });
  }
}
