import { visible } from "../query/visible.ts";
import { type Cell, table } from "../query/table.ts";
import { type CommandContext, defineCommand } from "./command.ts";
import { listSettings, type Setting } from "./config_list.ts";
import { ExitCode } from "./exit_code.ts";
import { writeJsonLines } from "./json_lines.ts";
import type { Value } from "./parse.ts";

const OPTIONS = {
  explain: { kind: "boolean", help: "also what is not set, what each does, and how to set it" },
  json: { kind: "boolean", help: "one JSON object a setting: key, value, source, where, help and ways" },
} as const;

/** `ziglog config`: shows what is configured. */
export const config = defineCommand({
  usage: ["config [--explain] [--json]"],
  description:
    "Shows what is configured and where each value comes from, and checks all of it: ziglog.jsonc in the root of the " +
    "store, such as ~/.zig/ziglog.jsonc, and the environment. A flag wins over the environment, the environment over " +
    "the file.\n\n" +
    'The file is JSON with comments. "defaults" has options by command, as in {"defaults": {"list": {"limit": 20}}}; ' +
    "--no- and the name of a switch turns it off for once. " +
    '"redact" says what is secret: "known" names kinds by their form (github, aws, jwt, url, … or all), "literals" are ' +
    'texts, "patterns" are regular expressions, "variables" name environment variables with secret values. run, record, ' +
    "start and emit do not record what is secret, and the other commands do not show it. Secrets are looked for line by " +
    "line; run and record also leave no line of a private key, which takes several. " +
    '"retention" has "keep_last", "older_than" and "max_size" for a ziglog prune that is told none of its own.\n\n' +
    "The environment says an option of a command by a name such as ZIGLOG_LIST_LIMIT=20; 1 and 0 turn switches on and " +
    "off, and commas part the items of a list. ZIGLOG_ROOT and ZIGLOG_PROJECT stand for --root and --project.",
  maxPositionals: 0,
  options: OPTIONS,
  examples: [
    { command: "ziglog config", help: "what is set, and where?" },
    { command: "ziglog config --explain | less", help: "what could be?" },
    { command: "ziglog config --json | jq -r 'select(.source == \"file\").key'", help: "what the file says" },
  ],
  async run({ options, host, layout, style }: CommandContext<typeof OPTIONS>): Promise<number> {
    const settings = await listSettings(layout, host);
    const shown = settings.filter(({ key, source }) => options.explain || source !== "default" || !key.includes("."));
    if (options.json) {
      writeJsonLines(host, shown.map((setting) => ({ ...setting })));
      return ExitCode.ok;
    }
    const lines = table(
      shown.map((setting): Cell[] => [
        { text: setting.key, paint: style.bold },
        { text: visible(textOf(setting.value)) },
        { text: visible(originOf(setting)), paint: style.dim },
      ]),
    );
    const text = lines.map((line, at) => {
      const { help, ways } = shown[at]!;
      return options.explain
        ? `${line}\n    ${help}${ways.length > 0 ? style.dim(` (${ways.join(", ")})`) : ""}`
        : line;
    });
    host.stdout.write(`${text.join("\n")}\n`);
    return ExitCode.ok;
  },
});

function textOf(value: Value | null): string {
  if (value === null) return "-";
  return typeof value === "object" ? value.join(", ") : String(value);
}

function originOf({ source, where }: Setting): string {
  return where === "" ? source : source === "environment" ? `$${where}` : where;
}
