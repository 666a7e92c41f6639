/**
 * What a command may touch. Standard streams are there for every command, and so are the variables of the environment that
 * say where things are, how to talk, what options hold, and what is secret. Who starts programs gets all variables.
 */

/**
 * How a path is used. A file that is written is replaced as a whole, under a lock, so that the right to write it covers
 * its temporary file and its lock beside it as well.
 */
export type PathAccess = "read" | "write";

/** What a command may touch. Where programs can be kept from more than they need, this is what they get. */
export interface Access {
  /** How it uses the store. */
  readonly store: PathAccess;
  /** How it uses the paths that options name, by option. */
  readonly options?: Readonly<Record<string, PathAccess>>;
  /** How it uses the paths that its arguments name. */
  readonly positionals?: PathAccess;
  /** The option that makes a link: only who may read and write everywhere is allowed to. */
  readonly linksWith?: string;
  /** Which agents' own files it reads: those of all, or of the agent that an argument names. */
  readonly agents?: "all" | "argument";
  /**
   * When it reads what other programs have recorded: when `--source` asks for that, or also when a session is named by its
   * id, which may be any program's; or when an argument is `zag`, and then what that has recorded.
   */
  readonly sources?: "option" | "id" | "argument";
  /** Whether it starts programs. What those do is not ours to limit. */
  readonly run?: boolean;
  /** What it asks the system about itself. */
  readonly sys?: readonly "statfs"[];
}
