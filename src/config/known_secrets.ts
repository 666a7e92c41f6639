/**
 * Secrets that are known by their form, in the order they are looked for. What merely names a secret, such as
 * `password=`, stays. What may repeat is bounded wherever something must follow or precede it, so that no line takes long.
 */
export const KNOWN_SECRETS = {
  /** Keys of TLS, SSH and PGP in their usual form; where the end is missing, all that follows the beginning. */
  private_key:
    /-----BEGIN (?:[A-Z\d]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?-----(?:[^]*?-----END [A-Z\d ]{1,80}-----|[^]*)/g,
  anthropic: /\bsk-ant-[\w-]{16,}/g,
  openai: /\bsk-(?!ant-)(?:[a-z]+-)?[\w-]{16,}/g,
  github: /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,})/g,
  gitlab: /\bgl(?:pat|ptt|dt|rt)-[\w-]{16,}/g,
  slack: /\bxox[abeoprs]-[\w-]{10,}/g,
  npm: /\bnpm_[A-Za-z0-9]{30,}/g,
  aws: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  google: /\bAIza[\w-]{35}/g,
  stripe: /\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}/g,
  /** JSON web tokens. */
  jwt: /\beyJ[\w-]{8,2000}\.eyJ[\w-]{8,8000}\.[\w-]*/g,
  /** An HTTP header, and what carries it by hand. */
  authorization:
    /(?<=\bauthorization["']?\s{0,4}[:=]\s{0,4}["']?)(?!\[redacted\])[^\s"'][^"'\n]*|(?<=\bbearer\s{1,4})[\w.~+/-]{16,}=*/gi,
  /** The password in a URL. */
  url: /(?<=:\/\/[^\s/:@]{0,200}:)[^\s/@]+(?=@)/g,
  /** What is assigned to a name that says what it is. */
  assignment:
    /(?<=(?:password|passwd|secret|token|api[_-]?key|access[_-]?key)(?:\\{0,4}["'])?\s{0,4}[=:]\s{0,4}(?:\\{0,4}["'])?)(?!\[redacted\]|\\{1,4}["'])(?:\\\S|[^\s"'\\]){3,}/gi,
} as const satisfies Readonly<Record<string, RegExp>>;

/** A kind of secret that is known by its form. */
export type SecretName = keyof typeof KNOWN_SECRETS;
