/** `ziglog record` against `ts`, which does no more than put a time before each line. */

import { cliCommand, denoArgs } from "../helpers/deno.ts";
import { type Suite, timed } from "./harness.ts";
import { textOf } from "./logs.ts";
import { hasProgram, peakMegabytes } from "./programs.ts";

const LINES = 5_000_000;
const RECORD = "| ziglog record";
const TS = "| ts > file";

/**
 * The suites of recording.
 *
 * @param folder Directory for the input and the store.
 * @returns The suites.
 */
export function recordSuites(folder: string): Suite[] {
  const input = `${folder}/input.txt`;
  writeInput(input);
  const hasTs = hasProgram("ts");
  const seconds = (run: () => Promise<unknown>) => async (): Promise<number> => await timed(run) / 1000;
  const memory = (name: string, lines: number): { name: string; run: () => Promise<number> } => ({
    name,
    run: () => memoryOf(folder, input, lines),
  });
  return [
    {
      name: `cat ${LINES / 1e6} million lines of 80 bytes`,
      unit: "s",
      baseline: hasTs ? TS : RECORD,
      ratio: "speed",
      mostRounds: 5,
      cases: [
        { name: RECORD, run: seconds(() => record(folder, input)) },
        ...hasTs
          ? [{ name: TS, run: seconds(() => pipe(input, ["sh", "-c", 'ts > "$1"', "sh", `${folder}/stamped.txt`])) }]
          : [],
      ],
      goals: hasTs
        ? [{
          what: `speed of ${RECORD}, compared with ${TS}`,
          measure: (median) => median(TS) / median(RECORD),
          atLeast: 4,
        }]
        : [],
      absent: hasTs ? [] : ["ts of moreutils"],
    },
    {
      name: "memory of ziglog record",
      unit: "MB at most",
      ratio: "cost",
      mostRounds: 3,
      cases: [memory("1 million lines", LINES / 5), memory("5 million lines", LINES)],
      goals: [{
        what: "memory for 5 million lines, in MB",
        measure: (median) => median("5 million lines"),
        atMost: 100,
      }],
    },
  ];
}

function writeInput(path: string): void {
  const lines = new TextEncoder().encode(`${textOf(79)}\n`.repeat(10_000));
  using file = Deno.openSync(path, { write: true, createNew: true });
  for (let at = 0; at < LINES / 10_000; at++) {
    for (let from = 0; from < lines.length;) from += file.writeSync(lines.subarray(from));
  }
}

async function record(folder: string, input: string): Promise<void> {
  const root = `${folder}/store`;
  const cli = new URL("../../cli.ts", import.meta.url).pathname;
  await pipe(input, [Deno.execPath(), ...denoArgs("run"), "-A", cli, "record", "--root", root, "--project", folder]);
  Deno.removeSync(root, { recursive: true });
}

async function pipe(input: string, command: readonly string[]): Promise<void> {
  const args = ["-c", 'file="$1"; shift; cat "$file" | "$@"', "sh", input, ...command];
  const { success, stderr } = await new Deno.Command("sh", { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

/** Records the first lines of the input; gives the most memory that was seen in use, in megabytes. */
async function memoryOf(folder: string, input: string, lines: number): Promise<number> {
  const root = `${folder}/store`;
  const source = new Deno.Command("head", { args: ["-n", `${lines}`, input], stdout: "piped" }).spawn();
  const child = cliCommand(["record", "--root", root], { home: folder, root: folder, stdin: "piped" }).spawn();
  let peak = 0;
  const timer = setInterval(() => peak = Math.max(peak, peakMegabytes(child.pid) ?? 0), 50);
  const [, , { code, stderr }] = await Promise.all([source.stdout.pipeTo(child.stdin), source.status, child.output()]);
  clearInterval(timer);
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
  Deno.removeSync(root, { recursive: true });
  return peak;
}
