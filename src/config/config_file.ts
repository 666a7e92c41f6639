/** The configuration of a store: `ziglog.jsonc` in its root. */

import { parse } from "../deps/jsonc.ts";
import { UsageError } from "../errors.ts";
import { type PlanPath, PlanProblem } from "../runner/plan_problem.ts";
import { readSections, type Sections } from "./sections.ts";

/** A configuration that was read. */
export class ConfigFile {
  /** Where it is. */
  readonly path: string;
  /** What it says. */
  readonly sections: Sections;
  readonly #text: string;

  private constructor(path: string, text: string, sections: Sections) {
    this.path = path;
    this.#text = text;
    this.sections = sections;
  }

  /**
   * Reads the text of a configuration.
   *
   * @param text The text: JSON with comments.
   * @param path Where it comes from.
   * @returns The configuration.
   * @throws {UsageError} When something is wrong with it; the message names the line and the column.
   */
  static async parse(text: string, path: string): Promise<ConfigFile> {
    const sections = await located(path, text, () => readSections(text.trim() === "" ? {} : parse(text)));
    return new ConfigFile(path, text, sections);
  }

  /**
   * Checks a part of it.
   *
   * @param check Throws a {@linkcode PlanProblem} when something is wrong.
   * @returns What the check returns.
   * @throws {UsageError} When something is wrong; the message names the line and the column.
   */
  async check<T>(check: () => T): Promise<T> {
    return await located(this.path, this.#text, check);
  }

  /**
   * Tells where a part of it stands.
   *
   * @param part The part.
   * @returns Such as `line 3, column 5`.
   */
  async placeOf(part: PlanPath): Promise<string> {
    const { locateProblem } = await import("../runner/plan_position.ts");
    return locateProblem(this.#text, new PlanProblem(part, "")).slice(0, -": ".length);
  }
}

async function located<T>(path: string, text: string, read: () => T): Promise<T> {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) {
      throw new UsageError(`Cannot use configuration "${path}": its lists or objects nest too deeply`, {
        cause: error,
      });
    }
    if (!(error instanceof PlanProblem || error instanceof SyntaxError)) throw error;
    const { locateProblem } = await import("../runner/plan_position.ts"); // only now, as it loads a parser of its own
    throw new UsageError(`Cannot use configuration "${path}": ${locateProblem(text, error)}`, { cause: error });
  }
}
