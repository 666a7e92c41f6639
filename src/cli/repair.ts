/** `ziglog repair`: repairs what dead writers left behind. */

import { UsageError } from "../errors.ts";
import { repairSession, repairStore, type StoreRepair } from "../maintenance/repair_store.ts";
import type { StoreSource } from "../maintenance/stores.ts";
import { type CommandContext, defineCommand } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { ProgressLine } from "./progress_line.ts";
import { RepairDisplay } from "./repair_display.ts";
import { LATEST, selectorOf } from "./selector.ts";
import { chooseStored, ID_STORE_SOURCE, storeSources } from "./store_option.ts";

const OPTIONS = {
  latest: LATEST,
  source: ID_STORE_SOURCE,
  all: { kind: "boolean", short: "a", help: "every session of every project, every index, and left-over files" },
  stale: {
    kind: "boolean",
    help: "also end sessions that have been silent for long: you know that nobody writes them",
  },
  "dry-run": { kind: "boolean", help: "only show what would be done" },
  json: { kind: "boolean", help: "one JSON object a session, an index and a left-over file" },
} as const;

type Context = CommandContext<typeof OPTIONS>;

/** `ziglog repair`. */
export const repair = defineCommand({
  usage: [
    "repair [ID | --latest] [--stale] [--dry-run] [--json]",
    "repair --all [--source SOURCE] [--stale] [--dry-run] [--json]",
  ],
  description:
    `Moves the unfinished last line of a log to a file beside it (<id>.jsonl.torn-<time>), ends a session whose writer has died as a failure, and makes the index entries what the log says. The event that it writes says so, in the fields repaired_at and repair_reason. With --all it also removes locks and temporary files that nobody needs any more.

A session that goes on is never touched. One that has been silent for long may still go on: it is ended only with --stale. Running it again changes nothing more.

Lines in the middle of a log that cannot be read are never removed: readers pass over them, and they are all that is left of what was there.

With --json each line is an object. "type" is "session" (with zig_session_id, log_path, state before, dry_run, untouched: why or null, actions, damage_left), "failed" (zig_session_id, log_path, error), "leftover" (path, what, dry_run) or "index" (index_path, dry_run, damage, changes). An action is "move_torn_tail" (offset, bytes, kept_at), "end_session" (reason, event) or "remove_locks". Of a session of an agent, wrapper_session_id stands in place of zig_session_id.

Exit code 5: something could not be repaired.`,
  maxPositionals: 1,
  options: OPTIONS,
  examples: [
    { command: "ziglog repair --all --dry-run", help: "what would be done?" },
    { command: "ziglog repair --all --source all", help: "after a power loss, the sessions of agents too" },
    { command: "ziglog repair 289aa865 --stale", help: "end a session of another program that is long gone" },
  ],
  async run(context: Context): Promise<number> {
    const { options, host, positionals } = context;
    if (options.all && (positionals.length > 0 || options.latest)) {
      throw new UsageError("Cannot repair one session and --all: only one of them can be meant");
    }
    using progress = new ProgressLine(host.stderr);
    const display = new RepairDisplay(context, {
      all: options.all,
      json: options.json,
      dryRun: options["dry-run"],
    }, progress);
    for await (const [source, item] of repairs(context)) display.show(item, source);
    display.finish();
    return display.failures > 0 ? ExitCode.io : ExitCode.ok;
  },
});

async function* repairs(
  context: Context,
): AsyncGenerator<readonly [source: StoreSource, item: StoreRepair]> {
  const { layout, positionals, options } = context;
  const how = { ...layout, dryRun: options["dry-run"], stale: options.stale };
  if (options.all) {
    for (const source of storeSources(options.source)) {
      for await (const item of repairStore({ ...how, source })) yield [source, item];
    }
    return;
  }
  const { source, session } = await chooseStored(context, selectorOf(positionals, options), options.source);
  const { log, indexes } = await repairSession(session.id, { ...how, source });
  yield [source, { kind: "log", repair: log }];
  for (const rebuild of indexes) yield [source, { kind: "index", rebuild }];
}
