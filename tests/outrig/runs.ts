/** Stores of runs for tests. */

import type { NewRun } from "../../src/outrig/create_run.ts";
import type { RunNotice } from "../../src/outrig/find_runs.ts";
import { RunStore } from "../../src/outrig/run_store.ts";
import { TempDir } from "../helpers/temp_dir.ts";

/** A run with the least that has to be known of one. */
export const RUN: NewRun = { containerName: "box", imageTag: "box:1", imageConfigName: "box", workingDir: "/src" };

/** How a run ended well. */
export const DONE = { exitCode: 0 } as const;

/**
 * Runs something, and something else just before a file is first used in some way, as if another program did it.
 *
 * @param call The function of the system that uses the file.
 * @param path The file, or a part of its path.
 * @param before What another program does then.
 * @param body What to run.
 * @returns What it returns.
 */
export function meanwhile<T>(
  call: "openSync" | "readLinkSync" | "realPathSync" | "removeSync",
  path: string,
  before: () => void,
  body: () => T,
): T {
  const real = Deno[call] as (...args: unknown[]) => unknown;
  let isDone = false;
  const staged = (...args: unknown[]): unknown => {
    if (!isDone && String(args[0]).includes(path)) {
      isDone = true;
      before();
    }
    return real(...args);
  };
  try {
    Object.assign(Deno, { [call]: staged });
    return body();
  } finally {
    Object.assign(Deno, { [call]: real });
  }
}

/** A folder with a store in it. */
export class RunsDir extends TempDir {
  /** The store. */
  readonly store: RunStore = new RunStore(this.at("root"));

  /** Ids that the store lists, and what it says of other entries. */
  listed(): { ids: string[]; notices: RunNotice[] } {
    const notices: RunNotice[] = [];
    const ids = this.store.list({ notice: (notice) => notices.push(notice) }).map(({ id }) => id as string);
    return { ids, notices };
  }

  /**
   * Writes a record by hand.
   *
   * @param dir Name of the directory, relative to the folder.
   * @param fields What is to be otherwise than in a run that has ended.
   * @returns Path of the directory.
   */
  record(dir: string, fields: object = {}): string {
    const path = this.at(dir);
    const record = {
      id: dir.split("/").at(-1),
      started_at: "2026-05-01T14:19:07Z",
      ended_at: "2026-05-01T14:20:07Z",
      container_name: "box",
      image_tag: "box:1",
      image_config_name: "box",
      working_dir: "/src",
      session_dir: path,
      exit_code: 0,
      ...fields,
    };
    this.write(`${dir}/session.json`, JSON.stringify(record, null, 2));
    return path;
  }
}
