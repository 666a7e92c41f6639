import { assertEquals, assertRejects } from "@std/assert";
import { ConfigFile } from "../../src/config/config_file.ts";
import { loadConfig } from "../../src/config/load_config.ts";
import { PlanProblem } from "../../src/runner/plan_problem.ts";
import { UsageError } from "../../src/errors.ts";
import { needs } from "../helpers/skip.ts";
import { TempDir } from "../helpers/temp_dir.ts";

Deno.test("ConfigFile.parse() reads every section, with comments and trailing commas", async () => {
  const { sections } = await ConfigFile.parse(
    `{
      // mine
      "defaults": { "list": { "limit": 20 } },
      "redact": { "known": ["github", "all"], "literals": ["s3cret"], "patterns": ["\\\\d{4}"], "variables": ["TOKEN"] },
      "retention": { "keep_last": 5, "older_than": "30d", "max_size": "1GB" },
    }`,
    "/c",
  );
  assertEquals(sections.defaults, { list: { limit: 20 } });
  assertEquals({ ...sections.redact, patterns: sections.redact.patterns.map(String) }, {
    known: ["github", "all"],
    literals: ["s3cret"],
    patterns: ["/\\d{4}/gu"],
    variables: ["TOKEN"],
  });
  assertEquals(sections.retention, { keep_last: 5, older_than: "30d", max_size: "1GB" });
});

Deno.test("ConfigFile.parse() takes an empty file and an empty object for one that says nothing", async () => {
  const nothing = {
    defaults: {},
    redact: { known: [], literals: [], patterns: [], variables: [] },
    retention: { keep_last: undefined, older_than: undefined, max_size: undefined },
  };
  assertEquals((await ConfigFile.parse("", "/c")).sections, nothing);
  assertEquals((await ConfigFile.parse(" {\n} ", "/c")).sections, nothing);
});

for (
  const [text, message] of [
    ['{\n  "redct": {}\n}', 'line 2, column 3: "redct" is not a key of the configuration; did you mean "redact"?'],
    ["[]", "line 1, column 1: the configuration is a list, not an object"],
    ['{ "defaults": 5 }', 'line 1, column 15: "defaults" is 5, not an object'],
    ['{ "defaults": { "list": [] } }', 'line 1, column 25: "list" is a list, not an object'],
    ['{ "redact": ["a"] }', 'line 1, column 13: "redact" is a list, not an object'],
    ['{ "redact": { "know": [] } }', 'line 1, column 15: "know" is not a key of "redact"; did you mean "known"?'],
    [
      '{ "redact": { "known": ["gihub"] } }',
      'line 1, column 25: no kind of secret is known as "gihub"; did you mean "github"?',
    ],
    [
      '{ "redact": { "patterns": ["a", "("] } }',
      'line 1, column 33: "(" is not a regular expression: Unterminated group',
    ],
    ['{ "redact": { "patterns": ["x*"] } }', 'line 1, column 28: "x*" fits the empty text, and so everything'],
    ['{ "redact": { "literals": [""] } }', 'line 1, column 28: entry 1 of "literals" is empty'],
    [
      '{ "redact": { "literals": ["abc"] } }',
      'line 1, column 28: "abc" is too short for a secret: it needs 4 characters',
    ],
    ['{ "redact": { "literals": "a" } }', 'line 1, column 27: "literals" is "a", not a list of texts'],
    [
      '{ "retention": { "keep": 1 } }',
      'line 1, column 18: "keep" is not a key of "retention"; its keys are "keep_last", "older_than", "max_size"',
    ],
    ['{ "retention": { "keep_last": -1 } }', 'line 1, column 31: "keep_last" is -1, not a whole number from 0 on'],
    ['{ "retention": { "older_than": "soon" } }', 'line 1, column 32: Cannot read duration "soon"'],
    ['{ "retention": { "max_size": "1XB" } }', 'line 1, column 30: Cannot read size "1XB"'],
    ['{\n  "defaults": {,}\n}', "line 2, column 16: "],
  ] as const
) {
  Deno.test(`ConfigFile.parse() names the place when given ${text.replaceAll("\n", " ")}`, async () => {
    const error = await assertRejects(() => ConfigFile.parse(text, "/etc/c.jsonc"), UsageError);
    const whole = `Cannot use configuration "/etc/c.jsonc": ${message}`;
    assertEquals(error.message.slice(0, whole.length), whole);
  });
}

Deno.test("ConfigFile.check() and placeOf() tell where a part stands", async () => {
  const file = await ConfigFile.parse('{\n  "defaults": {\n    "list": { "limit": 1 }\n  }\n}', "/c");
  const path = ["defaults", "list", "limit"];
  assertEquals(await file.placeOf(path), "line 3, column 24");
  const error = await assertRejects(
    () =>
      file.check(() => {
        throw new PlanProblem(path, "is wrong", { atKey: true });
      }),
    UsageError,
  );
  assertEquals(error.message, 'Cannot use configuration "/c": line 3, column 15: is wrong');
  assertEquals(await file.check(() => 5), 5);
});

Deno.test("loadConfig() gives nothing when a store has no configuration, or is not there", async () => {
  using dir = new TempDir();
  assertEquals(await loadConfig(dir.path), undefined);
  assertEquals(await loadConfig(dir.at("absent")), undefined);
  assertEquals(await loadConfig(dir.write("file", "")), undefined);
});

Deno.test("loadConfig() fails when there is one that cannot be read", async () => {
  using dir = new TempDir();
  Deno.mkdirSync(dir.at("ziglog.jsonc"));
  const error = await assertRejects(() => loadConfig(dir.path), Error);
  assertEquals(error.message, `Cannot read configuration "${dir.at("ziglog.jsonc")}": it is not a file`);
});

Deno.test({
  name: "loadConfig() does not wait for somebody to write into a pipe in place of the configuration",
  ...needs("sh"),
  async fn(): Promise<void> {
    using dir = new TempDir();
    const args = ["-c", `mkfifo '${dir.at("ziglog.jsonc")}'`];
    assertEquals((await new Deno.Command("sh", { args }).output()).code, 0);
    await assertRejects(() => loadConfig(dir.path), Error, "it is not a file");
  },
});

Deno.test("loadConfig() refuses what nests so deeply that nobody can read it", async () => {
  using dir = new TempDir();
  dir.write("ziglog.jsonc", "[".repeat(200_000));
  await assertRejects(() => loadConfig(dir.path), UsageError, "its lists or objects nest too deeply");
});
