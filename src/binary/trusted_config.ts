import { configPath, loadConfig } from "../config/load_config.ts";
import type { Sections } from "../config/sections.ts";
import { whereItLeads } from "./where.ts";

/** A configuration, and how far it is believed. */
export interface TrustedConfig {
  /** What it says. */
  readonly sections: Sections;
  /**
   * Whether it is a file of who runs the program: only then a path that it names is like one on the command line. Else
   * whoever prepares a store could have his guests write where he may not.
   */
  readonly isOwn: boolean;
}

/**
 * Reads the configuration of a store, for who may read everything: one that leads out of the store is not looked at.
 *
 * @param root Directory of the store.
 * @returns The configuration; `undefined` where there is none, or it is wrong: the command itself says so.
 */
export async function trustedConfig(root: string): Promise<TrustedConfig | undefined> {
  const path = configPath(root);
  if (whereItLeads(path) !== configPath(whereItLeads(root))) return undefined;
  try {
    const sections = (await loadConfig(root))?.sections;
    return sections === undefined ? undefined : { sections, isOwn: Deno.statSync(path).uid === uid() };
  } catch {
    return undefined;
  }
}

/** There is none on Windows. */
function uid(): number | null {
  return Deno.build.os === "windows" ? null : Deno.uid();
}
