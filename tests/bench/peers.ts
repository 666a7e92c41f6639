/** Loggers of others, each as it writes a line of output to a file. */

import { pause } from "./harness.ts";

/** A logger that is open. */
export interface Peer {
  /** Writes a line. */
  log(line: string): void;
  /** Writes what is still on its way, and closes the file. */
  close(): Promise<void>;
}

/** A logger. */
export interface PeerKind {
  /** Its name, with what it promises. */
  readonly name: string;
  /** Opens it. */
  open(path: string): Promise<Peer>;
}

/** What is asked of the packages; each has far more. */
type Log = (first: unknown, second: unknown) => void;
interface Emitter {
  once(event: string, listener: () => void): void;
}
interface Pino {
  (options: object, destination: object): { info: Log };
  destination(options: object): Emitter & { end(): void };
}
interface Winston {
  createLogger(options: object): Emitter & { info: Log; end(): void };
  format: Record<"combine" | "timestamp" | "json", (...formats: readonly object[]) => object>;
  transports: { File: new (options: object) => Emitter };
}
interface LogTape {
  configure(options: object): Promise<void>;
  getLogger(category: string): { info: Log };
  dispose(): Promise<void>;
  jsonLinesFormatter: unknown;
}
interface LogTapeFile {
  getFileSink(path: string, options: object): object;
}

const FIELDS = { zig_session_id: "289aa865-eb73-48c9-a995-6b3245bfcc28", step_name: "build", stream: "stdout" };

/** The loggers, by their packages. */
const KINDS: readonly { readonly specifier: string; of(module: unknown): PeerKind[] | Promise<PeerKind[]> }[] = [
  { specifier: "npm:pino@9.14.0", of: (module) => [pino(module, true), pino(module, false)] },
  { specifier: "npm:@logtape/file@1.3.6", of: logTape },
  { specifier: "npm:winston@3.19.0", of: (module) => [winston(module)] },
];

/**
 * Loads the loggers.
 *
 * @returns Those that can be had, and the packages of the others.
 */
export async function loadPeers(): Promise<{ kinds: PeerKind[]; absent: string[] }> {
  const kinds: PeerKind[] = [];
  const absent: string[] = [];
  for (const { specifier, of } of KINDS) {
    try {
      kinds.push(...await of(await import(specifier)));
    } catch (error) {
      absent.push(`${specifier} (${(error as Error).message.split("\n")[0]})`);
    }
  }
  return { kinds, absent };
}

function pino(module: unknown, sync: boolean): PeerKind {
  const { default: pino } = module as { default: Pino };
  return {
    name: sync ? "pino, sync" : "pino, async (not in the file yet)",
    async open(path): Promise<Peer> {
      const destination = pino.destination({ dest: path, sync });
      if (!sync) await told(destination, "ready");
      const logger = pino({ base: null }, destination);
      return {
        log: (line) => logger.info(FIELDS, line),
        async close(): Promise<void> {
          const closed = told(destination, "close");
          destination.end();
          await closed;
        },
      };
    },
  };
}

async function logTape(module: unknown): Promise<PeerKind[]> {
  const { getFileSink } = module as LogTapeFile;
  const specifier = "npm:@logtape/logtape@1.3.11";
  const { configure, getLogger, dispose, jsonLinesFormatter } = await import(specifier) as LogTape;
  return [{
    name: "LogTape, file sink (up to 8 kB not in the file yet)",
    async open(path): Promise<Peer> {
      const file = getFileSink(path, { formatter: jsonLinesFormatter });
      const loggers = [
        { category: "bench", sinks: ["file"], lowestLevel: "info" },
        { category: ["logtape", "meta"], sinks: ["file"], lowestLevel: "fatal" },
      ];
      await configure({ sinks: { file }, loggers, reset: true });
      const logger = getLogger("bench");
      return { log: (line) => logger.info(line, FIELDS), close: dispose };
    },
  }];
}

function winston(module: unknown): PeerKind {
  const { createLogger, format, transports } = (module as { default: Winston }).default;
  return {
    name: "winston, file (not in the file yet)",
    open(path): Promise<Peer> {
      const file = new transports.File({ filename: path });
      const logger = createLogger({ format: format.combine(format.timestamp(), format.json()), transports: [file] });
      return Promise.resolve({
        log: (line) => logger.info(line, FIELDS),
        async close(): Promise<void> {
          await settled(path); // told to end before, it writes after its end
          logger.end();
        },
      });
    },
  };
}

function told(emitter: Emitter, event: string): Promise<void> {
  return new Promise((resolve) => emitter.once(event, resolve));
}

/** Waits until a file grows no more. */
async function settled(path: string): Promise<void> {
  let last = 0;
  for (let isGrowing = true; isGrowing;) {
    await pause(100);
    const { size } = Deno.statSync(path);
    isGrowing = size === 0 || size !== last;
    last = size;
  }
}
