import type { Command, OptionTable } from "./command.ts";

/** A command before it is loaded: what the overview needs, and no more. */
export interface CommandEntry {
  /** What it does, in a line. */
  readonly summary: string;
  /** Loads its code. */
  load(): Promise<Command>;
}

/** Forgets what options a command has, so that commands can stand side by side in a table. */
function erased<Options extends OptionTable>(command: Command<Options>): Command {
  return command as unknown as Command;
}

/** The commands by name, in the order of the overview. Each one's code is loaded only when it is used. */
export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  run: {
    summary: "run a command or a plan, and record it",
    load: async () => erased((await import("./run.ts")).run),
  },
  record: {
    summary: "record standard input",
    load: async () => erased((await import("./record.ts")).record),
  },
  listen: {
    summary: "follow a session as it is written",
    load: async () => erased((await import("./listen.ts")).listen),
  },
  list: {
    summary: "list sessions, newest first",
    load: async () => erased((await import("./list.ts")).list),
  },
  show: {
    summary: "show a session as a tree of tiers and steps",
    load: async () => erased((await import("./show.ts")).show),
  },
  events: {
    summary: "print the lines of a log that fit",
    load: async () => erased((await import("./events.ts")).events),
  },
  search: {
    summary: "look for text in many sessions",
    load: async () => erased((await import("./search.ts")).search),
  },
  verify: {
    summary: "check logs, and the indexes against them",
    load: async () => erased((await import("./verify.ts")).verify),
  },
  repair: {
    summary: "repair what dead writers left behind",
    load: async () => erased((await import("./repair.ts")).repair),
  },
  reindex: {
    summary: "make the indexes what the logs say",
    load: async () => erased((await import("./reindex.ts")).reindex),
  },
  doctor: {
    summary: "look over the store, and say what to do",
    load: async () => erased((await import("./doctor.ts")).doctor),
  },
  prune: {
    summary: "delete sessions",
    load: async () => erased((await import("./prune.ts")).prune),
  },
  pin: {
    summary: "protect sessions from being pruned",
    load: async () => erased((await import("./pin.ts")).pin),
  },
  unpin: {
    summary: "take a protection back",
    load: async () => erased((await import("./pin.ts")).unpin),
  },
  du: {
    summary: "show what takes space",
    load: async () => erased((await import("./du.ts")).du),
  },
  start: {
    summary: "start a session for a script, and print its id",
    load: async () => erased((await import("./start.ts")).start),
  },
  emit: {
    summary: "write an event into a session from a script",
    load: async () => erased((await import("./emit.ts")).emit),
  },
  end: {
    summary: "end a session from a script",
    load: async () => erased((await import("./end.ts")).end),
  },
  replay: {
    summary: "play a session in its real timing",
    load: async () => erased((await import("./replay.ts")).replay),
  },
  diff: {
    summary: "compare two sessions",
    load: async () => erased((await import("./diff.ts")).diff),
  },
  stats: {
    summary: "show how runs and steps did over time",
    load: async () => erased((await import("./stats.ts")).stats),
  },
};
