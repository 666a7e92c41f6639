import { isJsonObject } from "../../codec/json.ts";

/** What stands in the content of a message or of a tool's answer. */
export interface ClaudeContent {
  /** Its text; `null` where there is none. */
  readonly text: string | null;
  /** The kinds of its other blocks, such as `image`. */
  readonly others: readonly string[];
}

/**
 * Takes content apart.
 *
 * @param content A text, or a list of blocks.
 * @returns What stands in it.
 */
export function claudeContent(content: unknown): ClaudeContent {
  if (typeof content === "string") return { text: content, others: [] };
  if (!Array.isArray(content)) return { text: null, others: [] };
  const texts: string[] = [];
  const others: string[] = [];
  for (const block of content) {
    if (isJsonObject(block) && typeof block.text === "string") texts.push(block.text);
    else others.push(isJsonObject(block) && typeof block.type === "string" ? block.type : "without type");
  }
  return { text: texts.length > 0 ? texts.join("\n") : null, others };
}
