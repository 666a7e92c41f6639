import { textMark } from "../text_mark.ts";

/** Words whose twins are still waited for: more than a turn has. */
const MOST = 64;

/**
 * Recognises what Codex writes twice: what the user and the agent say stands once in what the model is told, and once in
 * what the user is shown, either one first.
 */
export class CodexTwins {
  /** By words, how much more often the model was told them than the user was shown them. */
  readonly #ahead = new Map<string, number>();

  /**
   * Takes some words.
   *
   * @param side To whom they are told.
   * @param kind Whose words they are.
   * @param text The words.
   * @returns `true` when the other side was told the same before, and they are to be left out.
   */
  isTwin(side: "model" | "user", kind: string, text: string): boolean {
    const key = `${kind} ${textMark(text, true)}`;
    const ahead = this.#ahead.get(key) ?? 0;
    const now = ahead + (side === "model" ? 1 : -1);
    if (now === 0) this.#ahead.delete(key);
    else this.#ahead.set(key, now);
    if (this.#ahead.size > MOST) this.#ahead.delete(this.#ahead.keys().next().value!);
    return Math.abs(now) < Math.abs(ahead);
  }
}
