import type { Access } from "./access.ts";
import type { Command, OptionTable } from "./command.ts";

/** A command before it is loaded: what the overview needs, and no more. */
export interface CommandEntry {
  /** What it does, in a line. */
  readonly summary: string;
  /** What it may touch. */
  readonly access: Access;
  /** Loads its code. */
  load(): Promise<Command>;
}

/** Forgets what options a command has, so that commands can stand side by side in a table. */
function erased<Options extends OptionTable>(command: Command<Options>): Command {
  return command as unknown as Command;
}

const READS: Access = { store: "read" };
const WRITES: Access = { store: "write" };

/** The commands by name, in the order of the overview. Each one's code is loaded only when it is used. */
export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  run: {
    summary: "run a command or a plan, and record it",
    access: { store: "write", positionals: "read", agents: "all", linksWith: "session-dir", run: true },
    load: async () => erased((await import("./run.ts")).run),
  },
  record: {
    summary: "record standard input",
    access: WRITES,
    load: async () => erased((await import("./record.ts")).record),
  },
  listen: {
    summary: "follow a session as it is written",
    access: { store: "read", options: { cursor: "write" }, sources: "id" },
    load: async () => erased((await import("./listen.ts")).listen),
  },
  list: {
    summary: "list sessions, newest first",
    access: { store: "read", sources: "option" },
    load: async () => erased((await import("./list.ts")).list),
  },
  show: {
    summary: "show a session as a tree of tiers and steps",
    access: { store: "read", sources: "id" },
    load: async () => erased((await import("./show.ts")).show),
  },
  events: {
    summary: "print the lines of a log that fit",
    access: { store: "read", sources: "id" },
    load: async () => erased((await import("./events.ts")).events),
  },
  search: {
    summary: "look for text in many sessions",
    access: { store: "read", sources: "option" },
    load: async () => erased((await import("./search.ts")).search),
  },
  agents: {
    summary: "list, show, follow, search and count agent sessions",
    access: READS, // what stands behind it is another command
    load: async () => erased((await import("./agents.ts")).agents),
  },
  logs: {
    summary: "show what a run of outrig wrote",
    access: { store: "read", sources: "id" },
    load: async () => erased((await import("./logs.ts")).logs),
  },
  verify: {
    summary: "check logs, and the indexes against them",
    access: READS,
    load: async () => erased((await import("./verify.ts")).verify),
  },
  repair: {
    summary: "repair what dead writers left behind",
    access: WRITES,
    load: async () => erased((await import("./repair.ts")).repair),
  },
  reindex: {
    summary: "make the indexes what the logs say",
    access: WRITES,
    load: async () => erased((await import("./reindex.ts")).reindex),
  },
  doctor: {
    summary: "look over the store, and say what to do",
    access: { store: "read", sys: ["statfs"] },
    load: async () => erased((await import("./doctor.ts")).doctor),
  },
  prune: {
    summary: "delete sessions",
    access: WRITES,
    load: async () => erased((await import("./prune.ts")).prune),
  },
  pin: {
    summary: "protect sessions from being pruned",
    access: WRITES,
    load: async () => erased((await import("./pin.ts")).pin),
  },
  unpin: {
    summary: "take a protection back",
    access: WRITES,
    load: async () => erased((await import("./pin.ts")).unpin),
  },
  du: {
    summary: "show what takes space",
    access: READS,
    load: async () => erased((await import("./du.ts")).du),
  },
  start: {
    summary: "start a session for a script, and print its id",
    access: WRITES,
    load: async () => erased((await import("./start.ts")).start),
  },
  emit: {
    summary: "write an event into a session from a script",
    access: WRITES,
    load: async () => erased((await import("./emit.ts")).emit),
  },
  end: {
    summary: "end a session from a script",
    access: WRITES,
    load: async () => erased((await import("./end.ts")).end),
  },
  replay: {
    summary: "play a session in its real timing",
    access: READS,
    load: async () => erased((await import("./replay.ts")).replay),
  },
  diff: {
    summary: "compare two sessions",
    access: READS,
    load: async () => erased((await import("./diff.ts")).diff),
  },
  stats: {
    summary: "show how runs and steps did over time",
    access: { store: "read", sources: "option" },
    load: async () => erased((await import("./stats.ts")).stats),
  },
  config: {
    summary: "show what is configured, and where",
    access: READS,
    load: async () => erased((await import("./config.ts")).config),
  },
  completions: {
    summary: "print what lets a shell complete commands",
    access: READS,
    load: async () => erased((await import("./completions.ts")).completions),
  },
  import: {
    summary: "take over what agents have recorded themselves",
    access: {
      store: "write",
      options: { from: "read" },
      agents: "argument",
      sources: "argument",
    },
    load: async () => erased((await import("./import.ts")).importCommand),
  },
};
