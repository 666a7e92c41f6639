/** `@std/yaml`: what Copilot CLI writes beside its events. */

export { parse } from "jsr:@std/yaml@1.2.0/parse";
