/** Stores that somebody tampered with, or that something else went wrong in: one bad entry costs no other. */

import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { denoDir } from "../../scripts/imports.ts";
import { resultOf, spawnFixture } from "../helpers/fixture.ts";
import { needs } from "../helpers/skip.ts";
import { SmallDisk } from "../helpers/small_disk.ts";
import { tree } from "../helpers/temp_dir.ts";
import { RunStore } from "../../src/outrig/run_store.ts";
import { DONE, RUN, RunsDir } from "./runs.ts";

/** What a list says of the entry `bad` beside a good one. */
function noticeOf(dir: RunsDir, name = "bad"): [kind: string, message: string] | undefined {
  dir.record("root/good");
  const { ids, notices } = dir.listed();
  assertEquals(ids, ["good"]);
  assert(notices.length <= 1);
  const [notice] = notices;
  if (notice === undefined) return undefined;
  assertEquals([notice.name, notice.path], [name, dir.at(`root/${name}`)]);
  return [notice.kind, notice.message];
}

const SILENT: Readonly<Record<string, (dir: RunsDir) => void>> = {
  "a file": (dir) => dir.write("root/bad", "{}"),
  "an empty directory": (dir) => Deno.mkdirSync(dir.at("root/bad"), { recursive: true }),
  "a directory of somebody else": (dir) => dir.write("root/bad/logs/session.json", "{}"),
  "a directory named with a newline": (dir) => dir.write("root/bad\n/notes", ""),
  "a link to a file": (dir) => Deno.symlinkSync(dir.write("file", ""), `${dir.at("root")}/bad`),
  "a link to a directory of somebody else": (dir) => Deno.symlinkSync("/etc", dir.at("root/bad")),
  "a second link to a run": (dir) => Deno.symlinkSync("good", dir.at("root/bad")),
};
for (const [what, make] of Object.entries(SILENT)) {
  Deno.test(`RunStore.list() passes over an entry when it is ${what}`, () => {
    using dir = new RunsDir();
    Deno.mkdirSync(dir.at("root"), { recursive: true });
    make(dir);
    assertEquals(noticeOf(dir), undefined);
  });
}

const NOTICED: Readonly<Record<string, readonly [kind: string, message: string, make: (dir: RunsDir) => void]>> = {
  "an empty record": ["unreadable", "Unexpected end", (dir) => dir.write("root/bad/session.json", "")],
  "a torn record": ["unreadable", "session.json", (dir) => dir.write("root/bad/session.json", '{\n  "id": "bad",')],
  "a record without an image": ["unreadable", "image_tag", (dir) => dir.record("root/bad", { image_tag: undefined })],
  "a record that is not UTF-8": [
    "unreadable",
    "it is not UTF-8",
    (dir) => dir.write("root/bad/session.json", new Uint8Array([0x7b, 0xff, 0x7d])),
  ],
  "a record that is a directory": ["unreadable", "not a file", (dir) => dir.write("root/bad/session.json/x", "")],
  "a record that is a pipe": ["unreadable", "not a file", (dir) => {
    Deno.mkdirSync(dir.at("root/bad"), { recursive: true });
    assert(new Deno.Command("mkfifo", { args: [dir.at("root/bad/session.json")] }).outputSync().success);
  }],
  "a record that leads to a device": ["unreadable", "not a file", (dir) => {
    Deno.mkdirSync(dir.at("root/bad"), { recursive: true });
    Deno.symlinkSync("/dev/zero", dir.at("root/bad/session.json"));
  }],
  "a record that leads in a circle": ["unreadable", "symbolic links", (dir) => {
    Deno.mkdirSync(dir.at("root/bad"), { recursive: true });
    Deno.symlinkSync("session.json", dir.at("root/bad/session.json"));
  }],
  "a record that is far too large": ["unreadable", "it is larger than", (dir) => {
    Deno.truncateSync(dir.write("root/bad/session.json", ""), 10 * 2 ** 30); // no block of it is on the disk
  }],
  "a dangling link": ["dangling", '"gone" is gone', (dir) => Deno.symlinkSync("gone", dir.at("root/bad"))],
  "a link in a circle": ["dangling", '"bad" is gone', (dir) => Deno.symlinkSync("bad", dir.at("root/bad"))],
};
for (const [what, [kind, message, make]] of Object.entries(NOTICED)) {
  Deno.test(`RunStore.list() lists the others and gives notice of one when it is ${what}`, () => {
    using dir = new RunsDir();
    Deno.mkdirSync(dir.at("root"));
    make(dir);
    const notice = noticeOf(dir);
    assertEquals(notice?.[0], kind);
    assertStringIncludes(notice![1], message);
    assertThrows(() => dir.store.getById("bad"));
  });
}

Deno.test("RunStore.list() passes over what is removed while it looks", () => {
  using dir = new RunsDir();
  const remove = (name: string): void => Deno.removeSync(dir.at(`root/${name}`), { recursive: true });
  dir.write("root/z/session.json", "damaged");
  dir.record("elsewhere");
  Deno.symlinkSync("../elsewhere", dir.at("root/link"));
  Deno.symlinkSync("gone", dir.at("root/dangling"));
  dir.record("root/run");
  const noticed: string[] = [];
  const listed = dir.store.list({
    notice: ({ name }) => {
      noticed.push(name);
      ["run", "link", "dangling"].forEach(remove);
    },
  });
  assertEquals([noticed, listed], [["z"], []]);
});

Deno.test("RunStore.list() gives notice in one line when the name of a run holds a newline", () => {
  using dir = new RunsDir();
  dir.record("root/bad\n\x1b[31mname");
  const [kind, message] = noticeOf(dir, "bad\n\x1b[31mname")!;
  assertEquals([kind, message], [
    "bad_name",
    'Cannot list run "bad\\n\\u001b[31mname": its name cannot be the id of a run',
  ]);
});

Deno.test({
  name: "RunStore.list() lists the others when the name of an entry is not UTF-8",
  ...needs("sh"),
  fn(): void {
    using dir = new RunsDir();
    Deno.mkdirSync(dir.at("root"));
    const script = 'cd "$1" && mkdir "$(printf "bad\\377")" && echo "{}" > "$(printf "bad\\377")/session.json"';
    new Deno.Command("sh", { args: ["-c", script, "sh", dir.at("root")] }).outputSync();
    dir.record("root/good");
    assertEquals(dir.listed().ids, ["good"]);
  },
});

Deno.test("RunStore.list() lists a run when its record has 10 MB", () => {
  using dir = new RunsDir();
  dir.record("root/text", { working_dir: "/x".repeat(5_000_000) });
  dir.record("root/list", { later: Array.from({ length: 1_000_000 }, (_, at) => at) });
  assertEquals(dir.listed(), { ids: ["text", "list"], notices: [] });
  dir.record("root/open", { later: "\n".repeat(5_000_000), ended_at: undefined, exit_code: undefined });
  const { record } = dir.store.finalize("open", DONE);
  assertEquals((record as unknown as { later: string }).later.length, 5_000_000);
});

Deno.test("RunStore.list() lists a run under the name of its entry when its record names another", () => {
  using dir = new RunsDir();
  dir.record("root/copy", { id: "original" });
  dir.record("root/original");
  dir.record("elsewhere", { id: "../../etc" });
  Deno.symlinkSync(dir.at("elsewhere"), dir.at("root/moved"));
  assertEquals(dir.listed(), { ids: ["original", "moved", "copy"], notices: [] });
  assertEquals(dir.store.getById("copy").record.id, "original");
  assertThrows(() => dir.store.getByPath(dir.at("elsewhere")), SyntaxError, "Cannot use run id");
});

Deno.test({
  name: "RunStore.create() leaves nothing behind when the disk is full",
  ...needs("tmpfs"),
  async fn(): Promise<void> {
    await using disk = await SmallDisk.mount("64k");
    const store = new RunStore(`${disk.path}/root`);
    const fields = { later: "x".repeat(8000) };
    const first = store.create({ ...RUN, fields });
    {
      using _full = disk.fill();
      assertThrows(() => store.create({ ...RUN, fields }), Error, "No space");
      assertThrows(() => store.finalize(first.id, DONE), Error, "No space");
    }
    assertEquals(store.list(), [first]);
    assertEquals(tree(disk.path), [`root/${first.id}/logs/`, `root/${first.id}/session.json`]);
  },
});

/** A directory with a store and a run that lies outside of it. */
function twoRuns(dir: RunsDir): void {
  dir.record("root/inside");
  dir.record("outside", { id: "20260501T141907-ab12" });
  Deno.symlinkSync(dir.at("outside"), dir.at("root/20260501T141907-ab12"));
}

Deno.test("RunStore.list() gives notice of a run and names the flag when it lies where reading is not allowed", async () => {
  using dir = new RunsDir();
  twoRuns(dir);
  const rights = ["--no-prompt", `--allow-read=${dir.at("root")}`];
  const env = { DENO_DIR: denoDir(), NO_COLOR: "1" };
  const { stdout, stderr } = await resultOf(spawnFixture("run_list.ts", { rights, args: [dir.at("root")], env }));
  assertEquals(stderr, "");
  assertEquals(JSON.parse(stdout), {
    listed: ["inside"],
    notices: [
      `forbidden: Cannot read run "${dir.at("root")}/20260501T141907-ab12": it lies in "${dir.at("outside")}", ` +
      `run with --allow-read=${dir.at("outside")}`,
    ],
    created: `NotCapable: Cannot write "${dir.at("root")}": permission is missing, run with --allow-write=${
      dir.at("root")
    }`,
    linked: `NotCapable: Cannot create run in "${dir.at("root")}/new/dir": a link to it needs unscoped rights, ` +
      "run with --allow-read --allow-write",
  });
});

Deno.test("RunStore.create() needs no more than the store, and unscoped rights when a link has to be made", async () => {
  using dir = new RunsDir();
  twoRuns(dir);
  const rights = ["--no-prompt", `--allow-read=${dir.path}`, `--allow-write=${dir.path}`];
  const env = { DENO_DIR: denoDir(), NO_COLOR: "1" };
  const { stdout } = await resultOf(spawnFixture("run_list.ts", { rights, args: [dir.at("root")], env }));
  assertEquals(JSON.parse(stdout), {
    listed: ["inside", "20260501T141907-ab12"],
    notices: [],
    created: "created",
    linked: `NotCapable: Cannot create run in "${dir.at("root")}/new/dir": a link to it needs unscoped rights, ` +
      "run with --allow-read --allow-write",
  });
});
