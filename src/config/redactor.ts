import { KNOWN_SECRETS, type SecretName } from "./known_secrets.ts";
import { type RedactionRules, SHORTEST_SECRET } from "./sections.ts";

/** Takes what is secret out of a text. */
export type Redact = (text: string) => string;

/** What stands in the place of a secret. */
export const REDACTED = "[redacted]";

/**
 * Makes a function that takes secrets out of texts.
 *
 * @param rules What is secret.
 * @param variable Reads an environment variable.
 * @returns The function; `undefined` when nothing is secret.
 *
 * @example
 * ```ts
 * const rules = { known: ["github"], literals: ["hunter2"], patterns: [], variables: [] } as const;
 * const redact = createRedactor(rules, () => undefined);
 * console.log(redact?.("user me, password hunter2")); // user me, password [redacted]
 * ```
 */
export function createRedactor(
  rules: RedactionRules,
  variable: (name: string) => string | undefined,
): Redact | undefined {
  const secrets = [...rules.literals, ...rules.variables.map((name) => variable(name) ?? "")]
    .filter((text) => text.length >= SHORTEST_SECRET)
    .sort((a, b) => b.length - a.length); // where one is the beginning of another, the longer one is meant
  const names = Object.keys(KNOWN_SECRETS) as SecretName[];
  const patterns = [
    ...(secrets.length === 0 ? [] : [new RegExp(secrets.map((text) => RegExp.escape(text)).join("|"), "g")]),
    ...rules.patterns,
    ...names.filter((name) => rules.known.includes(name) || rules.known.includes("all")).map((name) =>
      KNOWN_SECRETS[name]
    ),
  ];
  if (patterns.length === 0) return undefined;
  return (text) => patterns.reduce((left, pattern) => left.replace(pattern, REDACTED), text);
}
