import { stringifyJson } from "../codec/json.ts";
import { ZIG } from "../codec/zig.ts";
import type { GlobalSessionEntry, SessionLogIndexEntry } from "../codec/zig_index.ts";
import { basename } from "../deps/path.ts";
import { formatAge, formatDuration, formatTime } from "../query/duration.ts";
import { compileSessionFilter } from "../query/session_filter.ts";
import { type Cell, table } from "../query/table.ts";
import { visible, visibleJson } from "../query/visible.ts";
import { widthOf } from "../query/width.ts";
import { openCatalog } from "../session/sessions.ts";
import type { SessionEntry } from "../storage/catalog.ts";
import type { SessionState } from "../storage/liveness.ts";
import { type Command, type CommandContext, defineCommand } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { PLAIN, stateColor, type Style } from "./style.ts";

const STATES: readonly SessionState[] = ["running", "success", "failure", "crashed", "stale"];

const OPTIONS = {
  all: { kind: "boolean", short: "a", help: "the sessions of every project, not only of this one" },
  state: { kind: "list", value: "STATE", choices: STATES, help: "only these; repeat for more" },
  workflow: { kind: "string", value: "NAME", help: "only runs of this workflow; * stands for any text" },
  limit: { kind: "integer", short: "n", value: "N", help: "at most the newest N" },
  json: { kind: "boolean", help: "one JSON object a line: the index entry with state and duration_ms" },
} as const;

type Context = CommandContext<typeof OPTIONS>;
type Row = SessionEntry<SessionLogIndexEntry> | SessionEntry<GlobalSessionEntry>;

/** Places of the columns that give way on a narrow terminal. */
const WORKFLOW = 3;
const PROJECT = 4;

/** Characters that an id keeps on a narrow terminal, at least. */
const SHORT_ID = 8;

/** `ziglog list`: lists sessions. */
export const list: Command<typeof OPTIONS> = defineCommand({
  usage: ["list [--all] [--state STATE]… [--workflow NAME] [--limit N] [--json]"],
  description: "Lists the sessions of this project, newest first.\n\n" +
    "running: its writer is alive. success, failure: how it ended. crashed: its writer died without ending it. " +
    "stale: written by another program, and silent for so long that nobody can tell.",
  maxPositionals: 0,
  options: OPTIONS,
  examples: [
    { command: "ziglog list", help: "what has run here" },
    { command: "ziglog list --all --state running", help: "what is running anywhere" },
    { command: 'ziglog list --workflow "nightly*" -n 5', help: "the last five nightly runs" },
    { command: "ziglog list --json | jq -r 'select(.state == \"crashed\").log_path'", help: "logs without an end" },
  ],
  run(context: Context): Promise<number> {
    return Promise.resolve(run(context));
  },
});

function run({ options, host, layout, style }: Context): number {
  const catalog = openCatalog(layout);
  const now = host.now().getTime();
  const rows: Row[] = options.all ? catalog.listAll(now) : catalog.list(now);
  const wanted = rows.filter(
    compileSessionFilter({ states: options.state as readonly SessionState[], workflow: options.workflow }),
  ).slice(0, options.limit);
  if (wanted.length === 0) {
    const where = options.all ? catalog.layout.root : catalog.layout.projectDir;
    const elsewhere = options.all ? "" : " (ziglog list --all shows every project)";
    const what = rows.length === 0 ? "nothing is recorded" : `none of ${rows.length} sessions fits`;
    host.stderr.write(`${what} in ${where}${elsewhere}\n`);
    return ExitCode.ok;
  }
  const { isTerminal, columns: width } = host.stdout;
  const lines = options.json
    ? wanted.map(toJson).map(isTerminal ? visibleJson : String)
    : rowsAsTable(wanted, { all: options.all, isTerminal, width, shortId: prefixLength(rows), now, style });
  host.stdout.write(lines.join("\n") + "\n");
  return ExitCode.ok;
}

/** How the table is drawn. */
interface TableLook {
  readonly all: boolean;
  readonly isTerminal: boolean;
  readonly width: number | undefined;
  /** Characters by which the ids of this list can be told apart. */
  readonly shortId: number;
  readonly now: number;
  readonly style: Style;
}

/** Where the terminal is too narrow, ids become prefixes that still tell them apart; then names are cut. */
function rowsAsTable(rows: readonly Row[], look: TableLook): string[] {
  const draw = (idLength: number, width?: number): string[] =>
    table([headings(look), ...rows.map((row) => cells(row, idLength, look))], {
      width,
      flexible: look.all ? [WORKFLOW, PROJECT] : [WORKFLOW],
    });
  const { width } = look;
  if (width === undefined) return draw(Infinity);
  const isTooWide = table([headings(look), ...rows.map((row) => cells(row, Infinity, { ...look, style: PLAIN }))])
    .some((line) => widthOf(line) > width);
  return draw(isTooWide ? look.shortId : Infinity, width);
}

function prefixLength(rows: readonly Row[]): number {
  const ids = new Set(rows.map(({ id }) => id));
  let length = SHORT_ID;
  while (new Set(Array.from(ids, (id) => id.slice(0, length))).size < ids.size) length++;
  return length;
}

function toJson({ entry, state, durationMs }: Row): string {
  const ordered = "project" in entry ? ZIG.globalIndex.codec.order(entry) : ZIG.projectIndex.codec.order(entry);
  return stringifyJson({ ...ordered, state, duration_ms: durationMs });
}

function headings({ all, style }: TableLook): Cell[] {
  const names = ["STATE", "DURATION", "STARTED", "WORKFLOW", ...(all ? ["PROJECT"] : []), "ID"];
  return names.map((text) => ({ text, paint: style.dim }));
}

function cells(row: Row, idLength: number, { all, isTerminal, now, style }: TableLook): Cell[] {
  const started = isTerminal ? formatAge(row.startedAt, now) : formatTime(row.startedAt, 0);
  return [
    { text: row.state, paint: stateColor(row.state, style) },
    { text: row.durationMs === null ? "-" : formatDuration(row.durationMs) },
    { text: visible(started) },
    { text: visible(row.name), paint: style.bold },
    ...(all ? [{ text: projectOf(row) }] : []),
    { text: visible(row.id.slice(0, idLength)) },
  ];
}

/** The name of the project's directory; `-` for what lies in the store itself. */
function projectOf({ entry, logPath }: Row): string {
  const match = /[\\/]projects[\\/]([^\\/]+)[\\/]logs[\\/]/.exec(logPath);
  const name = "project" in entry && /[\\/]projects[\\/]/.test(entry.project) ? basename(entry.project) : match?.[1];
  return visible(name ?? "-");
}
