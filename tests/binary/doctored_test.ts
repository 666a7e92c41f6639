/** A binary, and a store that somebody has prepared so that it leads elsewhere. */

import { assert, assertEquals } from "@std/assert";
import type { CliResult } from "../helpers/deno.ts";
import { needs } from "../helpers/skip.ts";
import { TempDir, tree } from "../helpers/temp_dir.ts";
import { builtOnce } from "./built.ts";

const build = builtOnce();

const SECRET = "top secret";

/** A store with one session, and a log beside it that tells a secret. */
class Doctored extends TempDir {
  static readonly #ID = "11111111-2222-4333-8444-555555555555";
  readonly id = Doctored.#ID;
  readonly outside = this.at("outside.jsonl");
  readonly inside = this.at(`.zig/logs/sessions/${this.id}.jsonl`);

  static async create(): Promise<Doctored> {
    const home = new Doctored();
    const { code, stdout } = await home.run(["start", "w", "--json"]);
    assertEquals(code, 0);
    const { zig_session_id: id, log_path: path } = JSON.parse(stdout);
    const text = Deno.readTextFileSync(path).replaceAll(id, home.id).replace('"w"', `"${SECRET}"`);
    Deno.writeTextFileSync(home.outside, text);
    return home;
  }

  run(args: readonly string[]): Promise<CliResult> {
    return build().then((binary) => binary.run(args, { home: this.path }));
  }

  /** Has both indexes name a log. */
  index(logPath: string): void {
    for (const path of [this.at(".zig/logs/index.json"), this.at(".zig/sessions_index.json")]) {
      const index = JSON.parse(Deno.readTextFileSync(path));
      index.sessions.push({ ...index.sessions[0], zig_session_id: this.id, log_path: logPath });
      Deno.writeTextFileSync(path, JSON.stringify(index));
    }
  }
}

/** How a store is made to lead to the log beside it. */
const WAYS: Readonly<Record<string, (home: Doctored) => void>> = {
  "an index names a log outside of the store": (home) => home.index(home.outside),
  "an index names a link to a log outside of the store": (home) => {
    Deno.symlinkSync(home.outside, home.at(".zig/link.jsonl"));
    home.index(home.at(".zig/link.jsonl"));
  },
  "an index names a log by a way out of the store": (home) => home.index(home.at(".zig/../outside.jsonl")),
  "a log is a link": (home) => Deno.symlinkSync(home.outside, home.inside),
  "a log that an index names is a link": (home) => {
    Deno.symlinkSync(home.outside, home.inside);
    home.index(home.inside);
  },
  "the directory of a project is a link": (home) => {
    Deno.mkdirSync(home.at("project/logs/sessions"), { recursive: true });
    Deno.copyFileSync(home.outside, home.at(`project/logs/sessions/${home.id}.jsonl`));
    Deno.mkdirSync(home.at(".zig/projects"));
    Deno.symlinkSync(home.at("project"), home.at(".zig/projects/linked"));
  },
};

/** Whatever looks at sessions, or changes them. */
const COMMANDS: readonly ((id: string) => readonly string[])[] = [
  () => ["list", "--all", "--json"],
  (id) => ["show", id],
  (id) => ["events", id, "--json"],
  (id) => ["listen", id, "--no-follow", "--json"],
  (id) => ["replay", id, "--speed", "1000"],
  () => ["listen", "--all", "--no-follow", "--json"],
  () => ["search", "--all", "secret"],
  () => ["stats", "--all", "--json"],
  () => ["du", "--json"],
  () => ["verify", "--all", "--json"],
  () => ["doctor", "--json"],
  (id) => ["emit", id, "step_output", "step_name=a", "line=written"],
  (id) => ["pin", id],
  (id) => ["repair", id, "--stale"],
  () => ["repair", "--all", "--stale"],
  (id) => ["end", id],
  () => ["reindex", "--all"],
  () => ["prune", "--all", "--older-than", "0s", "--yes"],
];

function look(home: Doctored): readonly (readonly [string, string])[] {
  return tree(home.path).filter((path) => /^(outside|project)/.test(path))
    .map((path) => [path, Deno.readTextFileSync(home.at(path))] as const);
}

for (const [way, doctor] of Object.entries(WAYS)) {
  Deno.test({
    name: `the binary neither reads nor changes what is outside of the store when ${way}`,
    ...needs("denort"),
    async fn(): Promise<void> {
      using home = await Doctored.create();
      doctor(home);
      const before = look(home);
      for (const command of COMMANDS) {
        const args = command(home.id);
        const { stdout, stderr } = await home.run(args);
        assert(!`${stdout}${stderr}`.includes(SECRET), `${args.join(" ")}: ${stdout}${stderr}`);
        assert(!stderr.includes("internal error"), `${args.join(" ")}: ${stderr}`);
        assertEquals(look(home), before, `${args.join(" ")}: ${stderr}`);
      }
    },
  });
}
