/** Opening sources. The code of each is loaded only when it is needed: most commands look at one of them. */

import { type LayoutOptions, openLayout } from "../storage/layout.ts";
import { requirePath } from "../storage/permission.ts";
import { lookAt } from "../storage/session_files.ts";
import type { AgentSourceName, OpenSource, Source, SourceName } from "./source.ts";

const OPENERS: { readonly [Name in SourceName]: OpenSource } = {
  async zig(options): Promise<Source> {
    const layout = openLayout(options);
    return (await import("./zig_source.ts")).zigSource(layout);
  },
  agents: (options) => openAgents("agents", options),
  zag: (options) => openAgents("zag", options),
  async outrig({ project }): Promise<Source | undefined> {
    const { resolveSessionRootForReading } = await import("../outrig/session_root.ts");
    const root = resolveSessionRootForReading(project === undefined ? {} : { cwd: project });
    requirePath("read", root);
    if (lookAt(root) === undefined) return undefined;
    const [{ RunStore }, { OutrigSource }] = await Promise.all([
      import("../outrig/run_store.ts"),
      import("./outrig_source.ts"),
    ]);
    return new OutrigSource(new RunStore(root));
  },
};

/**
 * Opens a source.
 *
 * @param name Which.
 * @param options The store and project of the sessions of workflows; other sources are found from there.
 * @returns The source; `undefined` where nothing was ever recorded.
 * @throws {UsageError} When it cannot be known where the source is.
 * @throws {Deno.errors.NotCapable} When it may not be read; the message names the flag.
 */
export function openSource(name: SourceName, options: LayoutOptions): Promise<Source | undefined> {
  return Promise.try(OPENERS[name], options);
}

async function openAgents(name: AgentSourceName, options: LayoutOptions): Promise<Source | undefined> {
  const [{ findAgentStore }, { agentLayout }] = await Promise.all([
    import("./agent_store.ts"),
    import("../agent/agent_layout.ts"),
  ]);
  const store = findAgentStore(name, options);
  return store && (await import("./agent_source.ts")).agentSource(name, agentLayout(store));
}
