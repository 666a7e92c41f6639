import { assertEquals, assertThrows } from "@std/assert";
import { AGENTS } from "../../../src/agent/adapters/agents.ts";
import type { AgentName } from "../../../src/agent/transcript.ts";
import { UsageError } from "../../../src/errors.ts";
import { TempDir } from "../../helpers/temp_dir.ts";
import { fixtureFolder } from "../transcripts.ts";

/** A directory of the fixtures with sessions of each agent, and how many are not in it. */
const CLOSED: Readonly<Record<AgentName, readonly [directory: string, others: number]>> = {
  claude: ["projects/-home-ada-shop/6f1d2c3b-7a45-4e19-9c02-5d8e1f3a7b60/subagents", 3],
  codex: ["sessions/2026/08/20", 2],
  gemini: ["tmp/shop/chats", 1],
  copilot: ["session-state/5fecb21a-8cde-4fa1-ac96-934505967671", 2],
};

/** Runs something while the system lets nobody look into a directory. */
function closing<T>(directory: string, body: () => T): T {
  const { readDirSync, lstatSync } = Deno;
  const refuse = (path: string | URL): void => {
    if (`${path}/`.startsWith(`${directory}/`)) throw new Deno.errors.PermissionDenied(`Permission denied: ${path}`);
  };
  try {
    Object.assign(Deno, {
      readDirSync: (path: string | URL) => (refuse(path), readDirSync(path)),
      lstatSync: (path: string | URL) => (refuse(path), lstatSync(path)),
    });
    return body();
  } finally {
    Object.assign(Deno, { readDirSync, lstatSync });
  }
}

/** What the agents keep their files in, the variable that moves it, and where to. */
const FOLDERS: Readonly<Record<AgentName, readonly [folder: string, variable: string, moved: string]>> = {
  claude: [".claude", "CLAUDE_CONFIG_DIR", "/elsewhere"],
  codex: [".codex", "CODEX_HOME", "/elsewhere"],
  gemini: [".gemini", "GEMINI_CLI_HOME", "/elsewhere/.gemini"],
  copilot: [".copilot", "COPILOT_HOME", "/elsewhere"],
};

for (const [name, [folder, variable, moved]] of Object.entries(FOLDERS)) {
  const agent = AGENTS[name as AgentName];

  Deno.test(`AGENTS.${name}.folder() follows the environment`, () => {
    const folderIn = (env: Record<string, string>): string => agent.folder((name) => env[name]);
    assertEquals(folderIn({ HOME: "/home/ada" }), `/home/ada/${folder}`);
    assertEquals(folderIn({ USERPROFILE: "/home/ada" }), `/home/ada/${folder}`);
    assertEquals(folderIn({ HOME: "/home/ada", [variable]: "/elsewhere" }), moved);
    assertEquals(folderIn({ HOME: "/home/ada", [variable]: "" }), `/home/ada/${folder}`);
    assertThrows(() => folderIn({}), UsageError, "HOME is not set");
  });

  Deno.test(`AGENTS.${name}.list() finds nothing where the agent has never run`, () => {
    using temp = new TempDir();
    assertEquals(agent.list(temp.path), []);
    assertEquals(agent.list(temp.at("none")), []);
  });

  Deno.test(`AGENTS.${name}.list() leaves out at most what was not written to since`, () => {
    const files = agent.list(fixtureFolder(agent.name));
    const last = Math.max(...files.map(({ modified }) => modified));
    const isLast = ({ modified }: { readonly modified: number }): boolean => modified === last;
    assertEquals(agent.list(fixtureFolder(agent.name), last).filter(isLast), files.filter(isLast));
    for (const { path, size, modified } of files) {
      const info = Deno.statSync(path);
      assertEquals([size, modified], [info.size, info.mtime?.getTime()]);
    }
  });

  Deno.test(`AGENTS.${name}.list() finds the others where a directory may not be looked into, and names that one`, () => {
    const [directory, others] = CLOSED[agent.name];
    const closed = `${fixtureFolder(agent.name)}/${directory}`;
    const isIn = ({ path }: { readonly path: string }): boolean => `${path}/`.startsWith(`${closed}/`);
    const files = closing(closed, () => agent.list(fixtureFolder(agent.name)));
    assertEquals([files.filter(isIn).length, files.length], [1, others + 1]);
  });

  Deno.test({
    name: `AGENTS.${name}.list() names the flag that it lacks`,
    permissions: { read: false },
    fn: () => {
      assertThrows(() => agent.list("/c"), Deno.errors.NotCapable, "run with --allow-read=/c");
    },
  });
}
