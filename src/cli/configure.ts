/** Completes what a command was given by what the environment and the configuration of the store say. */

import { loadConfig } from "../config/load_config.ts";
import { storeRoot } from "../storage/layout.ts";
import { UsageError } from "../errors.ts";
import type { Command, CommandContext, OptionTable } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { fromEnvironment } from "./environment.ts";
import type { Host } from "./host.ts";
import type { ParsedArguments, Value } from "./parse.ts";

/** What a command is given besides its arguments. */
type Configured = Pick<CommandContext<OptionTable>, "options" | "host" | "layout" | "redact">;

/**
 * Completes the options of a command, and takes what is secret out of what it prints.
 *
 * @param name The command's name.
 * @param command The command.
 * @param parsed Its arguments.
 * @param host The outside world.
 * @returns What the command is given.
 * @throws {UsageError} When the environment or the configuration is wrong.
 */
export async function configure(
  name: string,
  command: Command,
  parsed: ParsedArguments<OptionTable>,
  host: Host,
): Promise<Configured> {
  const { root, project = host.env("ZIGLOG_PROJECT") || undefined } = parsed.options;
  const layout = {
    ...(root === undefined ? {} : { root }),
    ...(project === undefined ? {} : { project }),
  };
  const environment = fromEnvironment(name, command.options, host);
  const values = new Map([...environment].filter(([option]) => !parsed.given.has(option)));
  const file = await configOf(layout);
  if (file === undefined) return { options: withValues(parsed, values), host, layout, redact: undefined };
  const { checkCommands, fromRetention, fromSections } = await import("./settings.ts");
  const { sections } = file;
  const written = await file.check(() => {
    checkCommands(Object.keys(COMMANDS), sections);
    return fromSections(name, command.options, sections);
  });
  const own = new Map([...written, ...values].filter(([option]) => !parsed.given.has(option)));
  const limits = fromRetention(name, [...parsed.given, ...own.keys()], sections);
  const options = withValues(parsed, new Map([...limits, ...own]));
  const { createRedactor } = await import("../config/redactor.ts");
  const redact = createRedactor(sections.redact, (variable) => host.env(variable));
  if (redact === undefined || command.passesOn) return { options, host, layout, redact };
  const { redactingHost } = await import("./redacting_host.ts");
  const { json } = options as { readonly json?: unknown };
  return { options, host: redactingHost(host, redact, json === true), layout, redact };
}

function withValues(
  { options }: ParsedArguments<OptionTable>,
  values: Iterable<[string, Value]>,
): Configured["options"] {
  return { ...options, ...Object.fromEntries(values) } as Configured["options"];
}

/** The configuration; none where nobody knows where the store is, which the command will tell if it needs one. */
async function configOf(layout: { readonly root?: string }): ReturnType<typeof loadConfig> {
  let root: string;
  try {
    root = storeRoot(layout);
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
  return await loadConfig(root);
}
