import { type JsonObject, stringifyJson } from "../codec/json.ts";
import { visibleJson } from "../query/visible.ts";
import type { Host } from "./host.ts";

/**
 * Writes JSON objects to standard output, one a line. On a terminal, characters that could steer it are escaped.
 *
 * @param host Where to write.
 * @param objects The objects; nothing is written when there is none.
 */
export function writeJsonLines(host: Host, objects: readonly JsonObject[]): void {
  if (objects.length === 0) return;
  const text = objects.map((object) => stringifyJson(object)).map(host.stdout.isTerminal ? visibleJson : String);
  host.stdout.write(`${text.join("\n")}\n`);
}
