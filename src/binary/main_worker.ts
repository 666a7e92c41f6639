/** The module that the worker of the binary runs. */

import { serve } from "./worker.ts";

serve(new URL("./import_thread.js", import.meta.url));
