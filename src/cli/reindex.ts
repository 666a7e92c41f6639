/** `ziglog reindex`: makes indexes what the logs say. */

import { rebuildIndexes } from "../maintenance/rebuild_indexes.ts";
import { type CommandContext, defineCommand } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { rebuildJson, rebuildLines } from "./index_changes.ts";
import { writeJsonLines } from "./json_lines.ts";
import { jsonNames, STORE_SOURCE, storeSources } from "./store_option.ts";

const OPTIONS = {
  source: STORE_SOURCE,
  all: { kind: "boolean", short: "a", help: "the indexes of every project, not only of this one" },
  "dry-run": { kind: "boolean", help: "only show what would be done" },
  json: { kind: "boolean", help: "one JSON object a changed index: type, index_path, dry_run, damage, changes" },
} as const;

type Context = CommandContext<typeof OPTIONS>;

/** `ziglog reindex`. */
export const reindex = defineCommand({
  usage: ["reindex [--all] [--source SOURCE] [--dry-run] [--json]"],
  description:
    "Makes the index of this project, and that of all projects, what the logs say: missing entries are made again, wrong " +
    "ones corrected, those without a log dropped. Entries without fault stay as they are. An index that cannot be read " +
    "is set aside as <name>.broken-<time> first. Logs are only read, and sessions may go on meanwhile.",
  maxPositionals: 0,
  options: OPTIONS,
  examples: [
    { command: "ziglog reindex", help: "after logs were copied here or removed by hand" },
    { command: "ziglog reindex --all --dry-run", help: "do the indexes say what the logs say?" },
  ],
  run(context: Context): Promise<number> {
    return Promise.try(run, context);
  },
});

function run({ options, host, layout, style }: Context): number {
  const dryRun = options["dry-run"];
  const rebuilt = storeSources(options.source).flatMap((source) =>
    rebuildIndexes({ ...layout, source, all: options.all, dryRun }).map((rebuild) => ({ source, rebuild }))
  );
  if (options.json) {
    writeJsonLines(host, rebuilt.map(({ source, rebuild }) => rebuildJson(rebuild, dryRun, jsonNames(source).id)));
  } else if (rebuilt.length === 0) host.stderr.write("the indexes say what the logs say\n");
  else host.stdout.write(`${rebuilt.flatMap(({ rebuild }) => rebuildLines(rebuild, dryRun, style)).join("\n")}\n`);
  return ExitCode.ok;
}
