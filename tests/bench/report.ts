/** What was measured, for people and for README.md. */

import type { SuiteResult } from "./harness.ts";
import type { Machine } from "./machine.ts";

/**
 * Writes the tables of some suites in Markdown.
 *
 * @param machine Where it was measured.
 * @param results What was measured.
 * @returns The text.
 */
export function markdown(machine: Machine, results: readonly SuiteResult[]): string {
  const { cpu, cores, os, deno, load } = machine;
  const header = `${cpu}, ${cores} cores, ${os}, Deno ${deno}; load ${load.toFixed(1)} when it began.`;
  return [header, "", ...goalTable(results), ...results.flatMap(suiteTable)].join("\n");
}

function goalTable(results: readonly SuiteResult[]): string[] {
  const rows = results.flatMap(({ suite, goals }) =>
    goals.map(({ what, goal, measured, isMet }) =>
      `| ${cell(suite)} | ${cell(what)} | ${goal} | ${short(measured)} | ${isMet ? "yes" : "**no**"} |`
    )
  );
  if (rows.length === 0) return [];
  return ["| suite | what | goal | measured | met |", "|---|---|---|---|---|", ...rows, ""];
}

function suiteTable({ suite, unit, baseline, ratio, rounds, cases, absent }: SuiteResult): string[] {
  const compared = baseline === undefined ? "" : ` ${ratio === "speed" ? "speed" : "cost"} |`;
  const rows = cases.map(({ name, median, min, max, ratio }) =>
    `| ${cell(name)} | ${short(median)} | ${short(min)}–${short(max)} |${
      baseline === undefined ? "" : ` ${short(ratio!)} |`
    }`
  );
  return [
    `**${suite}** (${unit}, ${rounds} rounds)`,
    "",
    `| | median | range |${compared}`,
    `|---|---|---|${baseline === undefined ? "" : "---|"}`,
    ...rows,
    ...absent.map((each) => `\nNot here: ${each}.`),
    "",
  ];
}

/**
 * Writes a number with three digits that count.
 *
 * @param number The number.
 * @returns The text.
 */
function short(number: number): string {
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(number) || 1)));
  return number.toFixed(Math.min(digits, 3));
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
