import { UsageError } from "../errors.ts";
import type { SessionSelector } from "../storage/catalog.ts";

/**
 * Tells which session the arguments of a command mean.
 *
 * @param ids Its positional arguments: an id, or none.
 * @param options Which of `--latest` and `--active` were given.
 * @returns The session; the latest when nothing was said.
 * @throws {UsageError} When several were said.
 */
export function selectorOf(
  ids: readonly string[],
  options: { readonly latest: boolean; readonly active?: boolean },
): SessionSelector {
  const [id] = ids;
  const said = [
    ...(id === undefined ? [] : [`"${id}"`]),
    ...(options.latest ? ["--latest"] : []),
    ...(options.active ? ["--active"] : []),
  ];
  if (said.length > 1) {
    throw new UsageError(`Cannot choose session ${said.join(" and ")}: only one of them can be meant`);
  }
  if (id !== undefined) return { kind: "id", id };
  return options.active ? { kind: "active" } : { kind: "latest" };
}

/** The options that choose a session. */
export const LATEST = { kind: "boolean", help: "the session that was started last (the default)" } as const;
