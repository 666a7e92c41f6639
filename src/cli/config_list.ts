/** All that can be configured, what it holds, and where that comes from. */

import type { ConfigFile } from "../config/config_file.ts";
import { configPath, loadConfig } from "../config/load_config.ts";
import { storeRoot } from "../storage/layout.ts";
import { variableOf } from "./command_line.ts";
import { COMMANDS } from "./commands.ts";
import { fromEnvironment } from "./environment.ts";
import type { Host } from "./host.ts";
import type { Value } from "./parse.ts";
import { checkCommands, fromSections, RETENTION, RETENTION_COMMAND } from "./settings.ts";

/** Where a value comes from. */
export type Source = "flag" | "environment" | "file" | "default";

/** Something that can be configured. */
export interface Setting {
  /** Its name: that of a command and of its option, or of a key of the configuration. */
  readonly key: string;
  /** What it holds; `null` for nothing. */
  readonly value: Value | null;
  /** Where that comes from. */
  readonly source: Source;
  /** The flag, the variable, or the place in the file. */
  readonly where: string;
  /** What it does. */
  readonly help: string;
  /** What is said otherwise by these, the strongest first. */
  readonly ways: readonly string[];
}

/**
 * Lists all that can be configured.
 *
 * @param layout What `--root` and `--project` say.
 * @param host The outside world.
 * @returns The settings: where things are, then the options of commands, then what only the file has.
 * @throws {UsageError} When the environment or the configuration is wrong.
 */
export async function listSettings(
  layout: { readonly root?: string; readonly project?: string },
  host: Host,
): Promise<Setting[]> {
  const root = storeRoot(layout);
  const file = await loadConfig(root);
  await file?.check(() => checkCommands(Object.keys(COMMANDS), file.sections));
  const settings = placesOf(layout, root, file, host);
  for (const name of Object.keys(COMMANDS)) settings.push(...await settingsOf(name, file, host));
  return [...settings, ...await sectionsOf(file)];
}

function placesOf(
  layout: { readonly root?: string; readonly project?: string },
  root: string,
  file: ConfigFile | undefined,
  host: Host,
): Setting[] {
  const [rootSource, rootWhere]: [Source, string] = layout.root !== undefined
    ? ["flag", "--root"]
    : host.env("ZIGLOG_ROOT")
    ? ["environment", "ZIGLOG_ROOT"]
    : ["default", host.env("HOME") ? "HOME" : "USERPROFILE"];
  const variable = host.env("ZIGLOG_PROJECT");
  const projectSource: Source = layout.project === undefined
    ? "default"
    : layout.project === variable
    ? "environment"
    : "flag";
  return [
    {
      key: "root",
      value: root,
      source: rootSource,
      where: rootWhere,
      help: "the directory of the store",
      ways: ["--root DIR", "ZIGLOG_ROOT"],
    },
    {
      key: "project",
      value: layout.project ?? null,
      source: projectSource,
      where: { default: "the working directory", environment: "ZIGLOG_PROJECT", flag: "--project", file: "" }[
        projectSource
      ],
      help: "the directory that names the project",
      ways: ["--project DIR", "ZIGLOG_PROJECT"],
    },
    {
      key: "file",
      value: file?.path ?? null,
      source: "default",
      where: file === undefined ? `there is no ${configPath(root)}` : "in the root of the store",
      help: "what the rest is read from: JSON with comments",
      ways: [],
    },
  ];
}

async function settingsOf(name: string, file: ConfigFile | undefined, host: Host): Promise<Setting[]> {
  const { options } = await COMMANDS[name]!.load();
  const environment = fromEnvironment(name, options, host);
  const written = await file?.check(() => fromSections(name, options, file.sections));
  return await Promise.all(
    Object.entries(options).map(async ([option, spec]): Promise<Setting> => {
      const variable = variableOf(name, option);
      const flag = spec.kind === "boolean" ? `--${option}` : `--${option} ${spec.value}`;
      const about = { key: `${name}.${option}`, help: spec.help, ways: [flag, variable, `"defaults" in the file`] };
      if (environment.has(option)) {
        return { ...about, value: environment.get(option)!, source: "environment", where: variable };
      }
      if (file !== undefined && written?.has(option)) {
        const where = `${file.path}, ${await file.placeOf(["defaults", name, option])}`;
        return { ...about, value: written.get(option)!, source: "file", where };
      }
      return { ...about, value: spec.kind === "boolean" ? false : null, source: "default", where: "" };
    }),
  );
}

async function sectionsOf(file: ConfigFile | undefined): Promise<Setting[]> {
  const setting = async (
    section: string,
    key: string,
    value: Value | null | undefined,
    help: string,
  ): Promise<Setting> => {
    const isSet = file !== undefined && value !== null && value !== undefined &&
      !(Array.isArray(value) && value.length === 0);
    return {
      key: `${section}.${key}`,
      value: isSet ? value : null,
      source: isSet ? "file" : "default",
      where: isSet ? `${file.path}, ${await file.placeOf([section, key])}` : "",
      help,
      ways: [`"${section}" in the file`],
    };
  };
  const { redact, retention } = file?.sections ?? {};
  const counted = (items: readonly unknown[] | undefined): number | null => items?.length ? items.length : null;
  return await Promise.all([
    setting("redact", "known", redact?.known, "kinds of secrets that are known by their form"),
    setting("redact", "literals", counted(redact?.literals), "how many texts are secret"),
    setting("redact", "patterns", redact?.patterns.map(({ source }) => source), "regular expressions of secrets"),
    setting("redact", "variables", redact?.variables, "environment variables whose values are secret"),
    ...Object.entries(RETENTION).map(([option, key]) =>
      setting("retention", key, retention?.[key], `--${option} of ziglog ${RETENTION_COMMAND} when it is not told`)
    ),
  ]);
}
