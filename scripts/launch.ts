import { importFlags, type Imports, PROJECT } from "./imports.ts";

/** Signals that are passed on to the child. Windows sends them to every process of a console by itself. */
const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM", "SIGHUP"];

/** Milliseconds within which a second signal of a kind is the same one, arriving by way of a parent process as well. */
const ECHO = 200;

/** What to start. */
export interface Launch {
  /** The subcommand of `deno`. */
  readonly subcommand: string;
  /** What follows it. */
  readonly args: readonly string[];
  /** Where `@std` comes from. */
  readonly imports: Imports;
  /** Working directory; default: the top folder of the project. */
  readonly cwd?: string;
  /** Environment variables to add. */
  readonly env?: Record<string, string>;
}

/**
 * Runs this same `deno` in place of this program: standard streams are shared, signals are passed on.
 *
 * @param launch What to start.
 * @returns Its exit code; 128 and the number of the signal when a signal ended it.
 */
export async function launch({ subcommand, args, imports, cwd = PROJECT, env = {} }: Launch): Promise<number> {
  const command = new Deno.Command(Deno.execPath(), {
    args: [subcommand, ...importFlags(imports, subcommand), ...args],
    cwd,
    env,
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  });
  let child: Deno.ChildProcess | undefined;
  const listeners = SIGNALS.map((signal) => [signal, forwarder(signal, () => child)] as const);
  for (const [signal, listener] of listeners) Deno.addSignalListener(signal, listener);
  try {
    child = command.spawn();
    return (await child.status).code;
  } finally {
    for (const [signal, listener] of listeners) Deno.removeSignalListener(signal, listener);
  }
}

/** At a terminal a signal reaches the whole process group, and us once more by way of `deno task`. */
function forwarder(signal: Deno.Signal, child: () => Deno.ChildProcess | undefined): () => void {
  let last = -Infinity;
  return (): void => {
    const now = performance.now();
    if (now - last < ECHO || Deno.build.os === "windows") return;
    last = now;
    try {
      child()?.kill(signal);
    } catch {
      // It has ended already.
    }
  };
}
