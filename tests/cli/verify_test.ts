import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { FINDINGS } from "../../src/query/finding.ts";
import { CORRUPTIONS, offsetOf } from "../helpers/corruptions.ts";
import { runCli } from "../helpers/deno.ts";
import { spawnFixture } from "../helpers/fixture.ts";
import { age, contentOf, recordAtHome } from "../helpers/recorded.ts";
import { SOUND_ID } from "../helpers/sound_log.ts";
import { TempDir } from "../helpers/temp_dir.ts";

interface Line {
  readonly type: string;
  readonly zig_session_id: string | null;
  readonly kind: string;
  readonly severity: string;
  readonly line: number;
  readonly offset: number;
  readonly damage: number;
  readonly state: string;
}

function linesOf(stdout: string): Line[] {
  return stdout.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}

Deno.test("ziglog verify tells that the newest session is sound", async () => {
  using dir = new TempDir();
  recordAtHome(dir, "failure");
  await new Promise((resolve) => setTimeout(resolve, 2));
  const { id } = recordAtHome(dir, "success");
  const { code, stdout, stderr } = await runCli(["verify"], { home: dir.path });
  assertEquals([code, stdout, stderr], [0, `${id} success: sound, 5 lines\n`, ""]);
});

Deno.test("ziglog verify tells line and byte of what is wrong, and what can be done", async () => {
  using dir = new TempDir();
  const { id, logPath } = recordAtHome(dir, "torn");
  const before = contentOf(dir.path);
  const { code, stdout, stderr } = await runCli(["verify", id.slice(0, 8)], { home: dir.path });
  const text = Deno.readTextFileSync(logPath);
  const at = new TextEncoder().encode(text.slice(0, text.lastIndexOf("\n") + 1)).length;
  const lines = stdout.trimEnd().split("\n");
  assertEquals([code, lines.length, stderr], [1, 3, `try: ziglog repair ${id}\n`]);
  assertEquals(lines[0], `${id} crashed: damaged (2 findings), 5 lines`);
  assertMatch(lines[1]!, new RegExp(`^  line 5, byte ${at}: torn: `));
  assertMatch(lines[2]!, /^ {2}line 6, byte \d+: missing_end: /);
  assertEquals(contentOf(dir.path), before);
});

Deno.test("ziglog verify --all --json finds each damage of the table at its line and byte", async () => {
  using dir = new TempDir();
  const sessions = `${dir.path}/.zig/logs/sessions`;
  Deno.mkdirSync(sessions, { recursive: true });
  const expected: string[] = [];
  CORRUPTIONS.forEach(({ bytes, writer, found }, at) => {
    const id = SOUND_ID.replace("289aa865", String(at).padStart(8, "0"));
    const path = `${sessions}/${id}.jsonl`;
    const renamed = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("").replaceAll(SOUND_ID, id);
    Deno.writeFileSync(path, Uint8Array.from(renamed, (character) => character.charCodeAt(0)));
    if (writer === "dead") Deno.writeTextFileSync(`${sessions}/${id}.lock`, "");
    age(10, path);
    expected.push(...found.map(([kind, line]) => `${id} ${kind} ${line} ${offsetOf(bytes, line)}`));
  });
  const { code, stdout, stderr } = await runCli(["verify", "--all", "--json"], { home: dir.path });
  assertEquals([code, stderr], [1, ""]);
  const lines = linesOf(stdout);
  const found = lines.filter(({ type }) => type === "finding");
  const told = found.map(({ zig_session_id, kind, line, offset }) => `${zig_session_id} ${kind} ${line} ${offset}`);
  assertEquals(told.sort(), expected.sort());
  for (const { kind, severity } of found) assertEquals(severity, FINDINGS[kind as keyof typeof FINDINGS].severity);
  const verdicts = lines.filter(({ type }) => type === "session");
  assertEquals(verdicts.length, CORRUPTIONS.length);
  for (const { zig_session_id: id, damage } of verdicts) {
    assertEquals(damage, found.filter((each) => each.zig_session_id === id && each.severity === "damage").length);
  }
});

Deno.test("ziglog verify --all tells of damaged sessions and indexes only, and sums up", async () => {
  using dir = new TempDir();
  const root = `${dir.path}/.zig`;
  const sound = recordAtHome(dir, "success");
  const dead = recordAtHome(dir, "dead");
  Deno.writeTextFileSync(`${root}/sessions_index.json`, '{"sessions":');
  const { code, stdout, stderr } = await runCli(["verify", "--all"], { home: dir.path });
  assertEquals([code, stderr], [1, "try: ziglog repair --all\n"]);
  assert(!stdout.includes(sound.id));
  assertStringIncludes(stdout, `${dead.id} crashed: damaged (1 finding), 4 lines\n`);
  assertStringIncludes(stdout, `${root}/sessions_index.json: damaged (1 finding)\n  index_damaged: `);
  assertMatch(stdout, /\n2 sessions checked, 1 damaged; 2 indexes checked, 1 damaged\n$/);
});

Deno.test("ziglog verify leaves the exit code alone for what is only worth knowing", async () => {
  using dir = new TempDir();
  const { logPath } = recordAtHome(dir, "success");
  Deno.writeTextFileSync(logPath, "\n\n", { append: true });
  const { code, stdout } = await runCli(["verify"], { home: dir.path });
  assertEquals(code, 0);
  assertMatch(stdout, /: sound, 7 lines, 1 note\n {2}line 6, byte \d+: blank_line: a blank line \(note\)\n$/);
});

Deno.test("ziglog verify shows control characters of a log instead of sending them", async () => {
  using dir = new TempDir();
  const { logPath } = recordAtHome(dir, "dead");
  Deno.writeTextFileSync(
    logPath,
    '{"seq":5,"ts":"\\u001b[31m","zig_session_id":"\\u001b]0;x\\u0007","type":"\\u009bm"}\n',
    { append: true },
  );
  const { stdout } = await runCli(["verify"], { home: dir.path });
  assertMatch(stdout, /unknown_type/);
  // deno-lint-ignore no-control-regex
  assert(!/[\x00-\x09\x0b-\x1f\x7f-\x9f]/.test(stdout), JSON.stringify(stdout));
});

Deno.test("ziglog verify refuses an id beside --all, and an id that there is not", async () => {
  using dir = new TempDir();
  const { id, logPath } = recordAtHome(dir, "success");
  const both = await runCli(["verify", "--all", id], { home: dir.path });
  assertEquals([both.code, both.stdout], [2, ""]);
  const none = await runCli(["verify", "nothing"], { home: dir.path });
  assertEquals([none.code, none.stdout], [3, ""]);
  Deno.removeSync(logPath);
  const gone = await runCli(["verify", id], { home: dir.path });
  assertEquals([gone.code, gone.stdout], [3, ""]);
  assertMatch(gone.stderr, /an index has it, and there is no log.*reindex/);
});

Deno.test("ziglog verify finds no fault in sessions that are written at full speed", async () => {
  using dir = new TempDir();
  const child = spawnFixture("flood.ts", { args: [dir.at(".zig"), dir.path], stdin: "piped" });
  const errors = new Response(child.stderr).text();
  const reader = child.stdout.getReader();
  await reader.read(); // the first one has begun
  const drained = (async (): Promise<void> => {
    while (!(await reader.read()).done);
  })();
  for (let look = 1; look <= 5; look++) {
    const { code, stdout, stderr } = await runCli(["verify"], { home: dir.path });
    assertEquals([code, stderr], [0, ""], stdout);
  }
  await child.stdin.close();
  await drained;
  assertEquals((await child.status).code, 0, await errors);
  const { code, stdout } = await runCli(["verify", "--all"], { home: dir.path });
  assertEquals(code, 0, stdout);
});
