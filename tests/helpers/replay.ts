/** Events to calls of a writer. */

import type { SessionWriter } from "../../mod.ts";
import type { SessionEventKind } from "../../src/codec/zig_events.ts";

/**
 * Makes the call that writes an event.
 *
 * @param writer Writes it.
 * @param kind The event, without its envelope; the first event of a session is written by the writer itself.
 */
export function replay(writer: SessionWriter, kind: SessionEventKind): void {
  switch (kind.type) {
    case "zig_session_started":
      return;
    case "tier_started":
      return writer.tierStarted(kind.tier_index, kind.step_names);
    case "step_started":
      return writer.stepStarted(kind.step_name, kind.tier_index, {
        zagSessionId: kind.zag_session_id,
        zagCommand: kind.zag_command,
        model: kind.model,
        promptPreview: kind.prompt_preview,
      });
    case "step_output":
      return writer.stepOutput(kind.step_name, kind.stream, kind.line);
    case "step_completed":
      return writer.stepCompleted(kind.step_name, {
        exitCode: kind.exit_code,
        durationMs: kind.duration_ms,
        savedVars: kind.saved_vars,
      });
    case "step_failed":
      return writer.stepFailed(kind.step_name, {
        exitCode: kind.exit_code,
        attempt: kind.attempt,
        error: kind.error,
      });
    case "step_skipped":
      return writer.stepSkipped(kind.step_name, kind.reason);
    case "heartbeat":
      return writer.heartbeat();
    case "zig_session_ended":
      return writer.ended(kind.status, kind.duration_ms);
  }
}
