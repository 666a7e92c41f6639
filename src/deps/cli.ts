/** `@std/cli`: arguments. */

export { parseArgs } from "jsr:@std/cli@1.0.32/parse-args";
