/** Characters of a name that a file keeps. */
const MOST = 100;

/** Names that Windows gives to devices. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/**
 * Makes names into names of files that differ on every system, also where case does not matter.
 *
 * @param names The names.
 * @returns The name of a file for each: what could be no part of one has become `_`, and where two would be the same, the
 * later one has a number.
 */
export function safeNames(names: readonly string[]): ReadonlyMap<string, string> {
  const safe = new Map<string, string>();
  const taken = new Set<string>();
  for (const name of names) {
    if (safe.has(name)) continue;
    const plain = name.replaceAll(/[^\p{L}\p{N}._-]/gu, "_").slice(0, MOST).replace(/^\.+|\.+$/g, "_");
    const base = plain === "" || DEVICE.test(plain) ? `_${plain}` : plain;
    let unique = base;
    for (let number = 2; taken.has(unique.toLowerCase()); number++) unique = `${base}-${number}`;
    taken.add(unique.toLowerCase());
    safe.set(name, unique);
  }
  return safe;
}
