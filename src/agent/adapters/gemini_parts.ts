/** What a message of Gemini CLI says: plain text, or parts as they are sent to the model. */

import { isJsonObject, type JsonObject } from "../../codec/json.ts";

/** A message, taken apart. */
export interface GeminiContent {
  /** Its text. */
  readonly text: string;
  /** Tools that it calls, as the model is told. */
  readonly calls: readonly JsonObject[];
  /** What tools answered, as the model is told. */
  readonly responses: readonly JsonObject[];
  /** The kinds of parts that are none of these, such as `inlineData`. */
  readonly others: readonly string[];
}

/**
 * Takes the content of a message apart.
 *
 * @param content A text, a part, or a list of both.
 * @returns What it holds.
 */
export function geminiContent(content: unknown): GeminiContent {
  if (typeof content === "string") return { text: content, calls: [], responses: [], others: [] };
  let text = "";
  const calls: JsonObject[] = [];
  const responses: JsonObject[] = [];
  const others: string[] = [];
  for (const part of Array.isArray(content) ? content : [content]) {
    if (typeof part === "string") text += part;
    else if (!isJsonObject(part)) continue;
    else if (typeof part.text === "string") text += part.thought === true ? "" : part.text;
    else if (isJsonObject(part.functionCall)) calls.push(part.functionCall);
    else if (isJsonObject(part.functionResponse)) responses.push(part.functionResponse);
    else others.push(Object.keys(part).find((key) => key !== "thoughtSignature") ?? "empty");
  }
  return { text, calls, responses, others };
}

/**
 * What a tool answered.
 *
 * @param result The parts that are sent to the model.
 * @param display What people see, where that is a text.
 * @returns The output, and what went wrong.
 */
export function geminiResult(result: unknown, display: unknown): { output: string | null; error: string | null } {
  const { text, responses } = geminiContent(result);
  const answers = responses.map(({ response }) => isJsonObject(response) ? response : {});
  const output = [...answers.map((answer) => answer.output ?? answer.content), text]
    .filter((each) => typeof each === "string" && each !== "")
    .join("\n");
  const error = answers.map((answer) => answer.error).find((each) => typeof each === "string");
  const shown = output === "" && typeof display === "string" ? display : output;
  return { output: shown === "" ? null : shown, error: typeof error === "string" ? error : null };
}
