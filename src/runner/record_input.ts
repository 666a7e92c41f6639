import { LineSplitter } from "../codec/lines.ts";
import { pump } from "./pump.ts";
import type { Recorder } from "./recorder.ts";
import type { SignalRelay } from "./signal_relay.ts";

/** What to record, and where to. */
export interface RecordInput {
  /** The name of the step that the bytes are recorded for. */
  readonly step: string;
  /** The bytes. */
  readonly input: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Where they are recorded. */
  readonly recorder: Recorder;
  /** The signals that end it. */
  readonly signals: SignalRelay;
  /** Gets whole lines as they came, each once it is in the log; and a last line without a newline. */
  readonly echo?: ((bytes: Uint8Array<ArrayBuffer>) => void) | undefined;
}

/**
 * Records a stream of bytes as the output of a step. After a signal it takes what is still on its way, and ends when
 * nothing comes for a moment.
 *
 * @param options What to record, and where to.
 */
export async function recordInput({ step, input, recorder, signals, echo }: RecordInput): Promise<void> {
  const splitter = new LineSplitter();
  const output = recorder.output(step, "stdout");
  const interrupted = Promise.withResolvers<void>();
  using _listener = signals.listen(() => interrupted.resolve());
  try {
    await pump(input, async (chunk) => {
      const lines = splitter.push(chunk)?.bytes;
      if (lines === undefined) return;
      await output.write(lines);
      echo?.(lines);
    }, interrupted.promise);
  } finally {
    const rest = splitter.flush()?.bytes;
    if (rest !== undefined) await output.write(rest);
    await output.close();
    if (rest !== undefined) echo?.(rest);
  }
}
