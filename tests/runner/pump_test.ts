import { assert, assertEquals, assertRejects } from "@std/assert";
import { pump } from "../../src/runner/pump.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const QUICK = { silenceMs: 250, waitMs: 500, bytes: 1000 };
const NEVER = new Promise<void>(() => {});

/** A stream that is fed by hand. */
function pipe(): {
  readable: ReadableStream<Bytes>;
  write(text: string): void;
  close(): void;
  readonly isCut: boolean;
} {
  let controller!: ReadableStreamDefaultController<Bytes>;
  let isCut = false;
  const readable = new ReadableStream<Bytes>({
    start: (each) => void (controller = each),
    cancel: () => void (isCut = true),
  });
  return {
    readable,
    write: (text) => controller.enqueue(new TextEncoder().encode(text)),
    close: () => controller.close(),
    get isCut(): boolean {
      return isCut;
    },
  };
}

function text(chunks: readonly Bytes[]): string {
  return chunks.map((chunk) => new TextDecoder().decode(chunk)).join("");
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

Deno.test("pump() waits for as long as it takes when the stream is still owned", async () => {
  const { readable, write, close } = pipe();
  const chunks: Bytes[] = [];
  const done = pump(readable, (chunk) => void chunks.push(chunk), NEVER, QUICK);
  write("a");
  await delay(600);
  write("b");
  close();
  assertEquals(await done, true);
  assertEquals(text(chunks), "ab");
});

Deno.test("pump() reads on to the end when the stream closes soon after its owner has gone", async () => {
  const { readable, write, close } = pipe();
  const chunks: Bytes[] = [];
  const done = pump(readable, (chunk) => void chunks.push(chunk), Promise.resolve(), QUICK);
  await delay(20);
  write("late");
  await delay(20);
  close();
  assertEquals(await done, true);
  assertEquals(text(chunks), "late");
});

Deno.test("pump() takes what comes, and gives up all the same, when its own process was held up meanwhile", async () => {
  const source = pipe();
  const chunks: Bytes[] = [];
  const done = pump(source.readable, (chunk) => void chunks.push(chunk), Promise.resolve(), QUICK);
  await delay(0);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2 * QUICK.waitMs);
  source.write("late");
  assertEquals(await done, false);
  assertEquals(text(chunks), "late");
  assert(source.isCut);
});

Deno.test("pump() takes what is there and gives up when the stream then stays silent and open", async () => {
  const source = pipe();
  const chunks: Bytes[] = [];
  source.write("last words");
  assertEquals(await pump(source.readable, (chunk) => void chunks.push(chunk), Promise.resolve(), QUICK), false);
  assertEquals(text(chunks), "last words");
  assert(source.isCut);
});

Deno.test("pump() gives up when somebody else goes on dripping into the stream", async () => {
  const source = pipe();
  const drip = setInterval(() => source.isCut || source.write("."), 10);
  assertEquals(await pump(source.readable, () => {}, Promise.resolve(), QUICK), false);
  clearInterval(drip);
  assert(source.isCut);
});

Deno.test("pump() gives up when somebody else floods the stream", async () => {
  let taken = 0;
  let isCut = false;
  const flood = new ReadableStream<Bytes>({
    pull: (controller) => controller.enqueue(new Uint8Array(300)),
    cancel: () => void (isCut = true),
  });
  assertEquals(await pump(flood, (chunk) => void (taken += chunk.length), Promise.resolve(), QUICK), false);
  assertEquals(taken, 1200);
  assert(isCut);
});

Deno.test("pump() does not count the time when whoever takes the bytes is slow", async () => {
  const { readable, write, close } = pipe();
  const chunks: Bytes[] = [];
  for (const word of ["a", "b", "c"]) write(word);
  close();
  const slow = async (chunk: Bytes): Promise<void> => {
    await delay(300);
    chunks.push(chunk);
  };
  assertEquals(await pump(readable, slow, Promise.resolve(), QUICK), true);
  assertEquals(text(chunks), "abc");
});

Deno.test("pump() reads nothing ahead when whoever takes the bytes is not done", async () => {
  let pulled = 0;
  const source = new ReadableStream<Bytes>({
    pull: (controller) => {
      pulled++;
      controller.enqueue(new Uint8Array(1));
    },
  }, { highWaterMark: 0 });
  const { promise: held, reject } = Promise.withResolvers<void>();
  const done = pump(source, () => held, NEVER, QUICK);
  await delay(50);
  assertEquals(pulled, 1);
  reject(new Error("stop"));
  await assertRejects(() => done, Error, "stop");
});
