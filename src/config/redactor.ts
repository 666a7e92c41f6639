import type { Redaction } from "../session/redaction.ts";
import { keyLines } from "./key_lines.ts";
import { KNOWN_SECRETS, type SecretName } from "./known_secrets.ts";
import { type RedactionRules, SHORTEST_SECRET } from "./sections.ts";

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
): Redaction | undefined {
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
  const redact = (text: string): string => patterns.reduce((left, pattern) => left.replace(pattern, REDACTED), text);
  if (!patterns.includes(KNOWN_SECRETS.private_key)) return redact;
  return Object.assign(redact, { inTurn: () => keyLines(redact, REDACTED) });
}
