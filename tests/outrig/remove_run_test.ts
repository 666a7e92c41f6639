/** Removing runs: what the store did not make stays, whatever somebody has put where. */

import { assertEquals, assertThrows } from "@std/assert";
import { SessionNotFoundError } from "../../src/errors.ts";
import { tree } from "../helpers/temp_dir.ts";
import { DONE, meanwhile, RUN, RunsDir } from "./runs.ts";

Deno.test("RunStore.removeById() removes the directory of a run when nothing else is in it", () => {
  using dir = new RunsDir();
  const run = dir.store.create(RUN);
  const other = dir.store.create(RUN);
  dir.write(`root/${run.id}/logs/a.stdout`, "a");
  dir.write(`root/${run.id}/logs/deep/er/b.jsonl`, "b");
  dir.store.finalize(run.id, DONE);
  assertEquals(dir.store.removeById(run.id), { dir: run.dir, dirRemoved: true, kept: [], links: [] });
  assertEquals(tree(dir.at("root")), [`${other.id}/logs/`, `${other.id}/session.json`]);
});

Deno.test("RunStore.removeById() removes link, record and logs when the run lies in a directory of the user", () => {
  using dir = new RunsDir();
  dir.write("mine/src/main.ts", "mine");
  dir.write("mine/notes\n.txt", "mine");
  const run = dir.store.create(RUN, { dir: dir.at("mine") });
  dir.write("mine/logs/a.stdout", "a");
  dir.store.finalize(run.id, DONE);
  assertEquals(dir.store.removeById(run.id), {
    dir: dir.at("mine"),
    dirRemoved: false,
    kept: ["notes\n.txt", "src"],
    links: [dir.at(`root/${run.id}`)],
  });
  assertEquals(tree(dir.path), ["mine/notes\n.txt", "mine/src/main.ts", "root/"]);
});

Deno.test("RunStore.removeById() and removeByPath() remove nothing when the run has not ended, unless forced", () => {
  using dir = new RunsDir();
  const inStore = dir.store.create(RUN);
  const elsewhere = dir.store.create(RUN, { dir: dir.at("elsewhere") });
  const before = tree(dir.path);
  for (const { id, dir: path } of [inStore, elsewhere]) {
    assertThrows(() => dir.store.removeById(id), Deno.errors.Busy, "it has not ended");
    assertThrows(() => dir.store.removeByPath(path), Deno.errors.Busy);
  }
  assertEquals(tree(dir.path), before);
  for (const { id } of [inStore, elsewhere]) dir.store.removeById(id, { force: true });
  assertEquals(tree(dir.path), ["root/"]);
});

Deno.test("RunStore.removeById() throws SessionNotFoundError and removes nothing when there is no such run", () => {
  using dir = new RunsDir();
  dir.write("root/file", "");
  dir.write("root/foreign/logs/mine.txt", "");
  for (const id of ["nope", "file", "foreign"]) {
    for (const force of [false, true]) assertThrows(() => dir.store.removeById(id, { force }), SessionNotFoundError);
  }
  assertThrows(() => dir.store.removeByPath(dir.at("root/foreign")), SessionNotFoundError);
  assertThrows(() => dir.store.removeByPath(dir.at("nowhere")), SessionNotFoundError);
  assertEquals(tree(dir.path), ["root/file", "root/foreign/logs/mine.txt"]);
});

Deno.test("RunStore.removeById() removes links inside of the logs no further than they are links, when there are some", () => {
  using dir = new RunsDir();
  dir.write("victim/precious/data.txt", "precious");
  const run = dir.store.create(RUN);
  dir.write(`root/${run.id}/logs/a.stdout`, "a");
  dir.write(`root/${run.id}/logs/sub/b.stdout`, "b");
  Deno.symlinkSync(dir.at("victim"), `${run.dir}/logs/link`);
  Deno.symlinkSync(dir.at("victim/precious/data.txt"), `${run.dir}/logs/sub/data.txt`);
  Deno.symlinkSync("loop", `${run.dir}/logs/loop`);
  dir.store.finalize(run.id, DONE);
  const kept = ["logs/link", "logs/loop", "logs/sub/data.txt"];
  assertEquals(dir.store.removeById(run.id), { dir: run.dir, dirRemoved: false, kept, links: [] });
  assertEquals(tree(dir.path), [...kept.map((path) => `root/${run.id}/${path}`), "victim/precious/data.txt"]);
  assertEquals(dir.listed(), { ids: [], notices: [] });
});

Deno.test("RunStore.removeById() leaves what a link leads to when the logs or the record are one", () => {
  using dir = new RunsDir();
  dir.write("victim/data.txt", "precious");
  const record = dir.record("elsewhere/kept", { id: "run" });
  const run = dir.record("root/run");
  Deno.symlinkSync(dir.at("victim"), `${run}/logs`);
  Deno.removeSync(`${run}/session.json`);
  Deno.symlinkSync(`${record}/session.json`, `${run}/session.json`);
  Deno.symlinkSync(dir.at("victim/data.txt"), `${run}/session.json.tmp`);
  assertEquals(dir.store.removeById("run"), { dir: run, dirRemoved: false, kept: ["logs"], links: [] });
  assertEquals(tree(dir.path), ["elsewhere/kept/session.json", "root/run/logs", "victim/data.txt"]);
});

Deno.test("RunStore.finalize() writes nowhere else when links stand in its way", () => {
  using dir = new RunsDir();
  const data = dir.write("victim/data.txt", "precious");
  const run = dir.store.create(RUN);
  Deno.symlinkSync(data, `${run.dir}/session.json.tmp`);
  Deno.symlinkSync(dir.at("victim/new.txt"), `${run.dir}/session.json.lock`);
  dir.store.finalize(run.id, DONE);
  assertEquals(Deno.readTextFileSync(data), "precious");
  assertEquals(tree(dir.path), [`root/${run.id}/logs/`, `root/${run.id}/session.json`, "victim/data.txt"]);
});

/** Directories that a link in the store may lead to, and that are not the directory of its run. */
const STRANGERS: Readonly<Record<string, (dir: RunsDir) => string>> = {
  "another run": (dir) => dir.record("victim", { id: "other" }),
  "a directory without a record": (dir) => dir.at(dir.write("victim/logs/a.txt", "").slice(dir.path.length + 1, -11)),
  "the record of a run that was written elsewhere": (dir) => dir.record("victim", { id: "link", session_dir: "/tmp" }),
  "a file": (dir) => dir.write("victim", ""),
};
for (const [what, make] of Object.entries(STRANGERS)) {
  Deno.test(`RunStore.removeById() removes only the link when it leads to ${what}`, () => {
    using dir = new RunsDir();
    const target = make(dir);
    const before = tree(dir.path);
    Deno.mkdirSync(dir.at("root"));
    Deno.symlinkSync(target, dir.at("root/link"));
    const { kept, ...rest } = dir.store.removeById("link", { force: true });
    assertEquals(rest, { dir: target, dirRemoved: false, links: [dir.at("root/link")] });
    assertEquals(kept, before.map((path) => path.replace(/^victim\/?/, "")).filter((path) => path !== ""));
    assertEquals(tree(dir.path), ["root/", ...before]);
  });
}

Deno.test("RunStore.removeById() removes a link when it leads nowhere or in a circle", () => {
  using dir = new RunsDir();
  Deno.mkdirSync(dir.at("root"));
  Deno.symlinkSync("gone", dir.at("root/dangling"));
  Deno.symlinkSync("loop", dir.at("root/loop"));
  Deno.symlinkSync(dir.at("root/b"), dir.at("root/a"));
  Deno.symlinkSync(dir.at("root/a"), dir.at("root/b"));
  for (const id of ["dangling", "loop", "a", "b"]) {
    assertEquals(dir.store.removeById(id).links, [dir.at(`root/${id}`)]);
  }
  assertEquals(tree(dir.path), ["root/"]);
});

Deno.test("RunStore.removeById() removes a run whose record cannot be read when it is in the store and forced", () => {
  using dir = new RunsDir();
  dir.write("root/torn/session.json", '{"id": "torn",');
  dir.write("root/torn/logs/a.stdout", "");
  dir.write("mine/session.json", "{}");
  dir.write("mine/logs/a.txt", "");
  Deno.symlinkSync(dir.at("mine"), dir.at("root/link"));
  const before = tree(dir.path);
  assertThrows(() => dir.store.removeById("torn"), SyntaxError, "Cannot read record");
  assertThrows(() => dir.store.removeById("link"), SyntaxError, "Cannot read record");
  assertThrows(() => dir.store.removeByPath(dir.at("mine"), { force: true }), SyntaxError);
  assertEquals(tree(dir.path), before);
  dir.store.removeById("torn", { force: true });
  dir.store.removeById("link", { force: true });
  assertEquals(tree(dir.path), ["mine/logs/a.txt", "mine/session.json", "root/"]);
});

Deno.test("RunStore.removeById() and removeByPath() throw SessionNotFoundError when somebody else is faster", () => {
  for (const remove of ["removeById", "removeByPath"] as const) {
    for (const options of [{}, { dir: "mine" }]) {
      using dir = new RunsDir();
      const run = dir.store.create(RUN, options.dir === undefined ? {} : { dir: dir.at(options.dir) });
      dir.store.finalize(run.id, DONE);
      const others = (): unknown => dir.store.removeById(run.id);
      const ours = (): unknown => dir.store[remove](remove === "removeById" ? run.id : run.dir);
      meanwhile("openSync", "session.json.lock", others, () => assertThrows(ours, SessionNotFoundError));
      assertEquals(tree(dir.path), ["root/"]);
    }
  }
});

Deno.test("RunStore.removeByPath() passes over links that somebody else removes", () => {
  using dir = new RunsDir();
  const run = dir.store.create(RUN, { dir: dir.at("mine") });
  dir.store.finalize(run.id, DONE);
  const [alias, gone] = [dir.at("root/alias"), dir.at("root/gone")];
  Deno.symlinkSync("../mine", alias);
  Deno.symlinkSync("nowhere", gone);
  const removal = meanwhile("readLinkSync", gone, () => Deno.removeSync(gone), () => {
    return meanwhile("removeSync", alias, () => Deno.removeSync(alias), () => dir.store.removeByPath(run.dir));
  });
  assertEquals([removal.dirRemoved, removal.links.length, tree(dir.path)], [true, 2, ["root/"]]);
});

Deno.test("RunStore.removeByPath() removes the run and each link to it when named by its directory", () => {
  using dir = new RunsDir();
  const run = dir.store.create(RUN, { dir: dir.at("mine") });
  const other = dir.store.create(RUN, { dir: dir.at("other") });
  dir.store.finalize(run.id, DONE);
  Deno.symlinkSync("../mine", dir.at("root/alias"));
  Deno.symlinkSync(dir.at("mine"), dir.at("way"));
  const removal = dir.store.removeByPath(dir.at("way"));
  assertEquals(removal.links.toSorted(), [dir.at(`root/${run.id}`), dir.at("root/alias")].toSorted());
  assertEquals([removal.dir, removal.dirRemoved, removal.kept], [dir.at("mine"), true, []]);
  assertEquals(dir.listed().ids, [other.id]);
});

Deno.test("RunStore.removeByPath() removes the links to a directory when it is gone already", () => {
  using dir = new RunsDir();
  const run = dir.store.create(RUN, { dir: dir.at("mine") });
  Deno.removeSync(dir.at("mine"), { recursive: true });
  assertEquals(dir.listed().notices.map(({ kind, name }) => [kind, name]), [["dangling", run.id]]);
  assertEquals(dir.store.removeByPath(dir.at("mine")).links, [dir.at(`root/${run.id}`)]);
  assertEquals(tree(dir.path), ["root/"]);
});

Deno.test("RunStore.removeByPath() removes a run of the store when named by its directory", () => {
  using dir = new RunsDir();
  const run = dir.store.create(RUN);
  dir.store.finalize(run.id, DONE);
  assertEquals(dir.store.removeByPath(run.dir), { dir: run.dir, dirRemoved: true, kept: [], links: [] });
  assertEquals(tree(dir.path), ["root/"]);
});
