/** Which sources a command looks at. */

import { visible } from "../query/visible.ts";
import { SOURCE_NAMES, type SourceName } from "../sources/source.ts";
import { Sources, type SourceSession } from "../sources/sources.ts";
import type { SessionSelector } from "../storage/catalog.ts";
import type { CommandContext, OptionTable } from "./command.ts";
import type { Host } from "./host.ts";

const CHOICES = [...SOURCE_NAMES, "all"] as const;

/** The option of commands that look at the sessions of one source, unless they are told otherwise. */
export const SOURCE = {
  kind: "string",
  value: "SOURCE",
  choices: CHOICES,
  help: "whose sessions (default: zig)",
} as const;

/** The option of commands that choose one session. */
export const ID_SOURCE = {
  kind: "string",
  value: "SOURCE",
  choices: CHOICES,
  help: "only a session of this",
} as const;

type Context = Pick<CommandContext<OptionTable>, "host" | "layout">;

/**
 * Tells which sources are meant.
 *
 * @param value What `--source` says.
 * @param otherwise What is meant when it says nothing.
 * @returns Their names.
 */
export function sourceNames(value: string | undefined, otherwise: readonly SourceName[]): readonly SourceName[] {
  if (value === undefined) return otherwise;
  return value === "all" ? SOURCE_NAMES : [value as SourceName];
}

/**
 * Chooses the session that the arguments of a command mean: an id in any source, the latest among the sessions of
 * workflows, unless `--source` says otherwise.
 *
 * @param context Where to look, and whom to tell what was left out.
 * @param selector Which.
 * @param source What `--source` says.
 * @param quiet Whether what was left out was told already.
 * @returns The session.
 * @throws {SessionNotFoundError} When there is none.
 * @throws {AmbiguousSessionError} When a prefix fits several.
 */
export async function chooseSession(
  { host, layout }: Context,
  selector: SessionSelector,
  source: string | undefined,
  quiet = false,
): Promise<SourceSession> {
  const sources = new Sources(sourceNames(source, selector.kind === "id" ? SOURCE_NAMES : ["zig"]), layout);
  try {
    const found = await sources.resolve(selector, host.now().getTime());
    if (source !== undefined && !quiet) tellGaps(host, sources);
    return found;
  } catch (error) {
    if (!quiet) tellGaps(host, sources); // it may be there
    throw error;
  }
}

/**
 * Says on standard error which sources are left out.
 *
 * @param host Where to say it.
 * @param sources The sources, as far as they were looked at.
 */
export function tellGaps(host: Host, { gaps }: Sources): void {
  for (const { name, message } of gaps) host.stderr.write(`ziglog: ${name} is left out: ${visible(message)}\n`);
}
