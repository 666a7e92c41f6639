import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { resultOf, spawnFixture } from "../helpers/fixture.ts";
import { logText } from "../helpers/sessions.ts";
import { TempDir } from "../helpers/temp_dir.ts";

const SESSIONS = "logs/sessions";

/** What a pipe takes the place of. */
const PLACES = [
  `${SESSIONS}/victim.jsonl`,
  `${SESSIONS}/victim.lock`,
  `${SESSIONS}/victim.append`,
  `${SESSIONS}/victim.pin`,
  "logs/index.json",
  "logs/index.json.lock",
  "logs/index.json.tmp",
  "sessions_index.json",
  "sessions_index.json.lock",
  "ziglog.jsonc",
];

/** Commands that come across the files of a store. */
const COMMANDS = [
  ["list"],
  ["list", "--all"],
  ["show", "victim"],
  ["events", "victim"],
  ["listen", "victim", "--no-follow"],
  ["search", "all is well"],
  ["stats"],
  ["du"],
  ["verify", "--all"],
  ["doctor"],
  ["emit", "victim", "heartbeat", "interval_secs=10"],
  ["end", "victim"],
  ["start", "other"],
  ["pin", "victim"],
  ["unpin", "victim"],
  ["repair", "--all"],
  ["reindex"],
  ["prune", "--older-than", "1d", "--yes"],
];

Deno.test({
  name: "no command waits for a pipe that stands in place of a file of the store",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await Promise.all(PLACES.map(goOn));
  },
});

/** Runs all commands over a store with a pipe in it. */
async function goOn(place: string): Promise<void> {
  using dir = new TempDir();
  dir.write(`store/${SESSIONS}/good.jsonl`, logText("good", { end: "success", output: ["all is well"] }));
  if (!place.endsWith("victim.jsonl")) dir.write(`store/${SESSIONS}/victim.jsonl`, logText("victim"));
  const { success } = await new Deno.Command("mkfifo", { args: [dir.at(`store/${place}`)] }).output();
  assert(success);
  const child = spawnFixture("commands.ts", {
    args: COMMANDS.map((args) => JSON.stringify([...args, "--root", dir.at("store")])),
    cwd: dir.path,
  });
  const { code, stdout, stderr } = await resultOf(child); // for ever, where one of them waits
  assertEquals([code, stderr], [0, ""], place);
  const results = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(results.length, COMMANDS.length, place);
  for (const { line, code, stdout, stderr } of results) {
    if (code === 5) assertMatch(stderr, /"\/.+": it is (a pipe and )?not a file\n$/, `${place}: ${line}`);
    else if (line.startsWith('["list"')) assertStringIncludes(stdout, "good", place);
  }
}
