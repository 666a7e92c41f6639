/** Lines of plain text, read as if each were an event. */

import type { LineDialect } from "./dialect.ts";

/** A line of text. */
export interface PlainLine {
  /** Tells it from the events of other dialects. */
  readonly type: "line";
  /** Always 0: lines of text are not numbered. */
  readonly seq: 0;
  /** Always empty: nobody knows when it was written. */
  readonly ts: "";
  /** The text. */
  readonly line: string;
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** Lines of plain text. What is not UTF-8 is replaced. */
export const PLAIN: LineDialect<PlainLine> = {
  name: "plain text",
  decode: (text) => ({ kind: "event", event: { type: "line", seq: 0, ts: "", line: text } }),
  decodeBytes: (bytes) => PLAIN.decode(utf8.decode(bytes).trim()),
  encode: ({ line }) => line,
  endOf: () => undefined,
  timeOf: ({ ts }) => ts,
  heartbeatSeconds: Infinity,
};
