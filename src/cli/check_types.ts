import type { Decoded } from "../codec/dialect.ts";
import { UsageError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import type { AnyEvent, LogFormat } from "../query/event_view.ts";
import { compileFilter } from "../query/filter.ts";
import { scan } from "../storage/scan.ts";

/** A log that may hold events of types that are not known. */
export interface TypedLog {
  /** Where it is. */
  readonly logPath: string;
  /** How it is read. */
  readonly format: LogFormat;
}

/**
 * Insists that types of events exist. A type nobody knows is a slip of the finger, unless a log holds it.
 *
 * @param option The option that names them, for the message.
 * @param types The types.
 * @param formats The formats of the logs.
 * @param logs The logs that may hold others than the known ones; asked for only when that matters.
 * @throws {UsageError} When a type is neither known nor in a log.
 */
export function checkTypes(
  option: string,
  types: readonly string[],
  formats: readonly LogFormat[],
  logs: () => Iterable<TypedLog>,
): void {
  const known = [...new Set(formats.flatMap(({ view }) => view.types))];
  const unknown = new Set(types.filter((type) => !known.includes(type)));
  if (unknown.size === 0) return;
  for (const log of logs()) {
    for (const line of linesOf(log, [...unknown])) {
      if (line.kind === "unknown") unknown.delete(line.type);
      if (unknown.size === 0) return;
    }
  }
  const [type] = unknown;
  const meant = nearest(type!, known);
  const hint = meant === undefined ? "" : `, did you mean ${meant}?`;
  throw new UsageError(`Cannot use ${option} "${type}": no log has such an event${hint} (known: ${known.join(", ")})`);
}

function* linesOf({ logPath, format }: TypedLog, types: readonly string[]): Generator<Decoded<AnyEvent>> {
  const { prefilter } = compileFilter({ types }, format.view);
  try {
    for (const lines of scan(logPath, format.dialect, { prefilter })) yield* lines;
  } catch {
    // What cannot be read holds no type that could be asked for; whoever reads it next says so.
  }
}
