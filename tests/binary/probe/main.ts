/** As `src/binary/main.ts`, with probes. */

import { launch } from "../../../src/binary/launch.ts";
import { addProbes } from "./probes.ts";

addProbes();
Deno.exit(await launch(Deno.args, new URL("./main_worker.js", import.meta.url)));
