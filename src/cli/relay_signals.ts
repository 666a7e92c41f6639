import { RUN_SIGNALS, type SignalRelay } from "../runner/signal_relay.ts";
import type { Host } from "./host.ts";

/**
 * Hands the signals that this program is given on to a run.
 *
 * @param host Where they come from.
 * @param signals Where they go.
 * @returns Ends that.
 */
export function relaySignals(host: Host, signals: SignalRelay): Disposable {
  const listeners = RUN_SIGNALS.map((signal) => [signal, () => signals.raise(signal)] as const);
  for (const [signal, listener] of listeners) host.addSignalListener(signal, listener);
  return {
    [Symbol.dispose]: () => {
      for (const [signal, listener] of listeners) host.removeSignalListener(signal, listener);
    },
  };
}
