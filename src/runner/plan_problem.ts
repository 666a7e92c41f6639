/** The way to a part of a plan: keys and places in lists, from the outside in. */
export type PlanPath = readonly (string | number)[];

/** Something is wrong with a part of a plan. */
export class PlanProblem extends Error {
  override readonly name = "PlanProblem";
  /** The part. */
  readonly path: PlanPath;
  /** Whether the key is at fault, not its value. */
  readonly atKey: boolean;

  /**
   * @param path The part that is wrong.
   * @param message What is wrong with it.
   * @param options `atKey` when the key is at fault, not its value.
   */
  constructor(path: PlanPath, message: string, options?: { readonly atKey?: boolean }) {
    super(message);
    this.path = path;
    this.atKey = options?.atKey ?? false;
  }
}
