/**
 * Shows the recorder at work: runs a small plan in a temporary folder, records it in a store there, and asks for what
 * was recorded. Nothing outside of the folder is touched, and it is removed in the end.
 *
 * @module
 */

import { chooseImports, PROJECT } from "./imports.ts";
import { launch } from "./launch.ts";

const PLAN = `{
  // "depends_on" makes the tiers; the steps of a tier run at the same time
  "name": "release",
  "steps": [
    { "name": "fetch", "run": "echo 'receiving'; sleep 0.3; echo 'received 48 kB'" },
    { "name": "lint", "run": "for f in a b c; do sleep 0.1; echo checked $f.ts; done", "depends_on": ["fetch"] },
    // fails the first time: the server is not up yet
    { "name": "test", "run": "./test.sh", "retries": 1, "depends_on": ["fetch"] },
    { "name": "pack", "run": ["echo", "wrote release.zip, 17 kB"], "depends_on": ["lint", "test"] }
  ]
}
`;

const TEST = `#!/bin/sh
if mkdir .up 2>/dev/null; then echo 'no answer from port 8080' >&2; exit 1; fi
echo '12 of 12 passed'
`;

const imports = await chooseImports();
const folder = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "ziglog-demo-" }));
const rights = [
  "--no-prompt",
  `--allow-read=${folder}`,
  `--allow-write=${folder}`,
  "--allow-env=HOME,USERPROFILE,ZIGLOG_ROOT",
  "--allow-run",
];
const styled = Deno.stdout.isTerminal() && !Deno.noColor;
const encoder = new TextEncoder();

/** Writes before the next program does: the stream is shared with it. */
function say(text: string): void {
  for (let rest = encoder.encode(text); rest.length > 0;) rest = rest.subarray(Deno.stdout.writeSync(rest));
}

function sayCommand(command: string): void {
  say(styled ? `\x1b[1m$ ${command}\x1b[0m\n` : `$ ${command}\n`);
}

async function ziglog(...args: readonly string[]): Promise<number> {
  sayCommand(["ziglog", ...args].join(" "));
  const env = { ZIGLOG_ROOT: `${folder}/store`, PWD: folder };
  const all = [...rights, `${PROJECT}/cli.ts`, ...args];
  const code = await launch({ subcommand: "run", args: all, imports, cwd: folder, env });
  say("\n");
  return code;
}

async function demo(): Promise<number> {
  Deno.mkdirSync(`${folder}/.git`); // A project is what git would take for one.
  Deno.writeTextFileSync(`${folder}/plan.jsonc`, PLAN);
  Deno.writeTextFileSync(`${folder}/test.sh`, TEST, { mode: 0o755 });
  sayCommand("cat plan.jsonc");
  say(`${PLAN}\n`);
  return await ziglog("run", "plan.jsonc") || await ziglog("list") || await ziglog("show");
}

let code: number;
try {
  code = await demo();
} finally {
  Deno.removeSync(folder, { recursive: true });
}
if (code === 0) say("Record a command of yours:  deno task ziglog run -- COMMAND ARGS…\n");
Deno.exit(code);
