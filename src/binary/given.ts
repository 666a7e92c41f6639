/** What a command is given, as far as its rights depend on it. */

import { valuesOf, variableOf } from "../cli/command_line.ts";
import type { CommandEntry } from "../cli/commands.ts";
import type { Sections } from "../config/sections.ts";
import { readEnv } from "../storage/permission.ts";
import type { TrustedConfig } from "./trusted_config.ts";

/** A command, and what it was given. */
export interface Call {
  /** The command's name. */
  readonly name: string;
  /** Its entry in the table. */
  readonly entry: CommandEntry;
  /** All arguments but the name. */
  readonly args: readonly string[];
  /** The directory whose project is meant. */
  readonly project: string;
}

/** What a command is given: on the command line, in the environment, and in the configuration of the store. */
export class Given {
  readonly #call: Call;
  readonly #defaults: Sections["defaults"];

  /**
   * @param call The command.
   * @param config The configuration of its store.
   */
  constructor(call: Call, config: TrustedConfig | undefined) {
    this.#call = call;
    this.#defaults = config?.isOwn ? config.sections.defaults : {};
  }

  /**
   * Tells what an option with a text will hold.
   *
   * @param option The option, without dashes.
   * @returns Its value: what stands on the command line, else what the environment says, else the configuration.
   */
  valueOf(option: string): string | undefined {
    const { name, args } = this.#call;
    return valuesOf(args, option).at(-1) ?? readEnv(variableOf(name, option)) ?? this.#written(option);
  }

  /** A number may be written as such where an option takes a text. */
  #written(option: string): string | undefined {
    const { name } = this.#call;
    const options = Object.hasOwn(this.#defaults, name) ? this.#defaults[name]! : {};
    const value = Object.hasOwn(options, option) ? options[option] : undefined;
    return typeof value === "string" || typeof value === "number" ? String(value) || undefined : undefined;
  }
}
