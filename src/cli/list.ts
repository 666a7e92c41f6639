import { stringifyJson } from "../codec/json.ts";
import { formatAge, formatDuration, formatTime } from "../query/duration.ts";
import { compileSessionFilter } from "../query/session_filter.ts";
import { type Cell, table } from "../query/table.ts";
import { visible, visibleJson } from "../query/visible.ts";
import { fit, widthOf } from "../query/width.ts";
import type { AgentOpening } from "../sources/agent_opening.ts";
import { AGENT_SOURCES, type Source, type SourceName } from "../sources/source.ts";
import { listSources, Sources, type SourceSession } from "../sources/sources.ts";
import type { SessionState } from "../storage/liveness.ts";
import { promptLine } from "./agent_facts.ts";
import { type Command, type CommandContext, defineCommand } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { SOURCE, sourceNames, tellGaps } from "./source_option.ts";
import { PLAIN, stateColor, type Style } from "./style.ts";

const STATES: readonly SessionState[] = ["running", "success", "failure", "crashed", "stale"];

const OPTIONS = {
  source: SOURCE,
  all: { kind: "boolean", short: "a", help: "the sessions of every project, not only of this one" },
  state: { kind: "list", value: "STATE", choices: STATES, help: "only these; repeat for more" },
  workflow: { kind: "string", value: "NAME", help: "only runs of this workflow or agent; * stands for any text" },
  limit: { kind: "integer", short: "n", value: "N", help: "at most the newest N" },
  json: {
    kind: "boolean",
    help:
      "one JSON object a line: what is stored, state, duration_ms, pinned, source and id; of an agent, model and prompt",
  },
} as const;

type Context = CommandContext<typeof OPTIONS>;

/** Columns that give way on a narrow terminal, the first one first. */
const FLEXIBLE = ["PROMPT", "WORKFLOW", "NAME", "AGENT", "MODEL", "PROJECT"];

/** Characters of what an agent was asked for that are shown where no terminal limits them. */
const PROMPT_LENGTH = 80;

/** Characters that an id keeps on a narrow terminal, at least. */
const SHORT_ID = 8;

/** `ziglog list`: lists sessions. */
export const list: Command<typeof OPTIONS> = defineCommand({
  usage: ["list [--source SOURCE] [--all] [--state STATE]… [OPTIONS]"],
  description: "Lists the sessions of this project, newest first.\n\n" +
    "running: its writer is alive. success, failure: how it ended. crashed: its writer died without ending it. " +
    "stale: written by another program, and silent for so long that nobody can tell.\n\n" +
    "A SOURCE is zig: the sessions of workflows; agents: the agent sessions recorded beside them; zag: those of the " +
    "program zag; outrig: the runs of the program outrig, which have no projects; or all of them together. One that may " +
    "not be read is left out, and that is said.\n\n" +
    "A * under PIN marks what ziglog pin protects.",
  maxPositionals: 0,
  options: OPTIONS,
  examples: [
    { command: "ziglog list", help: "what has run here" },
    { command: "ziglog list --all --state running", help: "what is running anywhere" },
    { command: 'ziglog list --workflow "nightly*" -n 5', help: "the last five nightly runs" },
    { command: "ziglog list --source all -n 20", help: "the last twenty, whatever recorded them" },
    { command: "ziglog list --json | jq -r 'select(.state == \"crashed\").log_path'", help: "logs without an end" },
  ],
  run,
});

async function run({ options, host, layout, style, redact = String }: Context): Promise<number> {
  const sources = new Sources(sourceNames(options.source, ["zig"]), layout);
  const opened = await sources.open();
  tellGaps(host, sources);
  const now = host.now().getTime();
  const notice = (message: string): void => host.stderr.write(`ziglog: ${visible(message)}\n`);
  const rows = listSources(opened, { all: options.all, now, notice });
  const fits = compileSessionFilter({
    states: options.state as readonly SessionState[],
    workflow: options.workflow,
  });
  const wanted = rows.filter(({ session }) => fits(session)).slice(0, options.limit);
  if (wanted.length === 0) {
    const places = opened.map(({ root, projectDir }) => options.all ? root : projectDir);
    const elsewhere = options.all ? "" : " (ziglog list --all shows every project)";
    const what = rows.length === 0 ? "nothing is recorded" : `none of ${rows.length} sessions fits`;
    host.stderr.write(`${what}${places.length === 0 ? "" : ` in ${places.join(", ")}`}${elsewhere}\n`);
    return ExitCode.ok;
  }
  const { isTerminal, columns: width } = host.stdout;
  const { all } = options;
  const pins = wanted.some(({ session }) => session.pinned);
  const shortId = (): number => prefixLength(rows);
  const kind = kindOf(opened);
  const openings = await openingsOf(options.json || kind === "agents" ? wanted : []);
  const look = { all, sources: opened.length, kind, openings, pins, isTerminal, width, shortId, now, style, redact };
  const lines = options.json
    ? wanted.map((row) => toJson(row, openings.get(row))).map(isTerminal ? visibleJson : String)
    : rowsAsTable(wanted, look);
  host.stdout.write(lines.join("\n") + "\n");
  return ExitCode.ok;
}

function isAgent({ name }: { readonly name: SourceName }): boolean {
  return (AGENT_SOURCES as readonly SourceName[]).includes(name);
}

/** How the agent sessions among these began; what tells that is loaded only where there are some. */
async function openingsOf(rows: readonly SourceSession[]): Promise<Openings> {
  const agents = rows.filter(({ source }) => isAgent(source));
  if (agents.length === 0) return new Map();
  const { agentOpening } = await import("../sources/agent_opening.ts");
  return new Map(agents.map((row) => [row, agentOpening(row.session.logPath)]));
}

function kindOf(sources: readonly Source[]): TableLook["kind"] {
  if (sources.every(({ name }) => name === "zig")) return "workflows";
  return sources.every(isAgent) ? "agents" : "mixed";
}

type Openings = ReadonlyMap<SourceSession, AgentOpening>;

/** How the table is drawn. */
interface TableLook {
  /** Whether the sessions are of several projects. */
  readonly all: boolean;
  /** How many sources they are of. */
  readonly sources: number;
  /** What they are all of. */
  readonly kind: "workflows" | "agents" | "mixed";
  /** How agent sessions began. */
  readonly openings: Openings;
  /** Takes secrets out of a text, before it is cut. */
  readonly redact: (text: string) => string;
  readonly isTerminal: boolean;
  readonly width: number | undefined;
  /** Whether some of them are protected. */
  readonly pins: boolean;
  /** Counts the characters by which the ids of this list can be told apart. */
  readonly shortId: () => number;
  readonly now: number;
  readonly style: Style;
}

/** Where the terminal is too narrow, ids become prefixes that still tell them apart; then names are cut. */
function rowsAsTable(rows: readonly SourceSession[], look: TableLook): string[] {
  const names = headings(look);
  const flexible = FLEXIBLE.map((name) => names.findIndex(({ text }) => text === name)).filter((at) => at !== -1);
  const draw = (idLength: number, width?: number): string[] =>
    table([names, ...rows.map((row) => cells(row, idLength, look))], { width, flexible });
  const { width } = look;
  if (width === undefined) return draw(Infinity);
  const isTooWide = table([headings(look), ...rows.map((row) => cells(row, Infinity, { ...look, style: PLAIN }))])
    .some((line) => widthOf(line) > width);
  return draw(isTooWide ? look.shortId() : Infinity, width);
}

function prefixLength(rows: readonly SourceSession[]): number {
  const ids = new Set(rows.map(({ session }) => session.id));
  let length = SHORT_ID;
  while (new Set(Array.from(ids, (id) => id.slice(0, length))).size < ids.size) length++;
  return length;
}

function toJson({ source, session }: SourceSession, opening: AgentOpening | undefined): string {
  const { id, state, durationMs, pinned } = session;
  return stringifyJson({
    ...source.storedOf(session),
    state,
    duration_ms: durationMs,
    pinned,
    source: source.name,
    id,
    ...opening,
  });
}

/** What the column of names is called. */
const NAMES: Readonly<Record<TableLook["kind"], string>> = { workflows: "WORKFLOW", agents: "AGENT", mixed: "NAME" };

function headings({ all, sources, kind, pins, style }: TableLook): Cell[] {
  const several = sources > 1;
  const names = [
    ...(several ? ["SOURCE"] : []),
    ...["STATE", "DURATION", "STARTED", NAMES[kind]],
    ...(kind === "agents" ? ["MODEL"] : []),
    ...(all ? ["PROJECT"] : []),
    ...(pins ? ["PIN"] : []),
    "ID",
    ...(kind === "agents" ? ["PROMPT"] : []),
  ];
  return names.map((text) => ({ text, paint: style.dim }));
}

function cells(row: SourceSession, idLength: number, look: TableLook): Cell[] {
  const { source, session } = row;
  const { all, sources, kind, openings, pins, isTerminal, now, style } = look;
  const { model, prompt } = openings.get(row) ?? { model: null, prompt: null };
  const started = isTerminal ? formatAge(session.startedAt, now) : formatTime(session.startedAt, 0);
  return [
    ...(sources > 1 ? [{ text: source.name }] : []),
    { text: session.state, paint: stateColor(session.state, style) },
    { text: session.durationMs === null ? "-" : formatDuration(session.durationMs) },
    { text: visible(started) },
    { text: visible(session.name), paint: style.bold },
    ...(kind === "agents" ? [{ text: visible(model ?? "-") }] : []),
    ...(all ? [{ text: visible(source.projectOf(session) ?? "-") }] : []),
    ...(pins ? [{ text: session.pinned ? "*" : "" }] : []),
    { text: visible(session.id.slice(0, idLength)) },
    ...(kind === "agents" ? [{ text: fit(visible(promptLine(look.redact(prompt ?? "-"))), PROMPT_LENGTH) }] : []),
  ];
}
