/** Following logs that do not only grow: cut, taken back, replaced, removed. */

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { FollowItem } from "../../src/storage/follow.ts";
import { Follower, pause } from "../helpers/following.ts";
import { logText } from "../helpers/sessions.ts";
import { TempDir } from "../helpers/temp_dir.ts";

const TEXT = logText("a", { output: ["one", "two", "three"], end: "success" });
const LINES = TEXT.trimEnd().split("\n");
const [FIRST, SECOND, , , END] = LINES as [string, string, string, string, string];

function append(path: string, text: string): void {
  Deno.writeTextFileSync(path, text, { append: true });
}

function texts(item: FollowItem<unknown> | undefined): string[] {
  return item?.kind === "lines" ? item.lines.map((line) => line.text) : [item?.kind ?? "nothing"];
}

/** A follower that has read a log so far, and is about to wait. */
async function caughtUp(path: string): Promise<{ follower: Follower; next: Promise<FollowItem<unknown> | undefined> }> {
  const follower = new Follower(path);
  assertEquals(texts(await follower.next()), [FIRST]);
  return { follower, next: follower.next() }; // it has read all there is by now
}

Deno.test("follow() never gives half a line when that is all there is for a while", async () => {
  using dir = new TempDir();
  const path = dir.write("a.jsonl", `${FIRST}\n${SECOND.slice(0, 50)}`);
  const { follower, next } = await caughtUp(path);
  await using _follower = follower;
  await pause(30);
  append(path, SECOND.slice(50));
  await pause(30);
  append(path, "\n");
  assertEquals(texts(await next), [SECOND]);
});

Deno.test("follow() gives the last event when its writer writes its text first and its newline later", async () => {
  using dir = new TempDir();
  const path = dir.write("a.jsonl", `${FIRST}\n`);
  const { follower, next } = await caughtUp(path);
  await using _follower = follower;
  append(path, END); // what the log tells now is that the session has ended
  assertEquals(texts(await next), [END]);
  assertEquals(await follower.next(), { kind: "end", why: "ended" });
});

Deno.test("follow() forgets half a line when its writer takes it back and writes a longer one at once", async () => {
  using dir = new TempDir();
  const other = SECOND.replace('"seq":2', '"seq":3').replace('"one"', '"another one, and a longer one"');
  // Wherever the line was cut that is taken back, the other goes on as if it were the same.
  for (const cut of [1, 8, 60, SECOND.length - 3, SECOND.length - 1]) {
    const path = dir.write("a.jsonl", `${FIRST}\n${SECOND.slice(0, cut)}`);
    const { follower, next } = await caughtUp(path);
    await using _follower = follower;
    Deno.truncateSync(path, FIRST.length + 1);
    append(path, `${other}\n${END}\n`);
    assertEquals(texts(await next), [other, END], `${cut}`);
  }
});

Deno.test("follow() forgets half a line when its writer takes it back and writes another one later", async () => {
  using dir = new TempDir();
  for (const half of [SECOND.slice(0, 100), `${" ".repeat(300)}{`]) {
    const path = dir.write("a.jsonl", `${FIRST}\n${half}`);
    const { follower, next } = await caughtUp(path);
    await using _follower = follower;
    Deno.truncateSync(path, FIRST.length + 1);
    await pause(30);
    append(path, `${SECOND}\n`);
    assertEquals(texts(await next), [SECOND]);
  }
});

Deno.test("follow() gives what is on disk when half lines are taken back at random", async () => {
  using dir = new TempDir();
  const step = fc.record({ half: fc.nat(SECOND.length), wait: fc.nat(8), again: fc.nat(8) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 5 }), async (steps) => {
      const path = dir.write("a.jsonl", `${FIRST}\n`);
      await using follower = new Follower(path);
      const followed = follower.toEnd();
      let whole = `${FIRST}\n`;
      for (const [at, { half, wait, again }] of steps.entries()) {
        append(path, SECOND.slice(0, half));
        if (wait > 0) await pause(wait);
        Deno.truncateSync(path, whole.length);
        if (again > 4) await pause(again);
        const line = SECOND.replace('"seq":2', `"seq":${at + 3}`) + "\n";
        append(path, line);
        whole += line;
      }
      append(path, `${END}\n`);
      const { told, why } = await followed;
      assertEquals([told, why], [`${whole}${END}`.split("\n"), "ended"]);
    }),
    { numRuns: 25 },
  );
});

Deno.test("follow() begins again when a log is cut to nothing or to less than it gave", async () => {
  using dir = new TempDir();
  for (const left of [0, 10, FIRST.length]) {
    const path = dir.write("a.jsonl", `${FIRST}\n`);
    const { follower, next } = await caughtUp(path);
    await using _follower = follower;
    Deno.truncateSync(path, left);
    assertEquals(await next, { kind: "restarted", why: "truncated" });
    const followed = follower.toEnd();
    Deno.truncateSync(path, 0);
    append(path, `${SECOND}\n${END}\n`);
    const { told, why } = await followed;
    assertEquals([told.filter((text) => !text.startsWith("!")), why], [[SECOND, END], "ended"]);
  }
});

Deno.test("follow() begins again with the new file when a log is replaced, and loses nothing of the old one", async () => {
  using dir = new TempDir();
  const path = dir.write("a.jsonl", `${FIRST}\n`);
  const { follower, next } = await caughtUp(path);
  await using _follower = follower;
  append(path, `${SECOND}\n`);
  Deno.renameSync(dir.write("new.jsonl", `${SECOND}\n${END}\n`), path);
  assertEquals(texts(await next), [SECOND]);
  const { told, why } = await follower.toEnd();
  assertEquals([told, why], [["!replaced", SECOND, END], "ended"]);
});

Deno.test("follow() ends when a log is removed, and gives what was written to it before", async () => {
  using dir = new TempDir();
  const path = dir.write("a.jsonl", `${FIRST}\n`);
  const { follower, next } = await caughtUp(path);
  await using _follower = follower;
  append(path, `${SECOND}\n`);
  Deno.removeSync(path);
  assertEquals(texts(await next), [SECOND]);
  assertEquals((await follower.toEnd()).why, "removed");
});

Deno.test("follow() gives what the old file holds when it is replaced or removed between two looks at it", async () => {
  for (const fate of ["removed", "replaced"] as const) {
    using dir = new TempDir();
    const path = dir.write("a.jsonl", `${FIRST}\n`);
    const { openSync, statSync } = Deno;
    try {
      let isOpen = false;
      Deno.openSync = (asked, options): Deno.FsFile => {
        isOpen = true;
        return openSync(asked, options);
      };
      // As late as can be: it has found the end of the file, and now asks whether the file is still there.
      Deno.statSync = (asked): Deno.FileInfo => {
        if (!isOpen) return statSync(asked);
        Deno.statSync = statSync;
        append(path, `${SECOND}\n`);
        if (fate === "removed") Deno.removeSync(path);
        else Deno.renameSync(dir.write("new.jsonl", `${END}\n`), path);
        return statSync(asked);
      };
      await using follower = new Follower(path);
      const { told, why } = await follower.toEnd();
      const expected = fate === "removed" ? [[FIRST, SECOND], fate] : [[FIRST, SECOND, "!replaced", END], "ended"];
      assertEquals([told, why], expected);
    } finally {
      Deno.openSync = openSync;
      Deno.statSync = statSync;
    }
  }
});

Deno.test("follow() gives what a writer wrote last when it dies while it is looked for", async () => {
  using dir = new TempDir();
  const path = dir.write("a.jsonl", `${FIRST}\n`);
  const lockPath = dir.write("a.lock", ""); // nobody holds it
  const { openSync } = Deno;
  try {
    Deno.openSync = (asked, options): Deno.FsFile => {
      if (asked === lockPath) {
        Deno.openSync = openSync;
        append(path, `${SECOND}\n`);
      }
      return openSync(asked, options);
    };
    await using follower = new Follower(path);
    const { told, why } = await follower.toEnd();
    assertEquals([told, why], [[FIRST, SECOND], "writer_died"]);
  } finally {
    Deno.openSync = openSync;
  }
});

Deno.test("follow() ends when the directory of the log is removed", async () => {
  using dir = new TempDir();
  const path = dir.write("logs/a.jsonl", `${FIRST}\n`);
  const { follower, next } = await caughtUp(path);
  await using _follower = follower;
  Deno.removeSync(dir.at("logs"), { recursive: true });
  assertEquals(await next, { kind: "end", why: "removed" });
});

Deno.test("follow() ends when the log goes away while it looks whether its writer lives", async () => {
  using dir = new TempDir();
  const path = dir.write("a.jsonl", `${FIRST}\n`);
  const { openSync } = Deno;
  let opened = 0;
  try {
    Deno.openSync = (asked, options): Deno.FsFile => {
      if (asked === path && ++opened === 2) Deno.removeSync(path); // the first is the follower's own
      return openSync(asked, options);
    };
    await using follower = new Follower(path);
    const { told, why } = await follower.toEnd();
    assertEquals([told, why], [[FIRST], "removed"]);
  } finally {
    Deno.openSync = openSync;
  }
});
