/**
 * Runs the CLI from source as if it had been started in the directory that `deno task` was called from.
 *
 * @module
 */

import { chooseImports, PROJECT } from "./imports.ts";
import { launch } from "./launch.ts";

const cwd = Deno.env.get("INIT_CWD") ?? Deno.cwd();
// What a recorded command sees is the caller's world, not that of this task.
Deno.env.delete("INIT_CWD");
const env = { PWD: cwd };
const rights = ["--no-prompt", "--allow-read", "--allow-write", "--allow-env", "--allow-run"];
const args = [...rights, `${PROJECT}/cli.ts`, ...Deno.args];
Deno.exit(await launch({ subcommand: "run", args, imports: await chooseImports(), cwd, env }));
