import { stringifyJson } from "../codec/json.ts";
import { compileSessionFilter } from "../query/session_filter.ts";
import { visible, visibleJson } from "../query/visible.ts";
import type { AgentOpening } from "../sources/agent_opening.ts";
import { AGENT_SOURCES, type AnySession, type Source, type SourceName } from "../sources/source.ts";
import { sourceList, Sources, type SourceSession } from "../sources/sources.ts";
import type { SessionState } from "../storage/liveness.ts";
import type { SessionList } from "../storage/session_list.ts";
import { type Command, type CommandContext, defineCommand } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { type ListRow, ListTable, type TableLook } from "./list_table.ts";
import { SOURCE, sourceNames, tellGaps } from "./source_option.ts";

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
  const listed = sourceList(opened, { all: options.all, now, notice });
  const fits = compileSessionFilter({
    states: options.state as readonly SessionState[],
    workflow: options.workflow,
  });
  const { isTerminal, columns: width } = host.stdout;
  const { all, json, limit } = options;
  const kind = kindOf(opened);
  const openingOf = await loadOpenings(json || kind === "agents" ? opened : []);
  const ids = (): string[] => listed.ids();
  const table = new ListTable({ all, sources: opened.length, kind, redact, isTerminal, width, ids, now, style });
  const lines: string[] = [];
  const count = handOn(listed, { fits, limit }, ({ source, session }) => {
    const row = { source, session, opening: openingOf(source, session) };
    if (json) lines.push(toJson(row));
    else table.add(row);
  });
  if (limit === 0) return ExitCode.ok;
  if (count === 0) {
    const places = opened.map(({ root, projectDir }) => all ? root : projectDir);
    const elsewhere = all ? "" : " (--all shows every project)";
    const what = listed.size === 0 ? "nothing is recorded" : `none of ${listed.size} sessions fits`;
    host.stderr.write(`${what}${places.length === 0 ? "" : ` in ${places.join(", ")}`}${elsewhere}\n`);
    return ExitCode.ok;
  }
  const drawn = json ? lines.map(isTerminal ? visibleJson : String) : table.lines();
  host.stdout.write(drawn.join("\n") + "\n");
  return ExitCode.ok;
}

/** Which sessions are wanted. */
interface Wanted {
  readonly fits: (session: AnySession) => boolean;
  readonly limit: number | undefined;
}

/** Hands on the newest of the sessions that fit, and tells how many these are; no other session is looked at. */
function handOn(listed: SessionList<SourceSession>, wanted: Wanted, take: (row: SourceSession) => void): number {
  const { fits, limit = Infinity } = wanted;
  let count = 0;
  for (let at = 0; at < listed.size && count < limit; at++) {
    const row = listed.at(at);
    if (!fits(row.session)) continue;
    take(row);
    count++;
  }
  return count;
}

type OpeningOf = (source: Source, session: AnySession) => AgentOpening | undefined;

/** What tells how agent sessions began; it is loaded only where there are some. */
async function loadOpenings(sources: readonly Source[]): Promise<OpeningOf> {
  if (!sources.some(isAgent)) return () => undefined;
  const { agentOpening } = await import("../sources/agent_opening.ts");
  return (source, { logPath }) => isAgent(source) ? agentOpening(logPath) : undefined;
}

function isAgent({ name }: { readonly name: SourceName }): boolean {
  return (AGENT_SOURCES as readonly SourceName[]).includes(name);
}

function kindOf(sources: readonly Source[]): TableLook["kind"] {
  if (sources.every(({ name }) => name === "zig")) return "workflows";
  return sources.every(isAgent) ? "agents" : "mixed";
}

function toJson({ source, session, opening }: ListRow): string {
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
