import { assertEquals } from "@std/assert";
import { Waker } from "../../src/storage/waker.ts";
import { Follower, pause, withoutWatcher } from "../helpers/following.ts";
import { logText } from "../helpers/sessions.ts";
import { TempDir } from "../helpers/temp_dir.ts";

/** Longer than any test takes: only a change can end such a wait. */
const FOREVER = 600_000;

Deno.test("Waker.wait() ends when a file of that name changes, and counts what changed since the last wait", async () => {
  using dir = new TempDir();
  dir.write("a.jsonl", "");
  using waker = new Waker(dir.path, "a");
  assertEquals(waker.isWatching, true);
  for (const name of ["a.jsonl", "a.lock", "a.jsonl"]) {
    const waited = waker.wait(FOREVER);
    dir.write(name, "x");
    await waited;
    await pause(20); // what else the system says of it
    await waker.wait(1);
  }
  dir.write("a.jsonl", "y");
  await pause(20);
  await waker.wait(FOREVER);
});

Deno.test("Waker.wait() ends when it is aborted or its time is over, and not when other files change", async () => {
  using dir = new TempDir();
  using waker = new Waker(dir.path, "a");
  const abort = new AbortController();
  let ended = false;
  const waited = waker.wait(FOREVER, abort.signal).then(() => ended = true);
  dir.write("b.jsonl", "x");
  await pause(30);
  assertEquals(ended, false);
  abort.abort();
  await waited;
  await waker.wait(FOREVER, abort.signal);
  await waker.wait(1);
});

Deno.test("Waker shares the watch of a directory with others that are open, and goes on when they close", async () => {
  using dir = new TempDir();
  const { watchFs } = Deno;
  let opened = 0;
  try {
    Deno.watchFs = (...args): Deno.FsWatcher => {
      opened++;
      return watchFs(...args);
    };
    using first = new Waker(dir.path, "a");
    {
      using second = new Waker(dir.path, "a");
      using other = new Waker(dir.path, "b");
      const waited = Promise.all([first.wait(FOREVER), second.wait(FOREVER)]);
      dir.write("a.jsonl", "x");
      await waited;
      let woken = false;
      const others = other.wait(FOREVER).then(() => woken = true);
      await pause(20);
      assertEquals([opened, woken], [1, false]);
      dir.write("b.jsonl", "x");
      await others;
    }
    await pause(20);
    await first.wait(1);
    const waited = first.wait(FOREVER);
    dir.write("a.jsonl", "y");
    await waited;
    first[Symbol.dispose]();
    using _again = new Waker(dir.path, "a");
    assertEquals(opened, 2);
  } finally {
    Deno.watchFs = watchFs;
  }
});

Deno.test("Waker.wait() ends with its time when the system refuses to watch", async () => {
  using dir = new TempDir();
  await withoutWatcher(async () => {
    using waker = new Waker(dir.path, "a");
    assertEquals(waker.isWatching, false);
    await waker.wait(1);
  });
});

Deno.test("follow() goes on by looking from time to time when the system stops to tell of changes", async () => {
  using dir = new TempDir();
  const [first, ...others] = logText("a", { output: ["one"], end: "success" }).split(/(?<=\n)/);
  const path = dir.write("a.jsonl", first!);
  const { watchFs } = Deno;
  try {
    Deno.watchFs = (): Deno.FsWatcher =>
      ({
        close(): void {},
        // deno-lint-ignore require-yield
        async *[Symbol.asyncIterator](): AsyncGenerator<Deno.FsEvent> {
          await pause(1);
          throw new Error("Input/output error (os error 5)");
        },
      }) as unknown as Deno.FsWatcher;
    await using follower = new Follower(path);
    const followed = follower.toEnd();
    await pause(20);
    Deno.writeTextFileSync(path, others.join(""), { append: true });
    const { told, why } = await followed;
    assertEquals([told.length, why], [3, "ended"]);
  } finally {
    Deno.watchFs = watchFs;
  }
});
