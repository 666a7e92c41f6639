/** Where the runs are kept: flag, repository, user, default. */

import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { denoDir } from "../../scripts/imports.ts";
import { UsageError } from "../../src/errors.ts";
import {
  resolveSessionRoot,
  resolveSessionRootForReading,
  type SessionRootOptions,
} from "../../src/outrig/session_root.ts";
import { type FixtureResult, resultOf, spawnFixture } from "../helpers/fixture.ts";
import { TempDir } from "../helpers/temp_dir.ts";

const VARIABLES = ["HOME", "USERPROFILE", "XDG_CONFIG_HOME", "XDG_DATA_HOME"];

/** A home directory, and a repository below it. Environment variables are put back at the end. */
class Home extends TempDir {
  readonly #before = VARIABLES.map((name) => [name, Deno.env.get(name)] as const);

  constructor(env: Readonly<Record<string, string>> = {}) {
    super();
    for (const name of VARIABLES) Deno.env.delete(name);
    Deno.env.set("HOME", this.path);
    for (const [name, value] of Object.entries(env)) Deno.env.set(name, value.replace("HOME", this.path));
    Deno.mkdirSync(this.at("repo/deep/er"), { recursive: true });
  }

  repository(text: string): void {
    this.write("repo/.agents/outrig/config.toml", text);
  }

  user(text: string): void {
    this.write(".outrig/config.toml", text);
  }

  /** Where both forms say that the runs are, relative to the home directory. */
  root(options: SessionRootOptions = {}): string {
    const where = { cwd: this.at("repo/deep/er"), ...options };
    const root = resolveSessionRoot(where);
    assertEquals(resolveSessionRootForReading(where), root);
    return root.replace(this.path, "~");
  }

  override [Symbol.dispose](): void {
    for (const [name, value] of this.#before) value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
    super[Symbol.dispose]();
  }
}

Deno.test("resolveSessionRoot() finds the default when nothing says otherwise", () => {
  using home = new Home();
  assertEquals(home.root(), "~/.local/share/outrig/sessions");
  home.user('default-image = "x"\n[network]\nmode = "none"\n');
  home.repository("");
  assertEquals(home.root(), "~/.local/share/outrig/sessions");
});

Deno.test("resolveSessionRoot() prefers the flag, then the repository, then the user when each says something", () => {
  using home = new Home();
  home.user('session-root = "/user"\n');
  assertEquals(home.root(), "/user");
  home.repository('session-root = "/repository"\n[images.default]\nx = 1\n');
  assertEquals(home.root(), "/repository");
  assertEquals(home.root({ cwd: home.path }), "/user");
  assertEquals(home.root({ flag: "/flag" }), "/flag");
  assertEquals(home.root({ flag: "" }), "/repository");
  assertEquals(home.root({ flag: "../flag" }), "~/repo/deep/flag");
});

Deno.test("resolveSessionRoot() takes relative paths from the place of the configuration when it finds some", () => {
  using home = new Home();
  home.user('session-root = "runs"\n');
  assertEquals(home.root(), "~/.outrig/runs");
  home.user('session-root = "~/runs/./here"\n');
  assertEquals(home.root(), "~/runs/here");
  home.user('session-root = "~"\n');
  assertEquals(home.root(), "~");
  home.user('session-root = "~you/runs"\n');
  assertEquals(home.root(), "~/.outrig/~you/runs");
  home.repository('session-root = "runs"\n');
  assertEquals(home.root(), "~/repo/runs");
});

Deno.test("resolveSessionRoot() looks where the environment says when it says something absolute", () => {
  {
    using home = new Home({ XDG_DATA_HOME: "HOME/data", XDG_CONFIG_HOME: "HOME/config/" });
    home.user('session-root = "/ignored"\n');
    assertEquals(home.root(), "~/data/outrig/sessions");
    home.write("config/outrig/config.toml", 'session-root = "runs"\n');
    assertEquals(home.root(), "~/config/outrig/runs");
  }
  using home = new Home({ XDG_DATA_HOME: "data", XDG_CONFIG_HOME: "" });
  assertEquals(home.root(), "~/.local/share/outrig/sessions");
  home.user('session-root = "/user"\n');
  assertEquals(home.root(), "/user");
});

Deno.test("resolveSessionRoot() reads the named configuration of the user when one is named", () => {
  using home = new Home();
  home.user('session-root = "/user"\n');
  const globalConfig = home.write("other/named.toml", 'session-root = "runs"\n');
  assertEquals(home.root({ globalConfig }), "~/other/runs");
  const missing = { globalConfig: home.at("missing.toml"), cwd: home.path };
  for (const resolve of [resolveSessionRoot, resolveSessionRootForReading]) {
    assertThrows(() => resolve(missing), UsageError, "there is no such file");
    assertEquals(resolve({ ...missing, flag: "/flag" }), "/flag");
  }
});

const WRONG: Readonly<Record<string, readonly [text: string, why: string]>> = {
  "is no TOML": ["session-root =\n", "Cannot parse"],
  "names a number": ["session-root = 5\n", "5 is not a path"],
  "names nothing": ['session-root = ""\n', '"" is not a path'],
};
for (const [what, [text, why]] of Object.entries(WRONG)) {
  Deno.test(`resolveSessionRoot() throws UsageError, and to read it is passed over, when a configuration ${what}`, () => {
    using home = new Home();
    home.user('session-root = "/user"\n');
    home.repository(text);
    const cwd = home.at("repo");
    const error = assertThrows(() => resolveSessionRoot({ cwd }), UsageError, why);
    assertStringIncludes(error.message, home.at("repo/.agents/outrig/config.toml"));
    const notices: string[] = [];
    assertEquals(resolveSessionRootForReading({ cwd, notice: (message) => notices.push(message) }), "/user");
    assertEquals(notices, [error.message]);
    home.user(text);
    assertEquals(resolveSessionRootForReading({ cwd }), home.at(".local/share/outrig/sessions"));
  });
}

Deno.test("resolveSessionRoot() throws UsageError when no home directory is known", () => {
  using home = new Home();
  Deno.env.delete("HOME");
  for (const resolve of [resolveSessionRoot, resolveSessionRootForReading]) {
    assertThrows(() => resolve({ cwd: home.path }), UsageError, "HOME is not set");
    assertEquals(resolve({ cwd: home.path, flag: "/flag" }), "/flag");
  }
});

/** Resolves in a process with few rights. */
function limited(home: Home, ...rights: readonly string[]): Promise<FixtureResult> {
  const env = { HOME: home.path, USERPROFILE: home.path, DENO_DIR: denoDir(), NO_COLOR: "1" };
  return resultOf(spawnFixture("session_root.ts", { rights: ["--no-prompt", ...rights], env, cwd: home.at("repo") }));
}

Deno.test("resolveSessionRoot() names the flag when rights are missing, and to read it does without", async () => {
  using home = new Home();
  home.repository('session-root = "/repository"\n');
  const none = await limited(home);
  assertStringIncludes(none.stdout, "UsageError: Cannot find the runs of outrig: HOME may not be read");
  const environment = JSON.parse((await limited(home, "--allow-env")).stdout);
  const config = home.at(".outrig/config.toml");
  const missing = `Cannot read "${config}": permission is missing, run with --allow-read=${config}`;
  assertEquals(environment, {
    writing: `NotCapable: ${missing}`,
    reading: home.at(".local/share/outrig/sessions"),
    notices: [missing],
  });
  const { writing, notices } = JSON.parse((await limited(home, "--allow-env", `--allow-read=${home.path}`)).stdout);
  assertEquals([writing, notices], ["/repository", []]);
});
