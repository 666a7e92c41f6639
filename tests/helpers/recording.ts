/** Sessions that are really recorded, in stores of their own. */

import type { JsonObject } from "../../src/codec/json.ts";
import type { SessionOptions } from "../../src/session/session_options.ts";
import { SessionWriter } from "../../src/session/writer.ts";
import { type Layout, openLayout } from "../../src/storage/layout.ts";
import { TempDir } from "./temp_dir.ts";

/** A store with a project in it. */
export class Studio implements Disposable {
  /** Where everything is. */
  readonly dir: TempDir = new TempDir();
  /** Which store and project; to be spread into options. */
  readonly where: { readonly root: string; readonly project: string };
  /** The paths of the project. */
  readonly layout: Layout;

  /** Makes an empty store. */
  constructor() {
    this.where = { root: this.dir.at("store"), project: this.dir.at("repo") };
    Deno.mkdirSync(this.dir.at("repo/.git"), { recursive: true });
    this.layout = openLayout(this.where);
  }

  /**
   * Starts a session.
   *
   * @param options What is to be otherwise than usual.
   * @returns Its writer.
   */
  record(options: Partial<SessionOptions> = {}): SessionWriter {
    return SessionWriter.create({
      workflowName: "made up",
      workflowPath: "/w.zwf",
      tierCount: 1,
      cwd: null,
      ...this.where,
      ...options,
    });
  }

  /** Removes it all. */
  [Symbol.dispose](): void {
    this.dir[Symbol.dispose]();
  }
}

/**
 * Reads a log as whoever knows nothing of this project would.
 *
 * @param logPath The log.
 * @returns Its events; fails when a line is none.
 */
export function eventsIn(logPath: string): JsonObject[] {
  return Deno.readTextFileSync(logPath).split("\n").filter((line) => line !== "")
    .map((line) => JSON.parse(line) as JsonObject);
}

/**
 * Tells how a log went on: what is easy to compare.
 *
 * @param logPath The log.
 * @returns Number and type of each event.
 */
export function outline(logPath: string): string[] {
  return eventsIn(logPath).map(({ seq, type }) => `${seq} ${type}`);
}
