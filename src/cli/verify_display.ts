import type { JsonObject } from "../codec/json.ts";
import type { Finding } from "../query/finding.ts";
import { visible } from "../query/visible.ts";
import { ownCommand } from "../maintenance/diagnosis.ts";
import type { SessionReport } from "../maintenance/verify_session.ts";
import type { IndexReport, StoreReport } from "../maintenance/verify_store.ts";
import type { CommandContext, OptionTable } from "./command.ts";
import type { Host } from "./host.ts";
import { writeJsonLines } from "./json_lines.ts";
import type { ProgressLine } from "./progress_line.ts";
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
  readonly #repairable = new Set<string>();
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
   */
  show(item: StoreReport): void {
    if (item.kind === "session") this.#showSession(item.report);
    else this.#showIndex(item.report);
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
    const [id] = this.#repairable;
    if (id !== undefined) this.#hint(`repair ${this.#options.all ? "--all" : id}`);
    else if (this.#damagedIndexes > 0) this.#hint(`reindex${this.#options.all ? " --all" : ""}`);
  }

  #showSession(report: SessionReport): void {
    const { sessionId, state, damage, notes, findings } = report;
    this.#sessions++;
    this.damage += damage;
    if (damage > 0) this.#damagedSessions++;
    if (findings.some(({ kind }) => REPAIRABLE.includes(kind))) this.#repairable.add(sessionId);
    if (this.#options.json) {
      return writeJsonLines(this.#host, [...findings.map((each) => findingJson(report, each)), sessionJson(report)]);
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

  #showIndex({ path, findings }: IndexReport): void {
    this.#indexes++;
    this.damage += findings.length;
    if (findings.length > 0) this.#damagedIndexes++;
    if (this.#options.json) return writeJsonLines(this.#host, indexJson({ path, findings }));
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

  #hint(args: string): void {
    this.#host.stderr.write(`try: ${ownCommand(this.#root)(args)}\n`);
  }
}

function findingJson({ sessionId, logPath }: SessionReport, finding: Finding): JsonObject {
  return { type: "finding", zig_session_id: sessionId, log_path: logPath, ...finding };
}

function sessionJson({ sessionId, logPath, state, bytes, lines, damage, notes }: SessionReport): JsonObject {
  return { type: "session", zig_session_id: sessionId, log_path: logPath, state, bytes, lines, damage, notes };
}

function indexJson({ path, findings }: IndexReport): JsonObject[] {
  const told = findings.map(({ kind, sessionId, message }) => (
    { type: "index_finding", index_path: path, zig_session_id: sessionId, kind, severity: "damage", message }
  ));
  return [...told, { type: "index", index_path: path, damage: findings.length }];
}

function counted(count: number, one: string, several = `${one}s`): string {
  return `${count} ${count === 1 ? one : several}`;
}
