import type { Decoded } from "../codec/dialect.ts";
import { SESSION_EVENT_TYPES, ZIG } from "../codec/zig.ts";
import type { SessionLogEvent } from "../codec/zig_events.ts";
import { UsageError } from "../errors.ts";
import { compileFilter } from "../query/filter.ts";
import { nearest } from "../nearest.ts";
import { type LinePrefilter, scan } from "../storage/scan.ts";

/**
 * Insists that types of events exist. A type nobody knows is a slip of the finger, unless a log holds it.
 *
 * @param option The option that names them, for the message.
 * @param types The types.
 * @param logPaths The logs that may hold others than the known ones; asked for only when that matters.
 * @throws {UsageError} When a type is neither known nor in a log.
 */
export function checkTypes(option: string, types: readonly string[], logPaths: () => Iterable<string>): void {
  const known: readonly string[] = SESSION_EVENT_TYPES;
  const unknown = new Set(types.filter((type) => !known.includes(type)));
  if (unknown.size === 0) return;
  const { prefilter } = compileFilter({ types: [...unknown] });
  for (const logPath of logPaths()) {
    for (const line of linesOf(logPath, prefilter)) {
      if (line.kind === "unknown") unknown.delete(line.type);
      if (unknown.size === 0) return;
    }
  }
  const [type] = unknown;
  const meant = nearest(type!, known);
  const hint = meant === undefined ? "" : `, did you mean ${meant}?`;
  throw new UsageError(`Cannot use ${option} "${type}": no log has such an event${hint} (known: ${known.join(", ")})`);
}

function* linesOf(logPath: string, prefilter: LinePrefilter | undefined): Generator<Decoded<SessionLogEvent>> {
  try {
    for (const lines of scan(logPath, ZIG, { prefilter })) yield* lines;
  } catch {
    // What cannot be read holds no type that could be asked for; whoever reads it next says so.
  }
}
