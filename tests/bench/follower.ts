/** Follows the log named in its argument, and prints how late each output line was decoded, in milliseconds. */

import { followSession } from "../../mod.ts";

const delays: number[] = [];
for await (const item of followSession(Deno.args[0]!)) {
  if (item.kind !== "lines") continue;
  const now = performance.timeOrigin + performance.now();
  for (const line of item.lines) {
    if (line.kind !== "event") continue;
    if (line.event.type === "zig_session_started") console.log("ready");
    if (line.event.type === "step_output") delays.push(now - Number(line.event.line));
  }
}
console.log(JSON.stringify(delays));
