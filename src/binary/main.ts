/** The module that the binary starts with. */

import { launch } from "./launch.ts";

// The binary is made of a bundle, where modules end in .js.
Deno.exit(await launch(Deno.args, new URL("./main_worker.js", import.meta.url)));
