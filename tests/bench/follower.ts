/**
 * Follows a log several times at once, and prints how late its output was decoded: the delays in milliseconds, as JSON.
 *
 * Usage: `follower.ts LOG FOLLOWERS`
 */

import { followSession } from "../../mod.ts";

const [log, followers] = Deno.args;
const delays: number[] = [];
let ready = 0;

async function follow(): Promise<void> {
  for await (const item of followSession(log!)) {
    if (item.kind !== "lines") continue;
    const now = performance.timeOrigin + performance.now();
    for (const line of item.lines) {
      if (line.kind !== "event") continue;
      if (line.event.type === "zig_session_started" && ++ready === Number(followers)) console.log("ready");
      if (line.event.type === "step_output") delays.push(now - Number(line.event.line));
    }
  }
}

await Promise.all(Array.from({ length: Number(followers) }, follow));
console.log(JSON.stringify(delays));
