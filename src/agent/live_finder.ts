import { isGranted } from "../storage/permission.ts";
import type { LiveContext, TranscriptAgent } from "./live_agent.ts";
import type { TranscriptFile } from "./transcript.ts";
import { headText } from "./transcript_head.ts";

/** How far the clock of a file system may be behind, in milliseconds. */
const CLOCK_MS = 60_000;

/** A session that is growing. */
export interface LiveTranscriptFile {
  /** The file. */
  readonly path: string;
  /** Byte offset behind what was there before the run. */
  readonly from: number;
}

/** The session of a sub-agent that is growing. */
export type LivePartFile = LiveTranscriptFile & TranscriptFile;

/**
 * Finds the file that a run of an agent writes. What was there when the run began is remembered: a file that is new since
 * then, about the same directory, is the run's; of a run that goes on with a session, one that has grown. Where the id is
 * known, only that session's file is, and a new one of a run that goes on, as agents may copy a session to do that.
 */
export class LiveFinder {
  /** The agent. */
  readonly agent: TranscriptAgent;
  readonly #context: LiveContext;
  readonly #folder: string;
  /** Sizes of the sessions that were there, those of sub-agents too. */
  readonly #before: ReadonlyMap<string, number>;

  /**
   * Remembers what is there: to be made just before the agent is started.
   *
   * @param agent The agent.
   * @param context The run.
   * @throws {Deno.errors.NotCapable} When the agent's folder may not be read; the message names the flag.
   */
  constructor(agent: TranscriptAgent, context: LiveContext) {
    this.agent = agent;
    this.#context = context;
    this.#folder = context.folder ?? agent.folder();
    this.#before = new Map(agent.list(this.#folder).map(({ path, size }) => [path, size]));
  }

  /** Whether nobody else works in the run's directory. */
  get isAlone(): boolean {
    return this.#context.isWorktree === true;
  }

  /** The folder that is looked into. */
  get folder(): string {
    return this.#folder;
  }

  /**
   * Looks for the file.
   *
   * @returns The file; `undefined` while there is none.
   */
  async find(): Promise<LiveTranscriptFile | undefined> {
    const { providerSessionId, resumed = false } = this.#context;
    const sessions = this.#sessions();
    const grown = sessions.filter(({ path, size }) => size > (this.#before.get(path) ?? Infinity));
    if (providerSessionId) {
      const named = sessions.find(({ path }) => this.agent.isNamed(path, providerSessionId));
      if (named !== undefined && this.#isTouched(named)) return this.#liveAt(named);
      if (!resumed) return undefined;
    }
    const created = await this.#newest(sessions);
    if (created !== undefined || !resumed || providerSessionId) return created;
    const [first] = await this.#ours(grown);
    return first === undefined ? undefined : this.#liveAt(first);
  }

  /**
   * Looks for a session that the agent has begun after another, in the same directory.
   *
   * @param path The file of the other.
   * @returns The file; `undefined` while there is none.
   */
  async findNext(path: string): Promise<LiveTranscriptFile | undefined> {
    const sessions = this.#sessions();
    const modified = sessions.find((each) => each.path === path)?.modified ?? 0;
    return await this.#newest(sessions.filter((each) => each.path !== path && each.modified > modified));
  }

  /**
   * Looks for the sessions of sub-agents that are new, or have grown since the run began.
   *
   * @param isParent Whether an id is that of a session whose sub-agents are meant.
   * @returns The files.
   */
  findParts(isParent: (id: string) => boolean): LivePartFile[] {
    return this.#all().filter((file) => file.parentId !== null && isParent(file.parentId) && this.#isTouched(file))
      .map((file) => ({ ...file, ...this.#liveAt(file) }));
  }

  /** What was written to since the run began: a compressed session is over. */
  #all(): TranscriptFile[] {
    return this.agent.list(this.#folder, this.#context.startedAt - CLOCK_MS).filter(({ path }) =>
      !path.endsWith(".zst")
    );
  }

  #sessions(): TranscriptFile[] {
    return this.#all().filter(({ parentId }) => parentId === null);
  }

  #isTouched({ path, size }: TranscriptFile): boolean {
    return size !== this.#before.get(path);
  }

  #liveAt({ path, size }: TranscriptFile): LiveTranscriptFile {
    const before = this.#before.get(path) ?? 0;
    return { path, from: before <= size ? before : 0 };
  }

  /** Of the files that were not there before: the one that began nearest to the start of the run. */
  async #newest(sessions: readonly TranscriptFile[]): Promise<LiveTranscriptFile | undefined> {
    const created = await this.#ours(sessions.filter(({ path }) => !this.#before.has(path)));
    const distance = ({ path }: TranscriptFile): number => {
      const began = Date.parse(headText(path, "timestamp") ?? "");
      return Number.isNaN(began) ? Infinity : Math.abs(began - this.#context.startedAt);
    };
    const [best] = created.toSorted((a, b) => distance(a) < distance(b) ? -1 : 1);
    return best === undefined ? undefined : this.#liveAt(best);
  }

  async #ours(sessions: readonly TranscriptFile[]): Promise<TranscriptFile[]> {
    const cwd = realPath(this.#context.cwd);
    const ours: TranscriptFile[] = [];
    for (const session of sessions) {
      const told = await this.agent.cwdOf(session.path);
      if (told !== null && (told === this.#context.cwd || realPath(told) === cwd)) ours.push(session);
    }
    return ours;
  }
}

/** A directory without symbolic links, as far as that can be seen. */
function realPath(path: string): string {
  try {
    return isGranted({ name: "read", path }) ? Deno.realPathSync(path) : path;
  } catch {
    return path; // nothing there any more
  }
}
