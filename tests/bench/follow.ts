/** From an append in one process to the decoded event in another, and what an idle follower costs. */

import { SessionWriter } from "../../mod.ts";
import { denoArgs } from "../helpers/deno.ts";
import { quantile } from "./harness.ts";

const EVENTS = 300;
const PACE_MS = 1000 / 150;
const IDLE_MS = 5000;

/** What following costs. */
export interface FollowCost {
  /** Milliseconds from before the append until the event was decoded elsewhere. */
  readonly medianMs: number;
  readonly p99Ms: number;
  /** Share of one core that an idle follower takes, in percent. */
  readonly idlePercent: number;
}

/**
 * Measures a follower in a process of its own.
 *
 * @param folder Directory for the store.
 * @returns What it cost.
 */
export async function measureFollow(folder: string): Promise<FollowCost> {
  const root = `${folder}/follow`;
  const writer = SessionWriter.create({ workflowName: "bench", workflowPath: "", tierCount: 1, root });
  const program = new URL("./follower.ts", import.meta.url).pathname;
  const follower = new Deno.Command(Deno.execPath(), {
    args: [...denoArgs("run"), `--allow-read`, program, writer.logPath],
    stdout: "piped",
  }).spawn();
  const output = follower.stdout.pipeThrough(new TextDecoderStream()).getReader();
  await output.read(); // it says when it has caught up
  const cpuBefore = cpuSeconds(follower.pid);
  await pause(IDLE_MS);
  const idlePercent = (cpuSeconds(follower.pid) - cpuBefore) / (IDLE_MS / 1000) * 100;
  for (let at = 0; at < EVENTS; at++) {
    writer.stepOutput("step", "stdout", String(performance.timeOrigin + performance.now()));
    await pause(PACE_MS);
  }
  writer.ended("success", 0);
  let text = "";
  for (let { value } = await output.read(); value !== undefined; { value } = await output.read()) text += value;
  await follower.status;
  const delays = JSON.parse(text) as number[];
  if (delays.length !== EVENTS) throw new Error(`${delays.length} events were followed, not ${EVENTS}`);
  return { medianMs: quantile(delays, 0.5), p99Ms: quantile(delays, 0.99), idlePercent };
}

/** Processor time that a process has used, from `/proc`; in ticks of 10 ms. */
function cpuSeconds(pid: number): number {
  const fields = Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
