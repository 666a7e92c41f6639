/**
 * Runs a subcommand of `deno` on the project, with the imports that can be reached.
 *
 * Usage: `deno run -A --no-config scripts/deno.ts SUBCOMMAND ARGS…`
 *
 * @module
 */

import { chooseImports } from "./imports.ts";
import { launch } from "./launch.ts";

const [subcommand = "help", ...args] = Deno.args;
Deno.exit(await launch({ subcommand, args, imports: await chooseImports({ say: true }) }));
