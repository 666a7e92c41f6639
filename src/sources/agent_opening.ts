import { ZAG } from "../codec/zag.ts";
import { AgentFold, type AgentSummary } from "../query/agent_summary.ts";
import { isFileError } from "../storage/file_error.ts";
import { mayRead } from "../storage/permission.ts";
import { scan } from "../storage/scan.ts";

/** How an agent session began. */
export type AgentOpening = Pick<AgentSummary, "model" | "prompt">;

/** Bytes that are looked at. */
const HEAD = 64 * 1024;

/**
 * Looks how an agent session began; the cost does not grow with its log.
 *
 * @param logPath The log.
 * @returns What its first lines tell; nothing where it cannot be read.
 */
export function agentOpening(logPath: string): AgentOpening {
  const fold = new AgentFold();
  try {
    if (mayRead(logPath)) {
      for (const lines of scan(logPath, ZAG, { to: HEAD })) lines.forEach((line) => fold.add(line));
    }
  } catch (error) {
    if (!isFileError(error)) throw error;
  }
  const { model, prompt } = fold.summary();
  return { model, prompt };
}
