#!/usr/bin/env -S deno run --no-prompt --allow-read --allow-write --allow-env --allow-run
/**
 * The `ziglog` program: records workflow runs, and follows, lists and shows them.
 *
 * It runs from source, from a URL or from JSR:
 *
 * ```sh
 * deno run -A jsr:@ziglog/ziglog/cli help
 * ```
 *
 * Exit codes: 0 all is well, 1 a run or step failed or damage was found, 2 wrong usage, 3 no such session or several,
 * 4 the writer died and the log is incomplete, 5 input or output failed, 129, 130 and 143 ended by SIGHUP, SIGINT
 * and SIGTERM.
 *
 * @module
 */

import { denoHost } from "./src/cli/host.ts";
import { main } from "./src/cli/main.ts";

if (import.meta.main) Deno.exit(await main(Deno.args, denoHost()));
