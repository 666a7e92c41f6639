import type { Command } from "./command.ts";

/**
 * Finds what the usage of a command calls an argument.
 *
 * @param command The command.
 * @param name Its name.
 * @param place How many arguments stand before it, options not counted.
 * @returns Such as `ID` or `PLAN`, each once; one that may be repeated fits every place behind it.
 */
export function positionalAt(command: Command, name: string, place: number): string[] {
  const forms = command.usage.map((form) => positionalsOf(form.slice(name.length), command));
  const found = forms.flatMap((words) => {
    const word = words[place] ?? (words.at(-1)?.endsWith("…") ? words.at(-1) : undefined);
    return word === undefined ? [] : [/^[A-Z]+/.exec(word)![0]];
  });
  return [...new Set(found)];
}

/** The arguments of one form of use: words in capitals that are not the value of an option. */
function positionalsOf(form: string, { options }: Command): string[] {
  const words = form.replaceAll(/[[\]|]/g, " ").replace(/ (--|<) .*/, "").split(/\s+/);
  return words.filter((word, at) => {
    const before = words[at - 1]?.replace(/^--/, "") ?? "";
    const isValue = Object.hasOwn(options, before) && options[before]!.kind !== "boolean";
    return /^[A-Z]/.test(word) && word !== "OPTIONS" && !isValue;
  });
}
