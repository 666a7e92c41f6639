/** The lines of the README that install the program, run as they stand. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { chooseImports, denoDir, importFlags, PROJECT } from "../scripts/imports.ts";
import { VERSION } from "../src/version.ts";
import { findDenort } from "./helpers/denort.ts";
import { GIVE_UP_MS } from "./helpers/following.ts";
import { type NeedName, needs } from "./helpers/skip.ts";
import { TempDir } from "./helpers/temp_dir.ts";

const flags = importFlags(await chooseImports(), "run").map((flag) => `'${flag}'`).join(" ");
const { name } = JSON.parse(Deno.readTextFileSync(`${PROJECT}/deno.json`));
const LINES = installLines();

function installLines(): string[] {
  const readme = Deno.readTextFileSync(`${PROJECT}/README.md`);
  const block = /^## Install\n+```sh\n([\s\S]*?)^```/m.exec(readme)?.[1] ?? "";
  return block.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

/** The only line that fits. */
function line(pattern: RegExp): string {
  const found = LINES.filter((line) => pattern.test(line));
  assertEquals(found.length, 1, `${pattern} in ${LINES.join("\n")}`);
  return found[0]!;
}

/** Puts what can be reached in place of what cannot: `https://…` is no host, and nothing is taken from JSR. */
function reachable(line: string, base: string): string {
  const local = line.replace("https://…", base).replace(`jsr:${name}/cli`, `${base}/cli.ts`);
  return local.replace(/^deno (run|install -g)/, `$& ${flags}`);
}

/** A home directory of somebody who has Deno. */
class Home extends TempDir {
  /** Runs a line in a shell. */
  async sh(line: string, cwd: string = this.path): Promise<{ code: number; stdout: string; stderr: string }> {
    const deno = Deno.execPath().replace(/[/\\][^/\\]*$/, "");
    const runtime = findDenort();
    const { code, stdout, stderr } = await new Deno.Command("sh", {
      args: ["-c", line],
      cwd,
      clearEnv: true,
      env: {
        HOME: this.path,
        PATH: `${this.path}/.deno/bin:${deno}:${Deno.env.get("PATH")}`,
        DENO_DIR: denoDir(),
        NO_COLOR: "1",
        ...(runtime === "none" || runtime.file === undefined ? {} : { DENORT_BIN: runtime.file }),
      },
      stdin: "null",
      signal: AbortSignal.timeout(GIVE_UP_MS),
    }).output();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  }
}

/** Serves the sources as a web server would. */
async function serving(use: (base: string) => Promise<void>): Promise<void> {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    const path = new URL(request.url).pathname;
    if (!/^\/(cli\.ts|src\/[\w./]+\.ts)$/.test(path) || path.includes("..")) return new Response("", { status: 404 });
    const headers = { "content-type": "application/typescript" };
    return new Response(await Deno.readTextFile(`${PROJECT}${path}`), { headers });
  });
  try {
    await use(`http://127.0.0.1:${server.addr.port}`);
  } finally {
    await server.shutdown();
  }
}

function test(title: string, fn: (home: Home) => Promise<void>, ...more: readonly NeedName[]): void {
  Deno.test({
    name: `README.md ${title}`,
    ...needs("sh", ...more),
    async fn(): Promise<void> {
      using home = new Home();
      await fn(home);
    },
  });
}

test("runs the program from a URL", async (home) => {
  await serving(async (base) => {
    const { code, stderr } = await home.sh(reachable(line(/^deno run /), base));
    assertEquals(code, 0, stderr);
    assertStringIncludes(stderr, `nothing is recorded in ${home.path}/.zig`);
  });
});

for (const [from, pattern] of [["a URL", / https:/], ["JSR", / jsr:/]] as const) {
  test(`installs a command from ${from} that records and lists`, async (home) => {
    await serving(async (base) => {
      const { code, stderr } = await home.sh(reachable(line(new RegExp(`^deno install .*${pattern.source}`)), base));
      assertEquals(code, 0, stderr);
      const run = await home.sh("ziglog run -- true");
      assertEquals(run.code, 0, run.stderr);
      const { stdout } = await home.sh("ziglog list --json");
      assertEquals(JSON.parse(stdout).state, "success");
    });
  });
}

test("installs the binary", async (home) => {
  const { code, stderr } = await home.sh(line(/^deno task install/), PROJECT);
  assertEquals(code, 0, stderr);
  assertMatch(
    stderr,
    new RegExp(`installed ${home.path}/.local/bin/ziglog\n${home.path}/.local/bin is not on the PATH`),
  );
  assertEquals((await home.sh('"$HOME/.local/bin/ziglog" --version')).stdout, `ziglog ${VERSION}\n`);
  assertEquals(Array.from(Deno.readDirSync(home.at(".local/bin")), ({ name }) => name), ["ziglog"]);
}, "denort");

test("runs the program from a checkout", async (home) => {
  const { code, stderr } = await home.sh(line(/^deno task ziglog/), PROJECT);
  assertEquals(code, 0, stderr);
  assertStringIncludes(stderr, `nothing is recorded in ${home.path}/.zig`);
});

Deno.test("README.md installs by the names that the package has", () => {
  const names = LINES.flatMap((line) => line.match(/jsr:\S+/g) ?? []);
  assert(names.length > 0);
  for (const each of names) assertMatch(each, new RegExp(`^jsr:${name}(/cli)?$`));
  assertEquals(line(/^deno add/), `deno add jsr:${name}`);
});
