/** Where in the text of a plan a mistake stands. Loaded only when there is one. */

import { findNodeAtLocation, type Node, type ParseError, parseTree, printParseErrorCode } from "../deps/jsonc_tree.ts";
import { PlanProblem } from "./plan_problem.ts";

/** A mistake with the place it stands at. */
interface Located {
  readonly offset: number;
  readonly message: string;
}

/** What a text that is not JSON lacks or has too much, by the name that the parser gives it. */
const SYNTAX: Readonly<Record<string, string>> = {
  InvalidSymbol: "a word that JSON does not know",
  InvalidNumberFormat: "not a number",
  PropertyNameExpected: "a key in double quotes is expected",
  ValueExpected: "a value is expected",
  ColonExpected: "a colon is expected",
  CommaExpected: "a comma is expected",
  CloseBraceExpected: "a closing brace is expected",
  CloseBracketExpected: "a closing bracket is expected",
  EndOfFileExpected: "something follows the end of the plan",
  InvalidCommentToken: "not a comment",
  UnexpectedEndOfComment: "the comment does not end",
  UnexpectedEndOfString: "the string does not end",
  UnexpectedEndOfNumber: "the number does not end",
  InvalidUnicode: "not a Unicode escape",
  InvalidEscapeCharacter: "not an escape of JSON",
  InvalidCharacter: "a control character in a string",
};

/**
 * Tells where a mistake stands and what it is.
 *
 * @param text The text of the plan.
 * @param problem What is wrong with it.
 * @returns The place and the mistake, such as `line 4, column 18: "retries" is -1, not a whole number from 0 on`.
 */
export function locateProblem(text: string, problem: PlanProblem | SyntaxError): string {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const { offset, message } = problem instanceof PlanProblem
    ? { offset: offsetOf(root, problem), message: problem.message }
    : locateSyntax(text, errors, problem);
  const before = text.slice(0, offset).split(/\r\n|\n|\r/);
  return `line ${before.length}, column ${[...before.at(-1)!].length + 1}: ${message}`;
}

function offsetOf(root: Node | undefined, { path, atKey }: PlanProblem): number {
  const node = root && findNodeAtLocation(root, [...path]);
  return (atKey ? node?.parent?.children?.[0] : node)?.offset ?? 0;
}

/** The two parsers do not draw the line at the same place: what only the strict one refuses is told in its own words. */
function locateSyntax(text: string, [first]: readonly ParseError[], problem: SyntaxError): Located {
  if (first !== undefined) {
    const name = printParseErrorCode(first.error);
    return { offset: Math.min(first.offset, text.trimEnd().length), message: SYNTAX[name] ?? name };
  }
  const [, message, position] = /^(?:Cannot parse JSONC: )?(.*?)(?: in JSONC at position (\d+))?$/s.exec(
    problem.message,
  )!;
  return { offset: Number(position ?? text.length), message: message! };
}
