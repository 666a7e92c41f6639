/** Where the sessions of agents are recorded. */

import type { AgentStoreOptions } from "../agent/agent_options.ts";
import { zagStore } from "../agent/agent_layout.ts";
import { join } from "../deps/path.ts";
import { type LayoutOptions, openLayout } from "../storage/layout.ts";
import { requirePath } from "../storage/permission.ts";
import { lookAt } from "../storage/session_files.ts";
import type { AgentSourceName } from "./source.ts";

/**
 * Finds a store of agent sessions.
 *
 * @param name Which.
 * @param options The store and project of the sessions of workflows.
 * @returns What opens it; `undefined` where nothing was ever recorded.
 * @throws {UsageError} When it cannot be known where the store is.
 * @throws {Deno.errors.NotCapable} When it may not be read; the message names the flag.
 */
export function findAgentStore(name: AgentSourceName, options: LayoutOptions): AgentStoreOptions | undefined {
  const { project } = options;
  const store = name === "zag" ? zagStore({ project }) : { root: join(openLayout(options).root, "agents"), project };
  const places = [store.root, ...("logsDir" in store && store.logsDir !== undefined ? [store.logsDir] : [])];
  for (const place of places) requirePath("read", place);
  return places.some((place) => lookAt(place) !== undefined) ? store : undefined;
}
