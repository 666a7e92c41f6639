import { assert, assertEquals } from "@std/assert";
import { ZIG } from "../../src/codec/zig.ts";
import type { SessionLogEvent } from "../../src/codec/zig_events.ts";
import { SessionWriter } from "../../src/session/writer.ts";
import { followAll, type FollowAllItem, type FollowAllOptions } from "../../src/storage/follow_all.ts";
import { SKEW_MS } from "../../src/storage/store_follower.ts";
import { spawnFixture } from "../helpers/fixture.ts";
import { GIVE_UP_MS, pause } from "../helpers/following.ts";
import { logText } from "../helpers/sessions.ts";
import { TempDir } from "../helpers/temp_dir.ts";

type Item = FollowAllItem<SessionLogEvent>;

/** A store that is followed, and what came of it. */
class Followed implements AsyncDisposable {
  readonly dir = new TempDir();
  readonly root: string = this.dir.at("store");
  /** What came, in order: the session, and the number of an event or the kind of the item. */
  readonly seen: string[] = [];
  readonly items: Item[] = [];
  /** When the following began. */
  began = 0;
  readonly #controller = new AbortController();
  #done: Promise<void> | undefined;

  /** Makes a project. */
  project(name: string): string {
    Deno.mkdirSync(this.dir.at(`${name}/.git`), { recursive: true });
    return this.dir.at(name);
  }

  /** Begins a session. */
  write(project = "a", workflowName = project): SessionWriter {
    return SessionWriter.create({
      workflowName,
      workflowPath: "",
      tierCount: 1,
      root: this.root,
      project: this.project(project),
    });
  }

  /** Begins to follow, and waits until all is there that was there before. */
  async start(options: FollowAllOptions = {}): Promise<void> {
    this.began = Date.now();
    this.#done = this.#follow(options);
    await this.until(() => this.items.some(({ kind }) => kind === "idle"));
  }

  /** Waits for something to come true. */
  async until(isThere: () => boolean): Promise<void> {
    const deadline = AbortSignal.timeout(GIVE_UP_MS);
    while (!isThere()) {
      if (deadline.aborted) throw new Error(`it did not come: ${this.seen.join(" ")}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** The numbers of the events of a session that came, in order. */
  numbersOf(id: string): number[] {
    return this.items.flatMap((item) =>
      item.kind === "lines" && item.log.id === id
        ? item.lines.map((line) => line.kind === "event" ? Number(line.event.seq) : -1)
        : []
    );
  }

  /** How a session was closed. */
  closed(id: string): Extract<Item, { kind: "closed" }> | undefined {
    return this.items.find((item) => item.kind === "closed" && item.log.id === id) as
      | Extract<Item, { kind: "closed" }>
      | undefined;
  }

  /** Ends the following. */
  async stop(): Promise<void> {
    this.#controller.abort();
    await this.#done;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    this.dir[Symbol.dispose]();
  }

  async #follow(options: FollowAllOptions): Promise<void> {
    for await (const item of followAll(this.root, ZIG, { signal: this.#controller.signal, ...options })) {
      this.items.push(item);
      this.seen.push(item.kind === "idle" ? "idle" : `${item.log.id.slice(0, 4)}:${item.kind}`);
    }
  }
}

function range(to: number): number[] {
  return Array.from({ length: to }, (_, at) => at + 1);
}

Deno.test("followAll() follows the sessions that run, of all projects, from their first event on", async () => {
  await using store = new Followed();
  const [one, two] = [store.write("a"), store.write("b")];
  two.stepOutput("s", "stdout", "before");
  await store.start();
  one.stepOutput("s", "stdout", "after");
  two.stepOutput("s", "stdout", "after");
  one.ended("success", 1);
  two.ended("success", 1);
  await store.until(() => store.closed(one.sessionId) !== undefined && store.closed(two.sessionId) !== undefined);
  assertEquals(store.numbersOf(one.sessionId), range(3));
  assertEquals(store.numbersOf(two.sessionId), range(4));
  assertEquals(store.closed(one.sessionId)!.why, "ended");
});

Deno.test("followAll() passes over what had ended before", async () => {
  await using store = new Followed();
  const old = store.write();
  old.ended("success", 1);
  using dead = store.write();
  dead[Symbol.dispose]();
  await pause(SKEW_MS + 20); // before that, nobody can be sure
  await store.start();
  using live = store.write();
  await store.until(() => store.numbersOf(live.sessionId).length === 1);
  assertEquals(
    new Set(store.items.map((item) => item.kind === "idle" ? "" : item.log.id)),
    new Set(["", live.sessionId]),
  );
});

Deno.test("followAll() gives all events of a session whose clock is a little late when it has ended before it is seen", async () => {
  await using store = new Followed();
  await store.start();
  const session = {
    workflowName: "late",
    workflowPath: "",
    tierCount: 1,
    root: store.root,
    project: store.project("a"),
  };
  const late = SessionWriter.create({ ...session, clock: () => store.began - SKEW_MS / 2 });
  late.ended("success", 1);
  await store.until(() => store.closed(late.sessionId) !== undefined);
  assertEquals(store.numbersOf(late.sessionId), [1, 2]);
});

Deno.test("followAll() picks up a session of a project that is not there yet", async () => {
  await using store = new Followed();
  using _other = store.write("known");
  await store.start();
  for (const name of ["new", "newer"]) {
    const writer = store.write(name);
    await store.until(() => store.numbersOf(writer.sessionId).length === 1);
    writer.ended("failure", 1);
    await store.until(() => store.closed(writer.sessionId) !== undefined);
    assertEquals(store.numbersOf(writer.sessionId), [1, 2]);
  }
});

Deno.test("followAll() gives all events of sessions that start and end between two looks", async () => {
  await using store = new Followed();
  await store.start();
  const ids: string[] = [];
  for (let number = 0; number < 60; number++) {
    const writer = store.write(`p${number % 7}`);
    writer.stepOutputs("s", "stdout", range(20).map(String));
    writer.ended("success", 1);
    ids.push(writer.sessionId);
    if (number % 10 === 9) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await store.until(() => ids.every((id) => store.closed(id) !== undefined));
  for (const id of ids) assertEquals(store.numbersOf(id), range(22));
});

Deno.test("followAll() misses no event of sessions that other processes write all the while", async () => {
  await using store = new Followed();
  const children = ["a", "b", "c"].map((name) =>
    spawnFixture("sessions.ts", { args: [store.root, store.project(name), "20"], stdin: "piped" })
  );
  await Promise.all(children.map(async (child) => await child.stdin.close()));
  await store.start();
  const ids: string[] = [];
  for (const child of children) {
    const { stdout } = await child.output();
    ids.push(...new TextDecoder().decode(stdout).trim().split("\n").slice(1));
  }
  const own = new Set(ids);
  assertEquals(own.size, 60);
  const begun = store.items.findIndex(({ kind }) => kind === "idle");
  const late = ids.filter((id) =>
    store.items.slice(begun).some((item) => item.kind === "opened" && item.log.id === id)
  );
  await store.until(() => late.every((id) => store.closed(id) !== undefined));
  for (const id of late) assertEquals(store.numbersOf(id), range(4));
});

Deno.test("followAll() tells that the writer of a session died", async () => {
  await using store = new Followed();
  const writer = store.write();
  await store.start();
  writer.stepOutput("s", "stdout", "the last");
  writer[Symbol.dispose]();
  await store.until(() => store.closed(writer.sessionId) !== undefined);
  assertEquals([store.closed(writer.sessionId)!.why, store.numbersOf(writer.sessionId)], ["writer_died", [1, 2]]);
});

Deno.test("followAll() goes on with a log that grows again, where it ended", async () => {
  await using store = new Followed();
  const old = new Date(Date.now() - 3_600_000);
  const [resting, torn] = ["rest", "torn"].map((id) => {
    const text = logText(id, { output: ["one"] }) + (id === "torn" ? '{"seq":3,"ts":' : "");
    const path = store.dir.write(`store/logs/sessions/${id}.jsonl`, text);
    Deno.utimeSync(path, old, old);
    return path;
  }) as [string, string];
  await store.start();
  assertEquals(store.seen, ["idle"]);
  const next = JSON.stringify({
    seq: 9,
    ts: new Date().toISOString(),
    zig_session_id: "x",
    type: "heartbeat",
    interval_secs: 10,
  });
  Deno.writeTextFileSync(resting, `${next}\n`, { append: true });
  Deno.writeTextFileSync(torn, `\n${next}\n`, { append: true });
  await store.until(() => store.numbersOf("rest").length > 0 && store.numbersOf("torn").length > 1);
  assertEquals([store.numbersOf("rest"), store.numbersOf("torn")], [[9], [-1, 9]]);
});

Deno.test("followAll() goes on from positions, also in sessions that have ended meanwhile or are new", async () => {
  await using store = new Followed();
  const [live, ended, done] = [store.write(), store.write(), store.write()];
  const since = Date.now();
  done.ended("success", 1);
  const positions = new Map([live, ended, done].map(({ sessionId, length }) => [sessionId as string, length]));
  live.stepOutput("s", "stdout", "meanwhile");
  ended.stepOutput("s", "stdout", "meanwhile");
  ended.ended("success", 1);
  const unseen = store.write();
  unseen.ended("success", 1);
  await store.start({ positions, since });
  const ids = [live, ended, done, unseen].map(({ sessionId }) => sessionId);
  assertEquals(ids.map((id) => store.numbersOf(id)), [[2], [2, 3], [], [1, 2]]);
  assertEquals(store.closed(done.sessionId)?.why, "ended");
  live.ended("success", 1);
  await store.until(() => store.closed(live.sessionId) !== undefined);
});

Deno.test("followAll() starts where it is told to in a session that runs already, and at the first event of others", async () => {
  await using store = new Followed();
  const running = store.write();
  const length = running.length;
  running.stepOutput("s", "stdout", "two");
  await store.start({ startAt: () => length });
  const other = store.write();
  await store.until(() => store.numbersOf(other.sessionId).length > 0);
  assertEquals([store.numbersOf(running.sessionId), store.numbersOf(other.sessionId)], [[2], [1]]);
  for (const writer of [running, other]) writer.ended("success", 1);
});

Deno.test("followAll() tells that a log cannot be read, and follows the others", async () => {
  await using store = new Followed();
  const live = store.write();
  const odd = (name: string): string => live.logPath.replace(/[^/]+$/, `${name}.jsonl`);
  Deno.symlinkSync(store.dir.at("nowhere"), odd("dangling"));
  Deno.symlinkSync(store.dir.path, odd("folder"));
  await store.start();
  live.ended("success", 1);
  await store.until(() => store.closed(live.sessionId) !== undefined);
  assertEquals(store.numbersOf(live.sessionId), [1, 2]);
  assertEquals(store.items.flatMap((item) => item.kind === "unreadable" ? [item.log.id] : []), ["folder"]);
});

Deno.test("followAll() tells when a log is removed, and when it begins again", async () => {
  await using store = new Followed();
  const [cut, gone] = [store.write(), store.write()];
  await store.start();
  Deno.truncateSync(cut.logPath, 0);
  await store.until(() => store.items.some((item) => item.kind === "restarted"));
  Deno.removeSync(gone.logPath);
  await store.until(() => store.closed(gone.sessionId)?.why === "removed");
  assert(store.items.some((item) => item.kind === "restarted" && item.log.id === cut.sessionId));
  for (const writer of [cut, gone]) writer[Symbol.dispose]();
});

Deno.test("followAll() waits for a store that is not there yet", async () => {
  await using store = new Followed();
  await store.start();
  assertEquals(store.seen, ["idle"]);
  using writer = store.write();
  await store.until(() => store.numbersOf(writer.sessionId).length === 1);
});
