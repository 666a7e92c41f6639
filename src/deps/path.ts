// Dependencies are named in full here, and only here, so that every entry point also runs from a plain URL, where no
// deno.json applies. The pins equal those of deno.json.
export { basename } from "jsr:@std/path@1.1.6/basename";
export { dirname } from "jsr:@std/path@1.1.6/dirname";
export { isAbsolute } from "jsr:@std/path@1.1.6/is-absolute";
export { join } from "jsr:@std/path@1.1.6/join";
export { resolve } from "jsr:@std/path@1.1.6/resolve";
