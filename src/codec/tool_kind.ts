/** What a tool does, by its name. */

import type { ToolKind } from "./zag_events.ts";

/** The first that fits counts: words that a name holds, and names that are meant as a whole. */
const KINDS: readonly (readonly [kind: ToolKind, words: readonly string[], names: readonly string[]])[] = [
  ["notebook", ["notebook"], []],
  ["shell", ["bash", "shell"], ["exec"]],
  ["file_read", ["read"], ["view", "cat"]],
  ["file_write", ["write"], []],
  ["file_edit", ["edit", "patch"], []],
  ["search", ["grep", "glob", "search"], ["find"]],
  ["sub_agent", ["agent"], []],
  ["web", ["web", "fetch", "http"], []],
];

/**
 * Guesses what a tool does from its name, whatever agent it belongs to.
 *
 * @param name The agent's own name of the tool.
 * @returns What kind of tool it is; `other` where the name does not tell.
 *
 * @example
 * ```ts
 * import { inferToolKind } from "@ziglog/ziglog/zag";
 *
 * inferToolKind("Bash"); // "shell"
 * inferToolKind("apply_patch"); // "file_edit"
 * ```
 */
export function inferToolKind(name: string): ToolKind {
  const lower = name.toLowerCase();
  const found = KINDS.find(([, words, names]) => words.some((word) => lower.includes(word)) || names.includes(lower));
  return found?.[0] ?? "other";
}
