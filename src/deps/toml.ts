/** `@std/toml`: configuration. */

export { parse } from "jsr:@std/toml@1.0.11/parse";
