/** A store of agent sessions for tests. */

import { decodeBlock } from "../../src/codec/decode_block.ts";
import { ZAG } from "../../src/codec/zag.ts";
import type { AgentLogEvent } from "../../src/codec/zag_events.ts";
import type { AgentLogOptions } from "../../src/agent/agent_options.ts";
import { AgentLogWriter } from "../../src/agent/writer.ts";
import { TempDir } from "../helpers/temp_dir.ts";

/** A store in a folder that lasts as long as a test. */
export class AgentStore extends TempDir {
  /** Which store it is. */
  readonly where = { root: this.at("agents"), project: this.at("p") };
  /** Directory of the project's logs. */
  readonly logsDir: string;

  constructor() {
    super();
    this.logsDir = this.at(`agents/projects/${this.where.project.slice(1).replaceAll("/", "-")}/logs`);
  }

  /** Opens the writer of a session. */
  open(wrapperSessionId: string, options: Partial<AgentLogOptions> = {}): AgentLogWriter {
    return AgentLogWriter.create({ provider: "claude", command: "exec", wrapperSessionId, ...this.where, ...options });
  }

  /** The path of a log. */
  logOf(id: string): string {
    return `${this.logsDir}/sessions/${id}.jsonl`;
  }
}

/** The events of a log; it holds nothing else. */
export function agentEventsIn(logPath: string): AgentLogEvent[] {
  return decodeBlock(ZAG, { offset: 0, bytes: Deno.readFileSync(logPath) }).map((line) => {
    if (line.kind !== "event") throw new Error(`Cannot read "${line.text}": it is ${line.kind}`);
    return line.event;
  });
}

/** Number and type of each event of a log. */
export function agentOutline(logPath: string): string[] {
  return agentEventsIn(logPath).map(({ seq, type }) => `${seq} ${type}`);
}

/** A text with every time replaced, as they differ from run to run. */
export function withoutTimes(text: string): string {
  return text.replaceAll(/"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00"/g, '"<time>"');
}

/** An event that must be of a type. */
export function ofType<Type extends AgentLogEvent["type"]>(
  event: AgentLogEvent | undefined,
  type: Type,
): Extract<AgentLogEvent, { readonly type: Type }> {
  if (event?.type !== type) throw new Error(`Cannot take ${event?.type} for ${type}`);
  return event as Extract<AgentLogEvent, { readonly type: Type }>;
}
