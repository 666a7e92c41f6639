/** What the launcher tells the worker. */
export interface Task {
  /** The directory whose project is meant. */
  readonly project: string;
  /** The repository that it is in. */
  readonly gitRoot: string | undefined;
}
