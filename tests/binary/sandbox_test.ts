/** What a binary lets its commands do: a build with hidden commands that try to do more. */

import { assertEquals } from "@std/assert";
import type { Access } from "../../src/cli/access.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { pathOf } from "../helpers/path_of.ts";
import { needs } from "../helpers/skip.ts";
import { TempDir } from "../helpers/temp_dir.ts";
import { builtOnce } from "./built.ts";
import type { Outcomes } from "./probe/probes.ts";

const build = builtOnce(pathOf("./probe", import.meta.url));

const MAY_READ = ["read the store", "list the store"];
const MAY_WRITE = ["write the store", "replace in the store", "remove a link"];
const MAY_RUN = ["start a program", "signal a process", "read a variable that ziglog does not know"];

/** What shall come of the attempts that do not fail. */
function allowed({ run = false, store, sys = [] }: Access): string[] {
  return [
    ...MAY_READ,
    ...(store === "write" ? MAY_WRITE : []),
    ...(run ? MAY_RUN : []),
    ...(sys.includes("statfs") ? ["ask about the file system"] : []),
  ];
}

/** What differs from that when more is named. */
const NAMED: Readonly<Record<string, (home: TempDir) => { args: string[]; may: readonly string[] }>> = {
  "run PLAN": (home) => ({ args: [home.at("beside/named")], may: ["read what is named"] }),
  "listen --cursor FILE": (home) => ({
    args: ["--cursor", home.at("beside/named")],
    may: ["read what is named", "replace what is named"],
  }),
  "list --root DIR": (home) => ({ args: ["--root", home.at("elsewhere")], may: [] }),
};

/** A store, and what lies beside it. */
function world(): TempDir {
  const home = new TempDir();
  home.write(".zig/file", "inside");
  home.write("beside/file", "outside");
  home.write("beside/named", "named");
  Deno.symlinkSync(home.at("beside/file"), home.at(".zig/link"));
  Deno.symlinkSync(home.at("beside/file"), home.at(".zig/removed"));
  Deno.symlinkSync(home.at("beside/made"), home.at(".zig/dangling"));
  Deno.symlinkSync("../beside", home.at(".zig/outside"));
  return home;
}

async function probe(name: string, home: TempDir, args: readonly string[] = []): Promise<Outcomes> {
  const env = { ZIGLOG_PROBE_STORE: home.at(".zig"), ZIGLOG_PROBE_BESIDE: home.at("beside") };
  const { code, stdout, stderr } = await (await build()).run([`probe-${name}`, ...args], { home: home.path, env });
  assertEquals([code, stderr], [7, ""]);
  return JSON.parse(stdout);
}

function expected(outcomes: Outcomes, may: readonly string[]): Outcomes {
  return Object.fromEntries(Object.keys(outcomes).map((name) => [name, may.includes(name) ? "done" : "NotCapable"]));
}

function contentOf(home: TempDir): string[] {
  const names = Array.from(Deno.readDirSync(home.at("beside")), ({ name }) => name).sort();
  return [...names, Deno.readTextFileSync(home.at("beside/file"))];
}

for (const [name, { access }] of Object.entries(COMMANDS)) {
  Deno.test({
    name: `launch() gives ${name} what its entry says and refuses all else`,
    ...needs("denort"),
    async fn(): Promise<void> {
      using home = world();
      const outcomes = await probe(name, home);
      assertEquals(outcomes, expected(outcomes, allowed(access)));
      assertEquals(contentOf(home), ["file", "named", "outside"]);
    },
  });
}

for (const [line, named] of Object.entries(NAMED)) {
  Deno.test({
    name: `launch() gives a command what its command line names in ${line}`,
    ...needs("denort"),
    async fn(): Promise<void> {
      using home = world();
      const [name] = line.split(" ") as [string];
      const { args, may } = named(home);
      const outcomes = await probe(name, home, args);
      const own = args.includes("--root") ? [] : allowed(COMMANDS[name]!.access);
      assertEquals(outcomes, expected(outcomes, [...own, ...may]));
    },
  });
}

Deno.test({
  name: "launch() gives the threads of an import what import gets, and refuses all else",
  ...needs("denort"),
  async fn(): Promise<void> {
    using home = world();
    const outcomes = await probe("thread", home);
    assertEquals(outcomes, expected(outcomes, allowed(COMMANDS.import!.access)));
    assertEquals(contentOf(home), ["file", "named", "outside"]);
  },
});

Deno.test({
  name: "launch() gives a command the path that the configuration of its store names",
  ...needs("denort"),
  async fn(): Promise<void> {
    using home = world();
    const options = { cursor: home.at("beside/named") };
    home.write(".zig/ziglog.jsonc", JSON.stringify({ defaults: { "probe-listen": options } }));
    const outcomes = await probe("listen", home);
    const may = [...allowed(COMMANDS.listen!.access), "read what is named", "replace what is named"];
    assertEquals(outcomes, expected(outcomes, may));
  },
});
