/** `@std/jsonc`: JSON with comments. */

export { parse } from "jsr:@std/jsonc@1.0.2/parse";
