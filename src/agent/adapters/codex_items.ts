/** The parts of what Codex's model is told and answers. */

import { isJsonObject, type JsonObject, parseJson } from "../../codec/json.ts";

/** What the agent tells its model in the user's place, by what it begins with. */
const SCAFFOLDING =
  /^\s*(?:<\/?([a-z_]+(?:-[a-z_]+)*)[\s>]|# (AGENTS\.md) instructions|(Warning: The maximum number of))/;

/** The tags among them: what a user writes may begin with another. */
const TAGS: ReadonlySet<string> = new Set([
  "environment_context",
  "user_instructions",
  "permissions",
  "collaboration_mode",
  "turn_aborted",
  "subagent_notification",
  "user_shell_command",
  "skill",
  "skills_instructions",
  "model_switch",
  "image",
]);

/**
 * Tells whether a text is the agent's own, put into the user's mouth.
 *
 * @param text The text.
 * @returns What it is, such as `environment_context`; `undefined` when the user wrote it.
 */
export function codexScaffolding(text: string): string | undefined {
  const [, tag, agents, warning] = SCAFFOLDING.exec(text) ?? [];
  if (agents !== undefined) return agents;
  if (warning !== undefined) return "warning";
  return tag !== undefined && TAGS.has(tag) ? tag : undefined;
}

/**
 * Finds the directory in what the agent tells its model of its environment.
 *
 * @param text What it tells.
 * @returns The directory; `null` where it is not told.
 */
export function codexCwd(text: string): string | null {
  const [, tagged, named] = /<cwd>([^<\n]+)<\/cwd>|^Current working directory: (.+)$/m.exec(text) ?? [];
  return tagged ?? named ?? null;
}

/** A part of a message: its text, or its kind where it is none. */
export interface CodexPart {
  /** The text; `null` where it is none. */
  readonly text: string | null;
  /** Its kind, such as `input_image`. */
  readonly type: string;
}

/**
 * Takes the content of a message, or the summary of a thought, apart.
 *
 * @param content A list of parts.
 * @returns The parts, in order.
 */
export function codexParts(content: unknown): CodexPart[] {
  if (typeof content === "string") return [{ text: content, type: "text" }];
  if (!Array.isArray(content)) return [];
  return content.filter(isJsonObject).map(partOf);
}

function partOf(part: JsonObject): CodexPart {
  const type = typeof part.type === "string" ? part.type : "without type";
  return { type, text: typeof part.text === "string" ? part.text : null };
}

/** A number that may have more digits than JavaScript's have. */
const LONG_NUMBER = /\d{16}/;

/**
 * Reads the arguments of a call.
 *
 * @param text JSON as a rule.
 * @returns The value; the text itself where it is no JSON.
 */
export function codexArguments(text: unknown): unknown {
  if (typeof text !== "string") return text ?? null;
  try {
    return LONG_NUMBER.test(text) ? parseJson(text) : JSON.parse(text);
  } catch {
    return text;
  }
}
