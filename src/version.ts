/** The version of the program; equal to that of `deno.json`, which a program run from a URL cannot read. */
export const VERSION = "0.1.0";
