/** Opening sources. The code of each is loaded only when it is needed: most commands look at one of them. */

import { join } from "../deps/path.ts";
import { UsageError } from "../errors.ts";
import { type LayoutOptions, openLayout } from "../storage/layout.ts";
import { readEnv, requirePath } from "../storage/permission.ts";
import { lookAt } from "../storage/session_files.ts";
import type { OpenSource, Source, SourceName } from "./source.ts";

const OPENERS: { readonly [Name in SourceName]: OpenSource } = {
  async zig(options): Promise<Source> {
    const layout = openLayout(options);
    return (await import("./zig_source.ts")).zigSource(layout);
  },
  agents: (options) => openAgents("agents", join(openLayout(options).root, "agents"), options),
  zag: (options) => openAgents("zag", zagRoot(), options),
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

async function openAgents(name: SourceName, root: string, options: LayoutOptions): Promise<Source | undefined> {
  requirePath("read", root);
  if (lookAt(root) === undefined) return undefined;
  return (await import("./agent_source.ts")).agentSource(name, openLayout({ ...options, root }));
}

function zagRoot(): string {
  const home = readEnv("HOME") ?? readEnv("USERPROFILE");
  if (home !== undefined) return join(home, ".zag");
  throw new UsageError(
    "Cannot find the sessions of zag: HOME is not set, or may not be read (run with --allow-env=HOME,USERPROFILE)",
  );
}
