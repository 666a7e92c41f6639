import type { ZigSessionStarted } from "../codec/zig_events.ts";
import type { SessionOptions } from "./session_options.ts";

/**
 * Makes the first event of a session.
 *
 * @param options What the session is.
 * @param projectDir Storage directory of its project.
 * @returns The event, without what every event carries.
 */
export function sessionStarted(options: SessionOptions, projectDir: string): ZigSessionStarted {
  return {
    type: "zig_session_started",
    workflow_name: options.workflowName,
    workflow_path: options.workflowPath,
    workspace_path: projectDir,
    cwd: options.cwd === undefined ? Deno.cwd() : options.cwd,
    prompt: options.prompt ?? null,
    tier_count: options.tierCount,
  };
}
