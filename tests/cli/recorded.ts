/** What tests of the commands that record have in common. */

import { assertEquals } from "@std/assert";
import type { SessionLogEvent } from "../../src/codec/zig_events.ts";

/**
 * Reads the only session that was recorded in a home directory.
 *
 * @param home The home directory.
 * @returns Its events.
 */
export function sessionIn(home: string): SessionLogEvent[] {
  const folder = `${home}/.zig/logs/sessions`;
  const logs = [...Deno.readDirSync(folder)].filter(({ name }) => name.endsWith(".jsonl"));
  assertEquals(logs.length, 1);
  return Deno.readTextFileSync(`${folder}/${logs[0]!.name}`).trimEnd().split("\n").map((line) => JSON.parse(line));
}

/**
 * Reads a stream until it holds a text; the rest is left unread.
 *
 * @param reader Reads the stream.
 * @param text The text.
 * @returns What was read.
 */
export async function readUntil(reader: ReadableStreamDefaultReader<Uint8Array>, text: string): Promise<string> {
  const decoder = new TextDecoder();
  let read = "";
  while (!read.includes(text)) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`Cannot find "${text}": the stream ended after "${read}"`);
    read += decoder.decode(value, { stream: true });
  }
  return read;
}

/**
 * Reads a stream to its end.
 *
 * @param reader Reads the stream.
 * @returns What was read.
 */
export async function readRest(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return rest;
    rest += decoder.decode(value, { stream: true });
  }
}

/**
 * Reads what a program prints, and looks at its memory meanwhile.
 *
 * @param child The program.
 * @returns The bytes that it printed, and the most memory that it took, in kB; 0 where the system does not tell.
 */
export async function drain(child: Deno.ChildProcess): Promise<{ shown: number; peakKb: number }> {
  let shown = 0;
  let peakKb = 0;
  for await (const chunk of child.stdout) {
    shown += chunk.length;
    if (Deno.build.os !== "linux") continue;
    const status = Deno.readTextFileSync(`/proc/${child.pid}/status`);
    peakKb = Math.max(peakKb, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
  }
  return { shown, peakKb };
}
