/** Files of plain text, such as what a run wrote, under one view with the logs. */

import { PLAIN, type PlainLine } from "../codec/plain.ts";
import type { EventView, LogFormat } from "./event_view.ts";

/** Lines of plain text as people see them. */
export const PLAIN_VIEW: EventView<PlainLine> = {
  types: ["line"],
  commonTypes: ["line"],
  hiddenTypes: [],
  envelope: [],
  textFields: { line: ["line"] } satisfies { [Type in PlainLine["type"]]: readonly string[] },
  hasSteps: false,
  isMultiline: false,
  isPlainText: true,
  render: ({ line }) => line,
  paintOf: () => ({ tone: "plain" }),
  titleOf: () => undefined,
  labelOf: () => "",
};

/** Files of plain text. */
export const PLAIN_LOG: LogFormat<PlainLine> = { dialect: PLAIN, view: PLAIN_VIEW };
