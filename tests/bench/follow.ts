/** From an append in one process to the decoded event in another, and what followers cost. */

import { SessionWriter } from "../../mod.ts";
import { denoArgs } from "../helpers/deno.ts";
import { type Case, pause, quantile, type Suite } from "./harness.ts";
import { cpuSeconds, hasProgram } from "./programs.ts";

const PACED = { events: 450, perSecond: 150 };
const DENSE = { events: 5000, perSecond: 1000 };
const FOLLOWERS = 200;
const IDLE_MS = 20_000;

const MEDIAN = "one follower, median";
const P99 = "one follower, p99";
const CPU = `${FOLLOWERS} followers in one process, 1,000 events/s`;
const IDLE = "one follower, nothing happens";

/** What somebody who followed a log saw, and took. */
interface Following {
  /** How late each event was seen, in milliseconds. */
  readonly delays: readonly number[];
  /** Share of one core, in percent. */
  readonly cpuPercent: number;
}

/**
 * The suites of following.
 *
 * @param folder Directory for the store.
 * @returns The suites.
 */
export function followSuites(folder: string): Suite[] {
  const root = `${folder}/store`;
  const tail = hasProgram("tail");
  const one = shared(() => follow(root, followerOf(1), PACED));
  const other = shared(() => follow(root, (log) => ["tail", "-n", "+1", "-F", log], PACED));
  return [
    {
      name: "append in one process, decoded in another, 150 events/s",
      unit: "ms",
      ratio: "cost",
      mostRounds: 5,
      cases: [
        { name: MEDIAN, run: async () => quantile((await one()).delays, 0.5) },
        { name: P99, run: async () => quantile((await one()).delays, 0.99) },
        ...tail
          ? [
            { name: "tail -F, median", run: async () => quantile((await other()).delays, 0.5) },
            { name: "tail -F, p99", run: async () => quantile((await other()).delays, 0.99) },
          ]
          : [],
      ],
      goals: [
        { what: "median, in ms", measure: (median) => median(MEDIAN), atMost: 0.5 },
        { what: "p99, in ms", measure: (median) => median(P99), atMost: 2 },
      ],
      absent: tail ? [] : ["tail"],
    },
    ...Deno.build.os === "linux" ? [costSuite(root)] : [],
  ];
}

function costSuite(root: string): Suite {
  const idle: Case = {
    name: IDLE,
    run: async () => (await follow(root, followerOf(1), { events: 0, perSecond: 1 })).cpuPercent,
  };
  const many: Case = { name: CPU, run: async () => (await follow(root, followerOf(FOLLOWERS), DENSE)).cpuPercent };
  return {
    name: "processor time of followers",
    unit: "% of a core",
    ratio: "cost",
    mostRounds: 3,
    cases: [idle, many],
    goals: [
      { what: `${IDLE}, in % of a core`, measure: (median) => median(IDLE), atMost: 0.2 },
      { what: `${CPU}, in % of a core`, measure: (median) => median(CPU), atMost: 100 },
    ],
  };
}

function followerOf(count: number): (log: string) => string[] {
  const program = new URL("./follower.ts", import.meta.url).pathname;
  return (log) => [Deno.execPath(), ...denoArgs("run"), "--allow-read", program, log, `${count}`];
}

/** Two cases that take their turn tell different things of one run. */
function shared<T>(run: () => Promise<T>): () => Promise<T> {
  let kept: Promise<T> | undefined;
  return () => {
    const result = kept ?? run();
    kept = kept === undefined ? result : undefined;
    return result;
  };
}

/** Writes a session for somebody else to follow. */
async function follow(
  root: string,
  program: (log: string) => readonly string[],
  { events, perSecond }: { readonly events: number; readonly perSecond: number },
): Promise<Following> {
  const writer = SessionWriter.create({ workflowName: "bench", workflowPath: "", tierCount: 1, root, project: root });
  const [command, ...args] = program(writer.logPath);
  const child = new Deno.Command(command!, { args, stdout: "piped" }).spawn();
  const seen = collect(child.stdout);
  await seen.ready;
  await pause(500); // what starting it left to do is done
  const cpu = Deno.build.os === "linux" ? cpuSeconds(child.pid) : 0;
  const start = performance.now();
  for (let at = 0; at < events; at++) {
    writer.stepOutput("step", "stdout", String(performance.timeOrigin + performance.now()));
    // Timers of a millisecond come late: what is due by now is written at once.
    const due = start + (at + 1) * 1000 / perSecond - performance.now();
    if (due > 0) await pause(due);
  }
  if (events === 0) await pause(IDLE_MS);
  const seconds = (performance.now() - start) / 1000;
  const cpuPercent = Deno.build.os === "linux" ? (cpuSeconds(child.pid) - cpu) / seconds * 100 : 0;
  writer.ended("success", 0);
  if (command === "tail") {
    await pause(100);
    child.kill();
  }
  const delays = await seen.delays;
  await child.status;
  Deno.removeSync(root, { recursive: true });
  if (delays.length < events) throw new Error(`${delays.length} events were followed, not ${events}`);
  return { delays, cpuPercent };
}

/** Takes what a follower prints: its delays as JSON, or the lines of the log, of which the delays are taken here. */
function collect(stdout: ReadableStream<Uint8Array<ArrayBuffer>>): { ready: Promise<void>; delays: Promise<number[]> } {
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  const run = async (): Promise<number[]> => {
    const delays: number[] = [];
    let rest = "";
    for await (const text of stdout.pipeThrough(new TextDecoderStream())) {
      const now = performance.timeOrigin + performance.now();
      resolve();
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const line of lines) {
        if (line.startsWith("[")) return JSON.parse(line) as number[];
        const written = /"line":"([\d.]+)"/.exec(line)?.[1];
        if (written !== undefined) delays.push(now - Number(written));
      }
    }
    return delays;
  };
  return { ready, delays: run() };
}
