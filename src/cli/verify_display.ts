import type { JsonObject } from "../codec/json.ts";
import type { Finding } from "../query/finding.ts";
import { visible } from "../query/visible.ts";
import { ownCommand } from "../maintenance/diagnosis.ts";
import type { StoreSource } from "../maintenance/stores.ts";
import type { SessionReport } from "../maintenance/verify_session.ts";
import type { IndexReport, StoreReport } from "../maintenance/verify_store.ts";
import type { CommandContext, OptionTable } from "./command.ts";
import type { Host } from "./host.ts";
import { writeJsonLines } from "./json_lines.ts";
import type { ProgressLine } from "./progress_line.ts";
import { jsonNames } from "./store_option.ts";
import { stateColor, type Style } from "./style.ts";

/** What can be done about findings; the others are facts. */
const REPAIRABLE = ["torn", "missing_end", "empty"];

/** Shows what a check finds, as it is found. */
export class VerifyDisplay {
  /** Findings that are damage. */
  damage = 0;
  readonly #host: Host;
  readonly #style: Style;
  readonly #root: string | undefined;
  readonly #options: { readonly all: boolean; readonly json: boolean };
  readonly #progress: ProgressLine;
  /** Of each source, the first session that can be repaired, and whether an index is damaged. */
  readonly #todo = new Map<StoreSource, { repairable?: string; isIndexDamaged?: true }>();
  #sessions = 0;
  #damagedSessions = 0;
  #indexes = 0;
  #damagedIndexes = 0;

  /**
   * @param world Where to show it.
   * @param options How.
   * @param progress Tells how far it has come.
   */
  constructor(
    { host, style, layout }: Pick<CommandContext<OptionTable>, "host" | "style" | "layout">,
    options: { readonly all: boolean; readonly json: boolean },
    progress: ProgressLine,
  ) {
    this.#host = host;
    this.#style = style;
    this.#root = layout.root;
    this.#options = options;
    this.#progress = progress;
    if (options.all) progress.start(() => `checking: ${this.#sessions} sessions, ${this.#damagedSessions} damaged`);
  }

  /**
   * Shows a report.
   *
   * @param item The report.
   * @param source Whose sessions it is about.
   */
  show(item: StoreReport, source: StoreSource): void {
    if (item.kind === "session") this.#showSession(item.report, source);
    else this.#showIndex(item.report, source);
  }

  /** Shows what it all came to, and what can be done about it. */
  finish(): void {
    this.#progress.clear();
    if (this.#options.json) return;
    if (this.#options.all) {
      const sessions = `${counted(this.#sessions, "session")} checked, ${this.#damagedSessions || "none"} damaged`;
      const indexes = `${counted(this.#indexes, "index", "indexes")} checked, ${
        this.#damagedIndexes || "none"
      } damaged`;
      this.#host.stdout.write(`${sessions}; ${indexes}\n`);
    }
    for (const [source, { repairable, isIndexDamaged }] of this.#todo) {
      if (repairable !== undefined) this.#hint(`repair ${this.#options.all ? "--all" : repairable}`, source);
      else if (isIndexDamaged) this.#hint(`reindex${this.#options.all ? " --all" : ""}`, source);
    }
  }

  #showSession(report: SessionReport, source: StoreSource): void {
    const { sessionId, state, damage, notes, findings } = report;
    this.#sessions++;
    this.damage += damage;
    if (damage > 0) this.#damagedSessions++;
    if (findings.some(({ kind }) => REPAIRABLE.includes(kind))) this.#toDo(source).repairable ??= sessionId;
    if (this.#options.json) {
      const names = { [jsonNames(source).id]: sessionId };
      const found = findings.map((each) => findingJson(names, report, each));
      return writeJsonLines(this.#host, [...found, sessionJson(names, report)]);
    }
    if (this.#options.all && findings.length === 0) return;
    const { bold, dim } = this.#style;
    const left = damage + notes - findings.length;
    this.#say([
      `${bold(visible(sessionId))} ${stateColor(state, this.#style)(state)}: ${this.#verdict(report)}`,
      ...findings.map((finding) => this.#line(finding)),
      ...(left > 0 ? [dim(`  and ${left} more`)] : []),
    ]);
  }

  #showIndex({ path, findings }: IndexReport, source: StoreSource): void {
    this.#indexes++;
    this.damage += findings.length;
    if (findings.length > 0) {
      this.#damagedIndexes++;
      this.#toDo(source).isIndexDamaged = true;
    }
    if (this.#options.json) return writeJsonLines(this.#host, indexJson({ path, findings }, jsonNames(source).id));
    if (findings.length === 0) return;
    const { bold, red } = this.#style;
    this.#say([
      `${bold(visible(path))}: ${red(`damaged (${counted(findings.length, "finding")})`)}`,
      ...findings.map(({ kind, sessionId, message }) =>
        `  ${red(kind)}: ${visible(sessionId === null ? message : `${sessionId}: ${message}`)}`
      ),
    ]);
  }

  #verdict({ damage, notes, lines }: SessionReport): string {
    const { red, green } = this.#style;
    const verdict = damage === 0 ? green("sound") : red(`damaged (${counted(damage, "finding")})`);
    return `${verdict}, ${counted(lines, "line")}${notes === 0 ? "" : `, ${counted(notes, "note")}`}`;
  }

  #line({ kind, severity, offset, line, message }: Finding): string {
    const { red, yellow, dim } = this.#style;
    const mark = severity === "damage" ? red : yellow;
    return `  line ${line}, byte ${offset}: ${mark(kind)}: ${visible(message)}${
      severity === "note" ? dim(" (note)") : ""
    }`;
  }

  #say(lines: readonly string[]): void {
    this.#progress.clear();
    this.#host.stdout.write(`${lines.join("\n")}\n`);
  }

  #toDo(source: StoreSource): { repairable?: string; isIndexDamaged?: true } {
    const known = this.#todo.get(source) ?? {};
    this.#todo.set(source, known);
    return known;
  }

  #hint(args: string, source: StoreSource): void {
    this.#host.stderr.write(`try: ${ownCommand(this.#root, source)(args)}\n`);
  }
}

function findingJson(names: JsonObject, { logPath }: SessionReport, finding: Finding): JsonObject {
  return { type: "finding", ...names, log_path: logPath, ...finding };
}

function sessionJson(names: JsonObject, report: SessionReport): JsonObject {
  const { logPath, state, bytes, lines, damage, notes } = report;
  return { type: "session", ...names, log_path: logPath, state, bytes, lines, damage, notes };
}

function indexJson({ path, findings }: IndexReport, idName: string): JsonObject[] {
  const told = findings.map(({ kind, sessionId, message }) => (
    { type: "index_finding", index_path: path, [idName]: sessionId, kind, severity: "damage", message }
  ));
  return [...told, { type: "index", index_path: path, damage: findings.length }];
}

function counted(count: number, one: string, several = `${one}s`): string {
  return `${count} ${count === 1 ? one : several}`;
}
