/** Following every session of a store, under one name with the other queries. */

import { ZIG } from "../codec/zig.ts";
import type { SessionLogEvent } from "../codec/zig_events.ts";
import { followAll, type FollowAllItem, type FollowAllOptions } from "../storage/follow_all.ts";
import { type LayoutOptions, openLayout } from "../storage/layout.ts";

/**
 * Follows every live session of a store, of all projects: those that run, and those that begin, each from its first
 * event on, also when it has ended before anybody looked. Sessions that had ended before are passed over.
 *
 * @param options Which store, and where to go on.
 * @returns Items, until the signal is aborted; those of one session in order.
 * @throws {UsageError} When no store can be found.
 *
 * @example
 * ```ts
 * import { followAllSessions, SessionWriter } from "@ziglog/ziglog";
 *
 * const root = Deno.makeTempDirSync();
 * const writer = SessionWriter.create({ workflowName: "build", workflowPath: "", tierCount: 0, root });
 * setTimeout(() => writer.ended("success", 100), 100);
 * for await (const item of followAllSessions({ root })) {
 *   if (item.kind === "lines") console.log(item.log.id, item.lines.map((line) => line.text).join("\n"));
 *   if (item.kind === "closed") break;
 * }
 * ```
 */
export function followAllSessions(
  options: LayoutOptions & FollowAllOptions = {},
): AsyncGenerator<FollowAllItem<SessionLogEvent>, void, void> {
  return followAll(openLayout(options).root, ZIG, options);
}
