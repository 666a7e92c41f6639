import type { Host } from "./host.ts";

/**
 * Tells whether somebody sits at a terminal who can be asked.
 *
 * @param host The outside world.
 * @returns `true` when a question would be seen, and can be answered.
 */
export function canAsk(host: Host): boolean {
  return host.stdin.isTerminal && host.stderr.isTerminal;
}

/**
 * Asks a question; whatever is not clearly yes means no.
 *
 * @param host The outside world.
 * @param question The question, with its question mark.
 * @returns Whether the answer was yes.
 */
export async function confirm(host: Host, question: string): Promise<boolean> {
  host.stderr.write(`${question} [y/N] `);
  let answer = "";
  for await (const text of host.stdin.readable.pipeThrough(new TextDecoderStream())) {
    answer += text;
    if (answer.includes("\n")) break;
  }
  if (!answer.includes("\n")) host.stderr.write("\n"); // the end of the input left the cursor behind the question
  return /^\s*y(es)?\s*$/i.test(answer.split("\n")[0]!);
}
