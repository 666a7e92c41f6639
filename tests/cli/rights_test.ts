/** What each command says when a right is missing, and which rights are enough for it. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { PathAccess } from "../../src/cli/access.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { denoArgs } from "../helpers/deno.ts";
import { GIVE_UP_MS } from "../helpers/following.ts";
import { denoDir } from "../../scripts/imports.ts";
import { needs } from "../helpers/skip.ts";
import { TempDir } from "../helpers/temp_dir.ts";
import { ended, output, started, Store } from "./store.ts";

const CLI = new URL("../../cli.ts", import.meta.url).href;
const ID = "5e551017";

/** A command line of each command that gets to the heart of the matter. */
const LINES: Readonly<Record<string, string>> = {
  run: "run -- true",
  record: "record",
  listen: `listen ${ID} --source zig --no-follow`,
  list: "list --all",
  show: `show ${ID} --source zig`,
  events: `events ${ID} --source zig`,
  search: "search text --all",
  logs: `logs ${ID}`,
  verify: "verify --all",
  repair: "repair --all --stale",
  reindex: "reindex --all",
  doctor: "doctor",
  prune: "prune --all --older-than 1d --yes --json",
  pin: `pin ${ID}`,
  unpin: `unpin ${ID}`,
  du: "du",
  start: "start workflow",
  emit: `emit ${ID} heartbeat`,
  end: `end ${ID}`,
  replay: `replay ${ID} --speed 1000`,
  diff: `diff ${ID} ${ID}`,
  stats: "stats",
  config: "config",
  completions: "completions bash",
  agents: "agents list",
  import: "import claude --from agent",
};

/** What these lines need that a look at the store does not, and what they do not need. */
const RIGHTS: Readonly<Record<string, (home: Home) => string[]>> = {
  run: (home) => [...home.rights("write"), "--allow-run"],
  import: (home) => [
    ...home.rights("read"),
    `--allow-write=${home.store}/agents`,
    `--allow-read=${home.at("agent")}`,
  ],
  completions: () => [],
};

/** How these lines end when they have all rights, where it is not well. */
const CODES: Readonly<Record<string, number>> = { verify: 1, logs: 3, emit: 3, end: 3 };

/** A home directory with a session in its store. */
class Home extends TempDir {
  readonly store = this.at(".zig");
  readonly env: Record<string, string> = {
    SHELL: "/bin/sh", // what a terminal starts
    HOME: this.path,
    USERPROFILE: this.path,
    ZIGLOG_ROOT: "",
    DENO_DIR: denoDir(),
    NO_COLOR: "1",
  };

  constructor() {
    super();
    using elsewhere = new Store();
    const log = elsewhere.put([started("workflow"), output("step", "text"), ended()], { id: ID });
    const path = this.write(`.zig/logs/sessions/${ID}.jsonl`, Deno.readTextFileSync(log));
    Deno.utimeSync(path, 0, 0); // nobody writes it any more
    Deno.mkdirSync(this.at("agent"));
  }

  /** The rights to use the store. */
  rights(access: PathAccess): string[] {
    const read = ["--allow-env=HOME,USERPROFILE", `--allow-read=${this.store}`];
    return access === "read" ? read : [...read, `--allow-write=${this.store}`];
  }
}

interface Outcome {
  readonly code: number;
  readonly stderr: string;
}

async function run(rights: readonly string[], line: string, home: Home): Promise<Outcome> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: words(["--no-prompt", ...rights], line),
    cwd: home.path,
    env: home.env,
    stdin: "null",
    stderr: "piped",
    stdout: "null",
    signal: AbortSignal.timeout(GIVE_UP_MS),
  }).output();
  return { code, stderr: new TextDecoder().decode(stderr) };
}

function words(flags: readonly string[], line: string): string[] {
  return [...denoArgs("run"), "--quiet", ...flags, CLI, ...line.split(" ")];
}

/** Begins with no rights at all, and grants what each error names until there is none: an error is all that is said. */
async function grantAsNamed(line: string, home: Home): Promise<Outcome & { readonly rights: string[] }> {
  const rights: string[] = [];
  for (;;) {
    const outcome = await run(rights, line, home);
    const said = outcome.stderr.replaceAll(home.path, "~"); // in which there may be anything
    const flag = /--allow-[a-z]+(=[^\s)]+)?/.exec(said)?.[0].replaceAll("~", home.path);
    if (flag === undefined) return { ...outcome, rights };
    assertMatch(outcome.stderr, /^ziglog: Cannot [^\n]*run with --allow-[^\n]*\n$/);
    assert(outcome.code === 2 || outcome.code === 5, `exit code ${outcome.code}: ${outcome.stderr}`);
    assert(!rights.includes(flag), `${flag} did not help: ${outcome.stderr}`);
    rights.push(flag);
  }
}

Deno.test("COMMANDS holds no command that is not tried here", () => {
  assertEquals(Object.keys(LINES).sort(), Object.keys(COMMANDS).sort());
});

for (const [name, { access }] of Object.entries(COMMANDS)) {
  const line = LINES[name];
  if (line === undefined) continue;

  Deno.test(`${name} names each flag that it lacks, and needs no more than the store otherwise`, async () => {
    using home = new Home();
    const { rights, code, stderr } = await grantAsNamed(line, home);
    const expected = RIGHTS[name]?.(home) ?? home.rights(access.store);
    assertEquals([rights.sort(), code], [expected.sort(), CODES[name] ?? 0], stderr);
  });

  Deno.test({
    name: `${name} never prompts at a terminal when rights are missing`,
    ...needs("script"),
    async fn(): Promise<void> {
      using home = new Home();
      const rights = RIGHTS[name]?.(home) ?? home.rights(access.store);
      const steps = rights.map((_, at) => [Deno.execPath(), ...words(rights.slice(0, at), line)].map(quote).join(" "));
      const { signal, stdout } = await new Deno.Command("script", {
        args: ["--quiet", "--return", "--command", steps.join("; "), "/dev/null"],
        cwd: home.path,
        env: home.env,
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
        signal: AbortSignal.timeout(GIVE_UP_MS), // who prompts waits for an answer
      }).output();
      const said = new TextDecoder().decode(stdout);
      assertEquals(signal, null, said);
      const lines = said.split("\r\n").slice(0, -1);
      assertEquals(lines.length, steps.length, said);
      for (const line of lines) assertMatch(line, /^ziglog: .*run with --allow-/);
    },
  });
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
