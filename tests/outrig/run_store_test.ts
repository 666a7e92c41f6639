import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { parseRunRecord } from "../../src/codec/outrig.ts";
import { SessionEndedError, SessionNotFoundError } from "../../src/errors.ts";
import { RunStore } from "../../src/outrig/run_store.ts";
import { runStatus } from "../../src/outrig/run_state.ts";
import { listRunLogs } from "../../src/outrig/run_logs.ts";
import { goldenText } from "../helpers/golden.ts";
import { tree } from "../helpers/temp_dir.ts";
import { DONE, meanwhile, RUN, RunsDir } from "./runs.ts";

function modeOf(path: string): string {
  return (Deno.statSync(path).mode! & 0o777).toString(8);
}

const C = 'c-ü"\n';

/** A record that the Rust program wrote, as it comes out when its directories are ours. */
function goldenRecord(name: string, from: string, to: string): string {
  return goldenText(`outrig/${name}/session.json`).replace(from, to);
}

Deno.test("RunStore.create() and finalize() write the bytes of the Rust program when given the same runs", () => {
  using dir = new RunsDir();
  const run = { ...RUN, containerName: C, imageTag: "img:1", imageConfigName: "default", workingDir: "/src/app" };
  const auto = dir.store.create({ ...run, startedAt: "2026-05-01T14:19:08Z" }, { id: "20260501T141908-0000" });
  const started = { ...run, agentName: "agent", startedAt: "2026-05-01T14:19:07.120Z" };
  const ended = dir.store.create(started, { id: "20260501T141907-ab12" });
  dir.store.finalize(ended.id, { exitCode: -9, endedAt: "2026-05-01T16:21:25.500+02:00" });
  const startedAt = "2026-05-01T14:19:09.000000001Z";
  const explicit = dir.store.create({ ...run, startedAt }, { id: "20260501T141909-ffff", dir: dir.at("ex") });
  const written = [auto, ended, explicit].map((run) => Deno.readTextFileSync(`${run.dir}/session.json`));
  assertEquals(written, [
    goldenRecord("auto", "/home/user/root", dir.at("root")),
    goldenRecord("auto-finalized", "/home/user/root", dir.at("root")),
    goldenRecord("explicit", "/home/user/ex", dir.at("ex")),
  ]);
  assertEquals(dir.store.list().map(({ id, linkTarget }) => [id, linkTarget]), [
    [explicit.id, dir.at("ex")],
    [auto.id, null],
    [ended.id, null],
  ]);
  assertEquals(
    dir.store.list().map(({ record }) => record),
    written.map(parseRunRecord).toSpliced(1, 1).reverse().concat(parseRunRecord(written[1]!)),
  );
});

Deno.test("RunStore.create() makes a directory for the run alone when none is named", () => {
  using dir = new RunsDir();
  const run = dir.store.create(RUN);
  assertMatch(run.id, /^20\d{6}T\d{6}-[0-9a-f]{4}$/);
  assertEquals(run.dir, dir.at(`root/${run.id}`));
  assertEquals(run.linkTarget, null);
  assertEquals(run.record.session_dir, run.dir);
  assertEquals(tree(dir.at("root")), [`${run.id}/logs/`, `${run.id}/session.json`]);
  assertEquals(dir.store.getById(run.id), run);
  assertEquals(dir.store.getByPath(run.dir), run);
  assertEquals(dir.store.symlinkPath(run.id), run.dir);
  assertEquals([`${run.dir}/session.json`, run.dir, `${run.dir}/logs`, dir.at("root")].map(modeOf), [
    "600",
    "700",
    "700",
    "700",
  ]);
});

Deno.test("RunStore.create() makes the named directory and a link to it when one is named", () => {
  using dir = new RunsDir();
  const run = dir.store.create(RUN, { dir: dir.at("some/where") });
  assertEquals([run.dir, run.linkTarget], [dir.at("some/where"), dir.at("some/where")]);
  assertEquals(tree(dir.path), [`root/${run.id}`, "some/where/logs/", "some/where/session.json"]);
  assertEquals(Deno.readLinkSync(dir.store.symlinkPath(run.id)), dir.at("some/where"));
  assertEquals(dir.store.getById(run.id), run);
  assertEquals(dir.store.getByPath(dir.at("some/where")), { ...run, linkTarget: null });
  assertEquals(dir.listed(), { ids: [run.id], notices: [] });
  assertEquals(modeOf(`${run.dir}/session.json`), "600");
});

Deno.test("RunStore.create() keeps the files of a named directory when it holds some", () => {
  using dir = new RunsDir();
  dir.write("mine/notes.txt", "mine");
  dir.store.create(RUN, { dir: dir.at("mine") });
  assertEquals(tree(dir.at("mine")), ["logs/", "notes.txt", "session.json"]);
});

Deno.test("RunStore.create() draws another id when the first is in use", () => {
  using dir = new RunsDir();
  const startedAt = "2026-05-01T14:19:07Z";
  const root = dir.at("root");
  Deno.mkdirSync(root);
  for (let digits = 0; digits < 65536; digits += 2) { // every other one
    Deno.symlinkSync("gone", `${root}/20260501T141907-${digits.toString(16).padStart(4, "0")}`);
  }
  const ids = Array.from({ length: 20 }, () => dir.store.create({ ...RUN, startedAt }).id);
  assertEquals(new Set(ids).size, 20);
  assertEquals(dir.listed().ids.toSorted(), ids.toSorted());
});

Deno.test("RunStore.create() throws AlreadyExists and leaves the run alone when its id is in use", () => {
  using dir = new RunsDir();
  const { id, dir: path } = dir.store.create(RUN, { id: "mine" });
  const before = Deno.readTextFileSync(`${path}/session.json`);
  assertThrows(
    () => dir.store.create(RUN, { id }),
    Deno.errors.AlreadyExists,
    'Cannot create run "mine": the id is in use',
  );
  Deno.writeTextFileSync(dir.at("root/file"), "");
  Deno.symlinkSync("gone", dir.at("root/link"));
  for (const taken of ["mine", "file", "link"]) {
    const named = { id: taken, dir: dir.at("elsewhere/deep") };
    assertThrows(() => dir.store.create(RUN, named), Deno.errors.AlreadyExists);
    assertThrows(() => dir.store.create(RUN, { id: taken }), Deno.errors.AlreadyExists);
  }
  assertEquals(Deno.readTextFileSync(`${path}/session.json`), before);
  assertEquals(tree(dir.path), ["root/file", "root/link", "root/mine/logs/", "root/mine/session.json"]);
});

Deno.test("RunStore.create() throws AlreadyExists and changes nothing when the named directory is taken", () => {
  using dir = new RunsDir();
  dir.record("run");
  dir.write("logs/logs/mine.txt", "mine");
  dir.write("file/logs", "mine");
  const before = tree(dir.path);
  for (const name of ["run", "logs", "file"]) {
    assertThrows(() => dir.store.create(RUN, { dir: dir.at(name) }), Deno.errors.AlreadyExists, "it already holds");
  }
  assertThrows(() => dir.store.create(RUN, { dir: dir.at("logs/logs/mine.txt") }));
  assertThrows(() => dir.store.create(RUN, { dir: dir.at("logs/logs/mine.txt/below") }));
  assertEquals(tree(dir.path), before);
});

Deno.test("RunStore.create() leaves nothing behind when the record cannot be written", () => {
  using dir = new RunsDir();
  dir.write("mine/notes.txt", "mine");
  const wrong = { ...RUN, imageTag: 7 as unknown as string };
  for (const options of [{}, { id: "x" }, { dir: dir.at("new/deep") }, { dir: dir.at("mine") }]) {
    assertThrows(() => dir.store.create(wrong, options), TypeError);
    assertEquals(tree(dir.path), ["mine/notes.txt", "root/"]);
    Deno.removeSync(dir.at("root"), { recursive: true });
    Deno.mkdirSync(dir.at("root"));
  }
  assertThrows(() => dir.store.create({ ...RUN, startedAt: "soon" }), TypeError, "Cannot create run");
});

Deno.test("RunStore.create() leaves nothing behind when a link was made and the record cannot be written", () => {
  using dir = new RunsDir();
  dir.write("mine/session.json.tmp/mine.txt", "mine"); // a directory where the record is drafted
  assertThrows(() => dir.store.create(RUN, { dir: dir.at("mine") }));
  assertEquals(tree(dir.path), ["mine/session.json.tmp/mine.txt", "root/"]);
  const store = new RunStore(dir.write("file", ""));
  assertThrows(() => store.create(RUN, { dir: dir.at("new/deep") }));
  assertEquals(tree(dir.path), ["file", "mine/session.json.tmp/mine.txt", "root/"]);
});

Deno.test("RunStore.create() takes a directory again when it was interrupted there before", () => {
  using dir = new RunsDir();
  Deno.mkdirSync(dir.at("root"));
  Deno.mkdirSync(dir.at("mine/logs"), { recursive: true });
  Deno.symlinkSync(dir.at("mine"), dir.at("root/20260501T141907-dead"));
  assertEquals(dir.listed(), { ids: [], notices: [] });
  const run = dir.store.create(RUN, { dir: dir.at("mine") });
  assertEquals(dir.listed(), { ids: [run.id], notices: [] });
});

Deno.test("RunStore.create() makes the named directory again when somebody removes it meanwhile", () => {
  using dir = new RunsDir();
  const remove = (): void => Deno.removeSync(dir.at("new"), { recursive: true });
  const create = (): unknown => dir.store.create(RUN, { dir: dir.at("new/mine") });
  meanwhile("realPathSync", "mine", remove, () => meanwhile("openSync", "session.json.lock", remove, create));
  assertEquals(tree(dir.at("new")), ["mine/logs/", "mine/session.json"]);
});

Deno.test("RunStore.create() lists a run once when its directory lies in the store under another name", () => {
  using dir = new RunsDir();
  const run = dir.store.create(RUN, { dir: dir.at("root/mine") });
  assertEquals(dir.store.list(), [run]);
});

Deno.test("RunStore.create() keeps fields that the format does not list when some are given", () => {
  using dir = new RunsDir();
  const { id } = dir.store.create({ ...RUN, fields: { ziglog: { session: "x" }, id: "ignored" } });
  dir.store.finalize(id, DONE);
  const record = JSON.parse(Deno.readTextFileSync(`${dir.store.symlinkPath(id)}/session.json`));
  assertEquals(Object.keys(record).at(-1), "ziglog");
  assertEquals([record.ziglog, record.id], [{ session: "x" }, id]);
});

Deno.test("RunStore.finalize() writes the end once and leaves all else when a run ends", () => {
  using dir = new RunsDir();
  for (const options of [{}, { dir: dir.at("elsewhere") }]) {
    const run = dir.store.create(RUN, options);
    const { record } = dir.store.finalize(run.id, { exitCode: 3, endedAt: "2026-05-01T14:19:07.100Z" });
    assertEquals(record, { ...run.record, ended_at: "2026-05-01T14:19:07.1Z", exit_code: 3 });
    assertThrows(() => dir.store.finalize(run.id, DONE), SessionEndedError);
    assertEquals(dir.store.getById(run.id).record, record);
    assertEquals(tree(run.dir), ["logs/", "session.json"]);
  }
});

Deno.test("RunStore.finalize() throws and writes nothing when the end cannot be written", () => {
  using dir = new RunsDir();
  const run = dir.store.create(RUN);
  assertThrows(() => dir.store.finalize(run.id, { exitCode: 2 ** 31 }), TypeError);
  assertThrows(() => dir.store.finalize(run.id, { exitCode: 0, endedAt: "soon" }), TypeError, "Cannot end run");
  assertThrows(() => dir.store.finalize("nope", DONE), SessionNotFoundError);
  assertThrows(() => dir.store.finalize("../root", DONE), SyntaxError);
  assertEquals(dir.store.getById(run.id), run);
  assertEquals(tree(run.dir), ["logs/", "session.json"]);
});

Deno.test("RunStore.list() lists the newest first when runs began in the same second", () => {
  using dir = new RunsDir();
  const times = ["07.5Z", "07Z", "07.25Z", "08Z", "07.500000001Z"].map((end) => `2026-05-01T14:19:${end}`);
  times.forEach((started_at, at) => dir.record(`root/run-${at}`, { started_at }));
  dir.record("root/run-9", { started_at: times[0] });
  assertEquals(dir.listed().ids, ["run-3", "run-4", "run-9", "run-0", "run-2", "run-1"]);
});

Deno.test("RunStore.list() lists nothing when there is no store yet", () => {
  using dir = new RunsDir();
  assertEquals(dir.listed(), { ids: [], notices: [] });
  assertEquals(new RunStore(dir.write("file", "")).list(), []);
  assertEquals(tree(dir.path), ["file"]);
});

Deno.test("RunStore.getById() throws SessionNotFoundError when there is no such run", () => {
  using dir = new RunsDir();
  dir.write("root/file", "");
  dir.write("root/empty/notes", "");
  Deno.symlinkSync("gone", dir.at("root/dangling"));
  for (const id of ["nope", "file", "empty", "dangling"]) {
    assertThrows(() => dir.store.getById(id), SessionNotFoundError, id);
  }
  assertThrows(() => dir.store.getByPath(dir.at("root/empty")), SessionNotFoundError);
  assertThrows(() => dir.store.getByPath(dir.at("nowhere")), SessionNotFoundError);
  for (const id of ["../root/file", "/etc", ""]) {
    assertThrows(() => dir.store.getById(id), SyntaxError);
    assertThrows(() => dir.store.symlinkPath(id), SyntaxError);
    assertThrows(() => dir.store.removeById(id), SyntaxError);
    assertThrows(() => dir.store.create(RUN, { id }), SyntaxError);
  }
});

Deno.test("listRunLogs() lists the files of a run by name and follows no link when asked", () => {
  using dir = new RunsDir();
  const run = dir.store.create(RUN);
  assertEquals(listRunLogs(run), []);
  dir.write(`root/${run.id}/logs/b.stderr`, "12345");
  dir.write(`root/${run.id}/logs/a/deep.log`, "1");
  Deno.symlinkSync("/etc", `${run.dir}/logs/link`);
  Deno.symlinkSync(`${run.dir}/session.json`, `${run.dir}/logs/record.json`);
  assertEquals(listRunLogs(run).map(({ name, bytes }) => [name, bytes]), [["a/deep.log", 1], ["b.stderr", 5]]);
  assertEquals(listRunLogs({ dir: dir.at("nowhere") }), []);
});

Deno.test("runStatus() tells the state of a run when its record or its silence does", () => {
  using dir = new RunsDir();
  const status = (fields: object, now?: number): unknown => {
    dir.record("root/run", fields);
    return runStatus(dir.store.getById("run"), now);
  };
  assertEquals(status({}), { state: "success", durationMs: 60_000 });
  assertEquals(status({ exit_code: 7 }), { state: "failure", durationMs: 60_000 });
  assertEquals(status({ started_at: "2027-01-01T00:00:00Z" }), { state: "success", durationMs: null });
  assertEquals(status({ exit_code: undefined }), { state: "stale", durationMs: 60_000 });
  const open = { ended_at: undefined, exit_code: undefined };
  const path = dir.write("root/run/logs/a.log", "");
  const now = Date.UTC(2030, 0, 1);
  const state = (written: number): unknown => {
    dir.record("root/run", open);
    const run = dir.store.getById("run");
    Deno.utimeSync(`${run.dir}/session.json`, new Date(now - 60_000), new Date(now - 60_000));
    Deno.utimeSync(path, new Date(written), new Date(written));
    return runStatus(run, now).state;
  };
  assertEquals([now - 1000, now - 40_000, now - 90_000].map(state), ["running", "stale", "stale"]);
});
