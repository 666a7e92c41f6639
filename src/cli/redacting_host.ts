import { redactJson, redactLines } from "../config/redact_output.ts";
import type { Redaction } from "../session/redaction.ts";
import type { Host, HostOutput } from "./host.ts";

/**
 * Makes a world that is told no secrets.
 *
 * @param host The outside world.
 * @param redact Takes secrets out of a text.
 * @param json Whether standard output gets JSON.
 * @returns The same world with other outputs; whole lines are to be written to them.
 */
export function redactingHost(host: Host, redact: Redaction, json: boolean): Host {
  const next = redact.inTurn?.() ?? redact;
  return {
    ...host,
    cwd: () => host.cwd(),
    env: (name) => host.env(name),
    now: () => host.now(),
    addSignalListener: (signal, listener) => host.addSignalListener(signal, listener),
    removeSignalListener: (signal, listener) => host.removeSignalListener(signal, listener),
    get stdin() {
      return host.stdin;
    },
    stdout: new RedactingOutput(host.stdout, (text) => json ? redactJson(text, redact, next) : redactLines(text, next)),
    stderr: new RedactingOutput(host.stderr, (text) => redactLines(text, redact)),
  };
}

/** Takes secrets out of what is written. */
class RedactingOutput implements HostOutput {
  readonly #output: HostOutput;
  readonly #clean: (text: string) => string;

  constructor(output: HostOutput, clean: (text: string) => string) {
    this.#output = output;
    this.#clean = clean;
  }

  get isTerminal(): boolean {
    return this.#output.isTerminal;
  }

  get columns(): number | undefined {
    return this.#output.columns;
  }

  write(data: string | Uint8Array<ArrayBuffer>): void {
    this.#output.write(this.#clean(typeof data === "string" ? data : new TextDecoder().decode(data)));
  }
}
