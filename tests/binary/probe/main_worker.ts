/** As `src/binary/main_worker.ts`, with probes. */

import { serve } from "../../../src/binary/worker.ts";
import { addProbes } from "./probes.ts";

addProbes();
serve(new URL("./import_thread.js", import.meta.url));
