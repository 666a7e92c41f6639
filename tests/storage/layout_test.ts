import { assertEquals } from "@std/assert";
import { parseSessionId } from "../../src/session_id.ts";
import { allProjects, lockPathOf, logPathOf, openLayout, projectName, readDir } from "../../src/storage/layout.ts";
import { resultOf, spawnFixture } from "../helpers/fixture.ts";
import { TempDir } from "../helpers/temp_dir.ts";

for (
  const [gitRoot, name] of [
    ["/a/b", "a-b"],
    ["/a/b-c", "a-b-c"],
    ["/a-b/c", "a-b-c"],
    ["/a/b/c", "a-b-c"],
    ["/home/me/päth with space", "home-me-päth with space"],
    ["/a/.b/..c", "a-.b-..c"],
    ["/a/b:c\\d", "a-b:c\\d"],
    ["//a", "a"],
    ["/", ""],
  ] as const
) {
  Deno.test(`projectName() says ${name} when the git root is ${gitRoot}`, () =>
    assertEquals(projectName(gitRoot, false), name));
}

for (
  const [gitRoot, name] of [
    ["C:\\a\\b", "C-a-b"],
    ["d:\\a b\\c-d", "d-a b-c-d"],
    ["C:/a/b", "C-a-b"],
    ["C:\\", "C-"],
    ["\\\\server\\share\\a", "server-share-a"],
    ["\\\\?\\C:\\a", "C-a"],
    ["\\\\?\\UNC\\server\\share\\a", "server-share-a"],
  ] as const
) {
  Deno.test(`projectName() says ${name} on Windows when the git root is ${gitRoot}`, () => {
    assertEquals(projectName(gitRoot, true), name);
    assertEquals(/[<>:"/\\|?*]/.test(name), false);
  });
}

Deno.test("openLayout() names the project after the nearest git root, be it marked by a directory or a file", () => {
  using dir = new TempDir();
  dir.write("one/.git/HEAD", "");
  dir.write("one/two/.git", "gitdir: elsewhere\n");
  Deno.mkdirSync(dir.at("one/two/deep/er"), { recursive: true });
  Deno.mkdirSync(dir.at("one/other"));
  const root = dir.at("store");
  const projectDir = (project: string): string => openLayout({ root, project: dir.at(project) }).projectDir;
  for (const project of ["one", "one/other", "one/not/there"]) {
    assertEquals(projectDir(project), `${root}/projects/${projectName(dir.at("one"))}`);
  }
  for (const project of ["one/two", "one/two/deep/er", "one/two/deep/../"]) {
    assertEquals(projectDir(project), `${root}/projects/${projectName(dir.at("one/two"))}`);
  }
});

Deno.test("openLayout() names the project after a directory that was asked for when that is in no repository", () => {
  using dir = new TempDir();
  const layout = openLayout({ root: dir.at("store"), project: dir.at("plain") });
  assertEquals(layout.projectDir, `${dir.path}/store/projects/${projectName(dir.at("plain"))}`);
  assertEquals(layout.projectFound, true);
});

Deno.test("openLayout() gives the paths of the Rust programs and creates nothing", () => {
  using dir = new TempDir();
  dir.write("repo/.git", "");
  const layout = openLayout({ root: dir.at("store"), project: dir.at("repo") });
  const projectDir = `${dir.path}/store/projects/${projectName(dir.at("repo"))}`;
  assertEquals(layout, {
    root: dir.at("store"),
    projectDir,
    projectFound: true,
    logsDir: `${projectDir}/logs`,
    sessionsDir: `${projectDir}/logs/sessions`,
    indexPath: `${projectDir}/logs/index.json`,
    globalIndexPath: dir.at("store/sessions_index.json"),
  });
  assertEquals(readDir(dir.at("store")), []);
  const logPath = logPathOf(layout, parseSessionId("a.b"));
  assertEquals(logPath, `${projectDir}/logs/sessions/a.b.jsonl`);
  assertEquals(lockPathOf(logPath), `${projectDir}/logs/sessions/a.b.lock`);
});

Deno.test("allProjects() gives the root's own layout and one a project when it is asked for all", () => {
  using dir = new TempDir();
  for (const name of ["b", "a", "a-b-c"]) Deno.mkdirSync(dir.at(`store/projects/${name}`), { recursive: true });
  dir.write("store/projects/file", "");
  const root = dir.at("store");
  const dirs = allProjects(root).map((layout) => layout.projectDir);
  for (const expected of [root, `${root}/projects/a`, `${root}/projects/a-b-c`, `${root}/projects/b`]) {
    assertEquals(dirs.filter((path) => path === expected).length, 1, expected);
  }
  assertEquals(dirs.includes(`${root}/projects/file`), false);
  assertEquals(allProjects(dir.at("nowhere")).map((layout) => layout.projectDir).includes(dir.at("nowhere")), true);
});

Deno.test("allProjects() finds the project of a repository at the top of the file system", () => {
  using dir = new TempDir();
  const root = dir.at("store");
  const { projectDir, sessionsDir } = openLayout({ root, project: "/" });
  Deno.mkdirSync(sessionsDir, { recursive: true });
  assertEquals(allProjects(root).map((layout) => layout.projectDir).includes(projectDir), true);
});

interface Opened {
  readonly root?: string;
  readonly projectDir?: string;
  readonly projectFound?: boolean;
  readonly name?: string;
  readonly message?: string;
}

/** Opens a layout in a process of its own, with these rights and variables. */
async function openElsewhere(
  dir: TempDir,
  rights: readonly string[],
  env: Record<string, string>,
  options: object = {},
): Promise<Opened> {
  Deno.mkdirSync(dir.at("repo/.git"), { recursive: true });
  const variables = { HOME: "", USERPROFILE: "", ZIGLOG_ROOT: "", ...env };
  const { stdout, stderr } = await resultOf(
    spawnFixture("open_layout.ts", {
      args: [JSON.stringify(options)],
      rights: ["--no-prompt", ...rights],
      // The cache must not be looked for in another home.
      env: { ...variables, DENO_DIR: denoDir() },
      cwd: dir.at("repo"),
    }),
  );
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout) as Opened;
}

let cache: string | undefined;

function denoDir(): string {
  const { stdout } = cache === undefined
    ? new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).outputSync()
    : { stdout: undefined };
  return cache ??= (JSON.parse(new TextDecoder().decode(stdout)) as { denoDir: string }).denoDir;
}

Deno.test("openLayout() looks for the store in ZIGLOG_ROOT, then HOME, then USERPROFILE", async () => {
  using dir = new TempDir();
  const all = ["--allow-env", "--allow-read"];
  const rootOf = async (env: Record<string, string>): Promise<unknown> => (await openElsewhere(dir, all, env)).root;
  assertEquals(await rootOf({ ZIGLOG_ROOT: "/moved", HOME: "/home/me", USERPROFILE: "/up" }), "/moved");
  assertEquals(await rootOf({ HOME: "/home/me", USERPROFILE: "/up" }), "/home/me/.zig");
  assertEquals(await rootOf({ USERPROFILE: "/up" }), "/up/.zig");
  assertEquals(await rootOf({ ZIGLOG_ROOT: "moved" }), dir.at("repo/moved"));
});

Deno.test("openLayout() names --root when there is no home", async () => {
  using dir = new TempDir();
  const { name, message } = await openElsewhere(dir, ["--allow-env", "--allow-read"], {});
  assertEquals([name, message?.includes("--root"), message?.includes("HOME is not set")], ["UsageError", true, true]);
  const withoutRight = await openElsewhere(dir, ["--allow-read"], { HOME: "/home/me" });
  assertEquals([withoutRight.name, withoutRight.message?.includes("--root")], ["UsageError", true]);
  assertEquals(withoutRight.message?.includes("--allow-env=HOME"), true);
});

Deno.test("openLayout() finds no project when nothing but the store may be read, and takes the one it is told", async () => {
  using dir = new TempDir();
  const rights = ["--allow-env=HOME,USERPROFILE", `--allow-read=${dir.path}/.zig`];
  const env = { HOME: dir.path };
  const root = `${dir.path}/.zig`;
  assertEquals(await openElsewhere(dir, rights, env), { root, projectDir: root, projectFound: false });
  const told = await openElsewhere(dir, rights, env, { project: dir.at("repo") });
  const projectDir = `${root}/projects/${projectName(dir.at("repo"))}`;
  assertEquals(told, { root, projectDir, projectFound: true });
  const all = await openElsewhere(dir, ["--allow-env", "--allow-read"], env);
  assertEquals(all, { root, projectDir, projectFound: true });
});

Deno.test("openLayout() names the flag when the store may not be read", async () => {
  using dir = new TempDir();
  const { name, message } = await openElsewhere(dir, ["--allow-env"], { HOME: dir.path });
  assertEquals([name, message?.includes(`--allow-read=${dir.path}/.zig`)], ["NotCapable", true]);
});
