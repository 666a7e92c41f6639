import { type Cell, table } from "../query/table.ts";
import { formatSize } from "../query/units.ts";
import { visible } from "../query/visible.ts";
import { type DiskUsage, diskUsage, type ProjectUsage, type SpaceTaken } from "../maintenance/disk_usage.ts";
import { openLayout } from "../storage/layout.ts";
import { type CommandContext, defineCommand } from "./command.ts";
import { ExitCode } from "./exit_code.ts";
import { writeJsonLines } from "./json_lines.ts";
import type { Style } from "./style.ts";

const OPTIONS = {
  all: { kind: "boolean", short: "a", help: "the whole store, project by project" },
  json: { kind: "boolean", help: "one JSON object a workflow and a group of other files: project, kind, count, bytes" },
} as const;

type Context = CommandContext<typeof OPTIONS>;

/** One line: some files of a project, or of the store itself. */
interface Row {
  readonly project: string | null;
  readonly kind: "sessions" | "copies" | "indexes" | "broken" | "others";
  readonly workflow: string | null;
  readonly count: number;
  readonly bytes: number;
}

/** `ziglog du`: shows what takes space. */
export const du = defineCommand({
  usage: ["du [--all] [--json]"],
  description:
    "Shows what takes space in this project, or in the whole store: sessions by workflow, and the other files, the " +
    "largest first. Symbolic links count as nothing.",
  maxPositionals: 0,
  options: OPTIONS,
  examples: [
    { command: "ziglog du --all", help: "what takes space?" },
    { command: "ziglog du --json | jq 'select(.bytes > 1e9)'", help: "what takes more than a gigabyte?" },
  ],
  run(context: Context): Promise<number> {
    return Promise.try(run, context);
  },
});

function run({ options, host, layout, style }: Context): number {
  const usage = diskUsage({ ...layout, all: options.all });
  if (options.json) {
    const rows = [...usage.projects.flatMap(projectRows), ...storeRows(usage)];
    writeJsonLines(host, rows.map((row) => ({ ...row })));
  } else if (usage.bytes === 0) {
    const { root, projectDir } = openLayout(layout);
    host.stderr.write(`nothing is recorded in ${visible(options.all ? root : projectDir)}\n`);
  } else {
    host.stdout.write(draw(usage, options.all, host.stdout.columns, style).join("\n") + "\n");
  }
  return ExitCode.ok;
}

function projectRows({ name, workflows, copies, indexes, broken, others }: ProjectUsage): Row[] {
  return [
    ...workflows.map((taken): Row => row(name, "sessions", taken, taken.name)),
    ...parts(name, { copies, indexes, broken, others }),
  ];
}

function storeRows({ indexes, broken, others }: DiskUsage): Row[] {
  return parts(null, { indexes, broken, others });
}

/** What is there; what is not, is left out. */
function parts(project: string | null, kinds: Partial<Record<Row["kind"], SpaceTaken>>): Row[] {
  return (Object.entries(kinds) as [Row["kind"], SpaceTaken][])
    .filter(([, { count }]) => count > 0)
    .map(([kind, taken]) => row(project, kind, taken, null));
}

function row(project: string | null, kind: Row["kind"], { count, bytes }: SpaceTaken, workflow: string | null): Row {
  return { project, kind, workflow, count, bytes };
}

const LABELS: Readonly<Record<Row["kind"], string>> = {
  sessions: "sessions",
  copies: "unfinished lines that repairs cut off",
  indexes: "indexes",
  broken: "broken indexes, set aside",
  others: "other files",
};

function draw(usage: DiskUsage, all: boolean, width: number | undefined, style: Style): string[] {
  const lines = [["SIZE", "COUNT", "WHAT"].map((text): Cell => ({ text, paint: style.dim }))];
  for (const project of usage.projects) {
    const name = project.name ?? "outside of any project";
    lines.push([{ text: formatSize(project.bytes), paint: style.bold }, { text: "" }, {
      text: visible(name),
      paint: style.bold,
    }]);
    lines.push(...bySize(projectRows(project)).map((row) => cells(row, "  ")));
  }
  lines.push(...bySize(storeRows(usage)).map((row) => cells(row, "")));
  if (all) {
    lines.push([{ text: formatSize(usage.bytes), paint: style.bold }, { text: "" }, { text: visible(usage.root) }]);
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
