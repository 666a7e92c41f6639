/** What a tool of Codex answered. */

import { isJsonObject } from "../../codec/json.ts";

/** What a tool of Codex answered. */
export interface CodexOutput {
  /** Its text; `null` where there is none. */
  readonly text: string | null;
  /** Whether it did what it was asked; `null` where nobody says. */
  readonly success: boolean | null;
  /** What else the answer notes: any JSON value. */
  readonly data: unknown;
  /** The kinds of what is no text, such as `input_image`. */
  readonly others: readonly string[];
}

/** How a command says in its head that it has ended; its own output stands below. */
const EXIT = /^(?:Process exited with code|Exit code:) (-?\d+)$/m;
const OUTPUT = /^(?:Total output lines: \d+\n)?Output:\n/m;

/**
 * Reads the answer of a tool: a text, the JSON of older versions, a list of parts, or an object around one of them.
 *
 * @param output The answer, as it stands in the record.
 * @returns What it says.
 */
export function codexOutput(output: unknown): CodexOutput {
  if (typeof output === "string") return fromText(output);
  if (Array.isArray(output)) return fromParts(output);
  if (!isJsonObject(output)) return { text: null, success: null, data: null, others: [] };
  const inner = codexOutput(output.content);
  return typeof output.success === "boolean" ? { ...inner, success: output.success } : inner;
}

function fromText(text: string): CodexOutput {
  const wrapped = text.startsWith('{"') ? parse(text) : undefined;
  if (isJsonObject(wrapped) && typeof wrapped.output === "string" && isJsonObject(wrapped.metadata)) {
    const { exit_code } = wrapped.metadata;
    const success = typeof exit_code === "number" ? exit_code === 0 : null;
    return { text: wrapped.output, success, data: wrapped.metadata, others: [] };
  }
  const head = text.slice(0, OUTPUT.exec(text.slice(0, LONGEST_HEAD))?.index ?? 0);
  const code = EXIT.exec(head)?.[1];
  return { text, success: code === undefined ? null : code === "0", data: null, others: [] };
}

const LONGEST_HEAD = 512;

function fromParts(parts: readonly unknown[]): CodexOutput {
  const texts: string[] = [];
  const others: string[] = [];
  for (const part of parts) {
    if (!isJsonObject(part)) others.push("without type");
    else if (typeof part.text === "string") texts.push(part.text);
    else others.push(typeof part.type === "string" ? part.type : "without type");
  }
  const said = fromText(texts.join("\n"));
  return { ...said, text: texts.length > 0 ? said.text : null, others };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
