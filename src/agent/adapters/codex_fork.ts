import { isJsonObject, type JsonObject } from "../../codec/json.ts";

/** How long after the first record of a fork what it copies is written at the most, in milliseconds. */
const COPYING_MS = 1000;

/**
 * Finds the end of what a fork copies from the session that it forks. The copies bear the time of the copying, but the
 * turns that they belong to keep their names, which tell when they began; before turns had names, only the time is left.
 */
export class CodexFork {
  readonly #began: number;
  readonly #copiedUntil: number;
  #hasNames = false;

  /**
   * @param id The session.
   * @param at When its first record was written, RFC 3339.
   */
  constructor(id: string | null, at: string | null) {
    this.#began = timeOfId(id) ?? Date.parse(at ?? "");
    this.#copiedUntil = Date.parse(at ?? "") + COPYING_MS;
  }

  /**
   * Tells whether a record is the session's own: then so are all that follow.
   *
   * @param type Its type.
   * @param payload What it holds.
   * @param at When it was written, RFC 3339.
   * @returns `true` when it is no copy.
   */
  isOwn(type: unknown, payload: JsonObject, at: string | null): boolean {
    const began = isTurn(type, payload) ? timeOfId(payload.turn_id) : undefined;
    if (began !== undefined) {
      this.#hasNames = true;
      return began >= this.#began;
    }
    return !this.#hasNames && Date.parse(at ?? "") > this.#copiedUntil;
  }
}

/** Whether a record begins a turn, or tells what it works with. */
export function isTurn(type: unknown, payload: JsonObject): boolean {
  return type === "turn_context" ||
    type === "event_msg" && (payload.type === "task_started" || payload.type === "turn_started");
}

/**
 * Finds the session that another was made from.
 *
 * @param meta What its first record holds.
 * @returns The session that it forks or is a sub-agent of; `null` when there is none.
 */
export function codexParent(meta: JsonObject): { readonly id: string; readonly isSubAgent: boolean } | null {
  const subagent = isJsonObject(meta.source) ? meta.source.subagent : undefined;
  const spawn = isJsonObject(subagent) && isJsonObject(subagent.thread_spawn) ? subagent.thread_spawn : {};
  const told = [spawn.parent_thread_id, meta.parent_thread_id, meta.forked_from_id];
  const id = told.find((each) => typeof each === "string");
  return typeof id === "string" ? { id, isSubAgent: subagent !== undefined } : null;
}

/** The time in an id that is a UUID of version 7, in milliseconds since the epoch. */
function timeOfId(id: unknown): number | undefined {
  const [, high, low] = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-/i.exec(String(id)) ?? [];
  return high === undefined ? undefined : parseInt(high + low, 16);
}
