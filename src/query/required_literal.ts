/** What a regular expression cannot match without: a text to look for before anything is parsed. */

/** Escapes that stand for a class or a place, in two characters. */
const SHORT_ESCAPES = "dDwWsSbBnrtvf";

/**
 * Finds the longest text that every match of a regular expression holds, as far as a simple look at its source tells.
 *
 * @param source The source of a valid regular expression with the flag `u`.
 * @returns The text; none of its characters has another form in JSON. Empty when there is no such text.
 */
export function requiredLiteral(source: string): string {
  const characters = [...source];
  let best = "";
  let run: string[] = [];
  let depth = 0;
  const endRun = (): void => {
    if (run.length > [...best].length) best = run.join("");
    run = [];
  };
  for (let at = 0; at < characters.length; at++) {
    let character = characters[at]!;
    switch (character) {
      case "|":
        if (depth === 0) return "";
        continue;
      case "(":
        depth++;
        endRun();
        continue;
      case ")":
        depth--;
        continue;
      case "[":
        at = endOfClass(characters, at);
        endRun();
        continue;
      case "*":
      case "?":
      case "{": // what it follows may not be there at all
        run.pop();
        endRun();
        if (character === "{") at = characters.indexOf("}", at);
        continue;
      case "+":
      case ".":
      case "^":
      case "$":
        endRun();
        continue;
      case "\\":
        character = characters[++at]!;
        if (SHORT_ESCAPES.includes(character)) {
          endRun();
          continue;
        }
        if (/[\p{L}\d]/u.test(character)) return ""; // \x41, \u0041, \p{L}, \k<name>, \1: of unknown length
    }
    if (depth > 0) continue;
    if (JSON.stringify(character) === `"${character}"`) run.push(character);
    else endRun();
  }
  endRun();
  return best;
}

function endOfClass(characters: readonly string[], from: number): number {
  let at = from + 1;
  while (characters[at] !== "]") at += characters[at] === "\\" ? 2 : 1;
  return at;
}
