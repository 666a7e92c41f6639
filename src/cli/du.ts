import { type Cell, table } from "../query/table.ts";
import { formatSize } from "../query/units.ts";
import { visible } from "../query/visible.ts";
import { type DiskUsage, diskUsage, type ProjectUsage, type SpaceTaken } from "../maintenance/disk_usage.ts";
import { openStore, type StoreSource } from "../maintenance/stores.ts";
import { type CommandContext, defineCommand } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { writeJsonLines } from "./json_lines.ts";
import { STORE_SOURCE, storeSources } from "./store_option.ts";
import type { Style } from "./style.ts";

const OPTIONS = {
  source: STORE_SOURCE,
  all: { kind: "boolean", short: "a", help: "the whole store, project by project" },
  json: {
    kind: "boolean",
    help: "one JSON object a workflow and a group of other files: source, project, kind, count, bytes",
  },
} as const;

type Context = CommandContext<typeof OPTIONS>;

/** One line: some files of a project, or of the store itself. */
interface Row {
  readonly source: StoreSource;
  readonly project: string | null;
  readonly kind: "sessions" | "copies" | "indexes" | "broken" | "agents" | "others";
  readonly workflow: string | null;
  readonly count: number;
  readonly bytes: number;
}

/** `ziglog du`: shows what takes space. */
export const du = defineCommand({
  usage: ["du [--all] [--source SOURCE] [--json]"],
  description:
    "Shows what takes space in this project, or in the whole store: sessions by workflow or agent, and the other files, " +
    "the largest first. Symbolic links count as nothing.",
  maxPositionals: 0,
  options: OPTIONS,
  examples: [
    { command: "ziglog du --all", help: "what takes space?" },
    { command: "ziglog du --all --source agents", help: "which agents do?" },
    { command: "ziglog du --json | jq 'select(.bytes > 1e9)'", help: "what takes more than a gigabyte?" },
  ],
  run(context: Context): Promise<number> {
    return Promise.try(run, context);
  },
});

/** What a store takes. */
interface Usage extends DiskUsage {
  readonly source: StoreSource;
}

function run({ options, host, layout, style }: Context): number {
  const { all } = options;
  const sources = storeSources(options.source);
  const usages = sources.map((source): Usage => ({ source, ...diskUsage({ ...layout, source, all }) }));
  if (sources.length > 1) usages.splice(0, 1, withoutAgents(usages[0]!)); // they follow
  if (options.json) {
    const rows = usages.flatMap((usage) => [...projectRows(usage), ...storeRows(usage)]);
    writeJsonLines(host, rows.map((row) => ({ ...row })));
  } else if (usages.every(({ bytes }) => bytes === 0)) {
    const places = sources.map((source) => openStore({ ...layout, source }).layout);
    const names = places.map(({ root, projectDir }) => visible(all ? root : projectDir));
    host.stderr.write(`nothing is recorded in ${names.join(", ")}\n`);
  } else {
    host.stdout.write(draw(usages, all, host.stdout.columns, style).join("\n") + "\n");
  }
  return ExitCode.ok;
}

function withoutAgents(usage: Usage): Usage {
  return { ...usage, bytes: usage.bytes - usage.agents.bytes, agents: { count: 0, bytes: 0 } };
}

function projectRows({ source, projects }: Usage): Row[] {
  return projects.flatMap((project) => rowsOf(source, project));
}

function rowsOf(source: StoreSource, { name, workflows, copies, indexes, broken, others }: ProjectUsage): Row[] {
  return [
    ...workflows.map((taken): Row => row(source, name, "sessions", taken, taken.name)),
    ...parts(source, name, { copies, indexes, broken, others }),
  ];
}

function storeRows({ source, indexes, broken, agents, others }: Usage): Row[] {
  return parts(source, null, { indexes, broken, agents, others });
}

/** What is there; what is not, is left out. */
function parts(
  source: StoreSource,
  project: string | null,
  kinds: Partial<Record<Row["kind"], SpaceTaken>>,
): Row[] {
  return (Object.entries(kinds) as [Row["kind"], SpaceTaken][])
    .filter(([, { count }]) => count > 0)
    .map(([kind, taken]) => row(source, project, kind, taken, null));
}

function row(
  source: StoreSource,
  project: string | null,
  kind: Row["kind"],
  { count, bytes }: SpaceTaken,
  workflow: string | null,
): Row {
  return { source, project, kind, workflow, count, bytes };
}

const LABELS: Readonly<Record<Row["kind"], string>> = {
  sessions: "sessions",
  copies: "unfinished lines that repairs cut off",
  indexes: "indexes",
  broken: "broken indexes, set aside",
  agents: "sessions of agents (--source agents)",
  others: "other files",
};

function draw(usages: readonly Usage[], all: boolean, width: number | undefined, style: Style): string[] {
  const lines = [["SIZE", "COUNT", "WHAT"].map((text): Cell => ({ text, paint: style.dim }))];
  const sumLine = (bytes: number, name: string, isBold = true): Cell[] => {
    const paint = isBold ? { paint: style.bold } : {};
    return [{ text: formatSize(bytes), paint: style.bold }, { text: "" }, { text: visible(name), ...paint }];
  };
  for (const usage of usages) {
    for (const project of usage.projects) {
      const name = project.name ?? "outside of any project";
      lines.push(sumLine(project.bytes, usages.length > 1 ? `${name} (${usage.source})` : name));
      lines.push(...bySize(rowsOf(usage.source, project)).map((row) => cells(row, "  ")));
    }
    lines.push(...bySize(storeRows(usage)).map((row) => cells(row, "")));
    if (all) lines.push(sumLine(usage.bytes, usage.root, false));
  }
  return table(lines, { width, flexible: [2] });
}

function bySize(rows: readonly Row[]): Row[] {
  return rows.toSorted((a, b) => b.bytes - a.bytes);
}

function cells({ kind, workflow, count, bytes }: Row, indent: string): Cell[] {
  return [
    { text: formatSize(bytes) },
    { text: String(count) },
    { text: indent + (workflow === null ? LABELS[kind] : visible(workflow) || "sessions without a workflow") },
  ];
}
