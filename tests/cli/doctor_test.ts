import { assert, assertEquals, assertMatch } from "@std/assert";
import { denoDir } from "../../scripts/imports.ts";
import { denoArgs, runCli } from "../helpers/deno.ts";
import { recordAtHome } from "../helpers/recorded.ts";
import { TempDir } from "../helpers/temp_dir.ts";

Deno.test("ziglog doctor tells what is well, what is not, and what to do", async () => {
  using dir = new TempDir();
  recordAtHome(dir, "dead");
  const { code, stdout, stderr } = await runCli(["doctor"], { home: dir.path });
  assertEquals([code, stderr], [/^bad +disk space/m.test(stdout) ? 1 : 0, ""]);
  assertMatch(stdout, /^ok {7}store +\/.*\.zig$/m);
  assertMatch(stdout, /^warn {5}crashed sessions +the writers of 1 have died .*\n +try: ziglog repair --all$/m);
  assertMatch(stdout, /^\w+ +disk space +.* are free$/m);

  assertEquals((await runCli(["repair", "--all"], { home: dir.path })).code, 0);
  const after = await runCli(["doctor"], { home: dir.path });
  assert(!after.stdout.includes("repair --all"), after.stdout);
});

Deno.test("ziglog doctor --json exits with 1 when something is bad", async () => {
  using dir = new TempDir();
  const { logPath } = recordAtHome(dir, "success");
  Deno.writeTextFileSync(logPath, "garbage\n", { append: true });
  const { code, stdout } = await runCli(["doctor", "--json"], { home: dir.path });
  assertEquals(code, 1);
  const checks = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  const bad = checks.filter(({ check, state }) => state === "bad" && check !== "disk space");
  assertEquals(bad.map(({ check, fix }) => [check, fix]), [["logs", "ziglog verify --all"]]);
});

Deno.test("ziglog doctor says what it may not ask, and works without", () => {
  using dir = new TempDir();
  const rights = ["--no-prompt", "--allow-read", `--allow-write=${dir.path}/.zig`, "--allow-env"];
  const { success, stdout } = new Deno.Command(Deno.execPath(), {
    args: [...denoArgs("run"), ...rights, new URL("../../cli.ts", import.meta.url).href, "doctor"],
    cwd: dir.path,
    env: { HOME: dir.path, DENO_DIR: denoDir() },
    stderr: "null",
  }).outputSync();
  assert(success, "it may not be seen, and so cannot be bad");
  assertMatch(new TextDecoder().decode(stdout), /^unknown {2}disk space +.*--allow-sys=statfs/m);
});
