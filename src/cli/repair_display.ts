import type { JsonObject } from "../codec/json.ts";
import { basename } from "../deps/path.ts";
import { visible } from "../query/visible.ts";
import type { LogRepair, RepairAction } from "../maintenance/repair_log.ts";
import type { StoreRepair } from "../maintenance/repair_store.ts";
import type { StoreSource } from "../maintenance/stores.ts";
import type { Host } from "./host.ts";
import { rebuildJson, rebuildLines } from "./index_changes.ts";
import { writeJsonLines } from "./json_lines.ts";
import type { ProgressLine } from "./progress_line.ts";
import { jsonNames } from "./store_option.ts";
import { stateColor, type Style } from "./style.ts";

/** How repairs are shown. */
export interface RepairDisplayOptions {
  /** Whether a whole store is repaired: what needs nothing is then not shown. */
  readonly all: boolean;
  readonly json: boolean;
  readonly dryRun: boolean;
}

/** Shows what a repair does, as it is done. */
export class RepairDisplay {
  /** Sessions that could not be repaired. */
  failures = 0;
  readonly #host: Host;
  readonly #style: Style;
  readonly #options: RepairDisplayOptions;
  readonly #progress: ProgressLine;
  readonly #untouched = new Map<string, number>();
  #sessions = 0;
  #changes = 0;

  /**
   * @param world Where to show it.
   * @param options How.
   * @param progress Tells how far it has come.
   */
  constructor(
    { host, style }: { readonly host: Host; readonly style: Style },
    options: RepairDisplayOptions,
    progress: ProgressLine,
  ) {
    this.#host = host;
    this.#style = style;
    this.#options = options;
    this.#progress = progress;
    if (options.all) progress.start(() => `repairing: ${this.#sessions} sessions looked at`);
  }

  /**
   * Shows what was done.
   *
   * @param item What.
   * @param source Whose sessions it is about.
   */
  show(item: StoreRepair, source: StoreSource): void {
    if (item.kind === "log") {
      this.#sessions++;
      const { untouched } = item.repair;
      if (untouched !== null) this.#untouched.set(untouched, (this.#untouched.get(untouched) ?? 0) + 1);
      else if (item.repair.actions.length > 0) this.#changes++;
    } else if (item.kind === "failed") {
      this.failures++;
      this.#progress.clear();
      this.#host.stderr.write(`ziglog: Cannot repair session "${item.sessionId}": ${item.error.message}\n`);
    } else {
      this.#changes++;
    }
    if (this.#options.json) writeJsonLines(this.#host, [jsonOf(item, this.#options.dryRun, jsonNames(source).id)]);
    else this.#write(this.#linesOf(item));
  }

  /** Shows what it all came to. */
  finish(): void {
    this.#progress.clear();
    if (this.#options.json) return;
    if (!this.#options.all) {
      if (this.#changes === 0 && this.#untouched.size === 0) this.#host.stderr.write("nothing to repair\n");
      return;
    }
    const done = this.#changes === 0 ? "nothing to repair" : this.#options.dryRun ? "nothing was changed" : "repaired";
    const left = [...this.#untouched].map(([why, count]) => `; ${count} not touched: ${why}`);
    this.#host.stderr.write(
      `${this.#sessions === 1 ? "1 session" : `${this.#sessions} sessions`} looked at, ${done}${left.join("")}\n`,
    );
  }

  #linesOf(item: StoreRepair): string[] {
    switch (item.kind) {
      case "log":
        return this.#logLines(item.repair);
      case "index":
        return rebuildLines(item.rebuild, this.#options.dryRun, this.#style);
      case "leftover":
        return [`${this.#style.bold(visible(item.path))}: ${this.#verb("removed")} (a ${item.what} that nobody needs)`];
      case "failed":
        return [];
    }
  }

  #logLines({ sessionId, state, untouched, actions, damageLeft }: LogRepair): string[] {
    const head = `${this.#style.bold(visible(sessionId))} ${stateColor(state, this.#style)(state)}`;
    if (untouched !== null) return this.#options.all ? [] : [`${head}: not touched: ${untouched}`];
    if (actions.length === 0) return [];
    const left = damageLeft === 0
      ? []
      : [`  damage that stays as it is: ${damageLeft} (ziglog verify ${visible(sessionId)})`];
    return [head, ...actions.map((action) => `  ${visible(this.#actionText(action))}`), ...left];
  }

  #actionText(action: RepairAction): string {
    switch (action.kind) {
      case "move_torn_tail":
        return `${action.bytes} bytes from byte ${action.offset} ${this.#verb("moved")} to ${basename(action.keptAt)}`;
      case "end_session": {
        const { event, status, reason } = action;
        return `${this.#verb("ended")} as ${status} at ${event.ts} with number ${event.seq}: ${reason}`;
      }
      case "remove_locks":
        return `left-over locks ${this.#verb("removed")}`;
    }
  }

  #verb(done: string): string {
    return this.#options.dryRun ? `would be ${done}` : done;
  }

  #write(lines: readonly string[]): void {
    if (lines.length === 0) return;
    this.#progress.clear();
    this.#host.stdout.write(`${lines.join("\n")}\n`);
  }
}

function jsonOf(item: StoreRepair, dryRun: boolean, idName: string): JsonObject {
  switch (item.kind) {
    case "log": {
      const { sessionId, logPath, state, untouched, actions, damageLeft } = item.repair;
      return {
        type: "session",
        [idName]: sessionId,
        log_path: logPath,
        state,
        dry_run: dryRun,
        untouched,
        actions: actions.map(actionJson),
        damage_left: damageLeft,
      };
    }
    case "failed":
      return { type: "failed", [idName]: item.sessionId, log_path: item.logPath, error: item.error.message };
    case "leftover":
      return { type: "leftover", path: item.path, what: item.what, dry_run: dryRun };
    case "index":
      return rebuildJson(item.rebuild, dryRun, idName);
  }
}

function actionJson(action: RepairAction): JsonObject {
  switch (action.kind) {
    case "move_torn_tail":
      return { action: action.kind, offset: action.offset, bytes: action.bytes, kept_at: action.keptAt };
    case "end_session":
      return { action: action.kind, reason: action.reason, event: action.event };
    case "remove_locks":
      return { action: action.kind };
  }
}
