import { assert, assertEquals, assertMatch, assertObjectMatch, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { cliCommand, denoArgs, runCli } from "../helpers/deno.ts";
import { needs } from "../helpers/skip.ts";
import { TempDir } from "../helpers/temp_dir.ts";
import { spawnAtTerminal } from "../helpers/terminal.ts";
import { outputOf, storyOf } from "../runner/executed.ts";
import { drain, readRest, readUntil, sessionIn } from "./recorded.ts";

const CLI = new URL("../../cli.ts", import.meta.url).href;

Deno.test("record records its input as a session of one step when it ends", async () => {
  using temp = new TempDir();
  const { code, stdout, stderr } = await runCli(["record"], { home: temp.path, input: "one\ntwo\n\nlast" });
  const events = sessionIn(temp.path);
  assertEquals([code, stdout], [0, ""]);
  assertMatch(stderr, /^ziglog: success after [\d.]+ m?s: ziglog show [0-9a-f-]{36}\n$/);
  assertStringIncludes(stderr, events[0]!.zig_session_id);
  assertEquals(storyOf(events), [
    "session record of 1",
    "tier 0: stdin",
    "stdin started in 0: exec standard input",
    "stdin stdout: one",
    "stdin stdout: two",
    "stdin stdout: ",
    "stdin stdout: last",
    "stdin completed: 0",
    "ended: success",
  ]);
});

Deno.test("record succeeds when its input is empty", async () => {
  using temp = new TempDir();
  const { code } = await runCli(["record", "--quiet"], { home: temp.path, input: "" });
  assertEquals([code, ...storyOf(sessionIn(temp.path)).slice(3)], [0, "stdin completed: 0", "ended: success"]);
});

Deno.test("record uses the names that it is given when there are some", async () => {
  using temp = new TempDir();
  await runCli(["record", "--workflow", "build", "--step", "cc"], { home: temp.path, input: "x\n" });
  const events = sessionIn(temp.path);
  assertObjectMatch(events[0]!, {
    type: "zig_session_started",
    workflow_name: "build",
    workflow_path: "",
    tier_count: 1,
  });
  assertEquals(outputOf(events, "cc"), ["x"]);
});

Deno.test("record --quiet says nothing when all goes well", async () => {
  using temp = new TempDir();
  const result = await runCli(["record", "--quiet"], { home: temp.path, input: "x\n" });
  assertEquals(result, { code: 0, stdout: "", stderr: "" });
});

Deno.test("record --tee passes every byte on when the input is anything at all", async () => {
  using temp = new TempDir();
  const inputs = fc.sample(fc.uint8Array({ minLength: 1, maxLength: 300 }), { numRuns: 30, seed: 4 });
  // Whatever ends a line, and whatever does not, with a piece that has no newline at the very end.
  const bytes = new Uint8Array([...inputs.flatMap((input) => [...input, 0x0a, 0x0d]), 0xc3]);
  const child = cliCommand(["record", "--tee"], { home: temp.path, stdin: "piped" }).spawn();
  const writing = ReadableStream.from([bytes.slice(0, 1000), bytes.slice(1000)]).pipeTo(child.stdin);
  const [{ stdout }] = await Promise.all([child.output(), writing]);
  assertEquals(stdout, bytes);
  const newlines = bytes.filter((byte) => byte === 0x0a).length;
  assertEquals(outputOf(sessionIn(temp.path), "stdin").length, newlines + 1);
});

Deno.test("record --tee passes a line on only once it is whole and in the log", async () => {
  using temp = new TempDir();
  const child = cliCommand(["record", "--tee"], { home: temp.path, stdin: "piped" }).spawn();
  const input = child.stdin.getWriter();
  const reader = child.stdout.getReader();
  await input.write(new TextEncoder().encode("one\ntw"));
  assertEquals(await readUntil(reader, "one"), "one\n");
  assertEquals(outputOf(sessionIn(temp.path), "stdin"), ["one"]);
  await input.write(new TextEncoder().encode("o\n"));
  assertEquals(await readUntil(reader, "o\n"), "two\n");
  assertEquals(outputOf(sessionIn(temp.path), "stdin"), ["one", "two"]);
  await input.close();
  await Promise.all([readRest(reader), child.stderr.cancel(), child.status]);
});

Deno.test("record --tee records to the end when nobody reads what it passes on", async () => {
  using temp = new TempDir();
  const child = cliCommand(["record", "--tee"], { home: temp.path, stdin: "piped" }).spawn();
  const input = child.stdin.getWriter();
  const reader = child.stdout.getReader();
  await input.write(new TextEncoder().encode("first\n"));
  await readUntil(reader, "first");
  await reader.cancel();
  for (let count = 0; count < 200; count++) await input.write(new TextEncoder().encode("more\n".repeat(1000)));
  await input.close();
  const [stderr, { code }] = await Promise.all([child.stderr.text(), child.status]);
  assertEquals(code, 0);
  assertMatch(stderr, /^ziglog: success after /);
  assertEquals(outputOf(sessionIn(temp.path), "stdin").length, 200_001);
});

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const) {
  Deno.test({
    name: `record records what is on its way and ends as a failure when it gets ${signal}`,
    ignore: Deno.build.os === "windows",
    async fn(): Promise<void> {
      using temp = new TempDir();
      const child = cliCommand(["record", "--tee"], { home: temp.path, stdin: "piped" }).spawn();
      const input = child.stdin.getWriter();
      const reader = child.stdout.getReader();
      await input.write(new TextEncoder().encode("before\n"));
      await readUntil(reader, "before");
      // When it goes on, both are there. The input stays open: it ends by itself.
      child.kill("SIGSTOP");
      child.kill(signal);
      await input.write(new TextEncoder().encode("on its way\nhalf"));
      child.kill("SIGCONT");
      const [rest, stderr, status] = await Promise.all([readRest(reader), child.stderr.text(), child.status]);
      await input.abort().catch(() => {});
      assertEquals([status.code, rest], [code, "on its way\nhalf"]);
      assertStringIncludes(stderr, `ziglog: failure (${signal}) after `);
      assertEquals(storyOf(sessionIn(temp.path)).slice(3), [
        "stdin stdout: before",
        "stdin stdout: on its way",
        "stdin stdout: half",
        `stdin failed 1: null interrupted by ${signal}`,
        "ended: failure",
      ]);
    },
  });
}

Deno.test({
  name: "record ends as a failure and exits with 5 when its input cannot be read",
  ...needs("sh"),
  async fn(): Promise<void> {
    using temp = new TempDir();
    const inner = [...denoArgs("run"), "-A", CLI, "record", "--root", temp.at(".zig")];
    const { code, stderr } = await new Deno.Command("sh", {
      args: ["-c", '"$@" < /', "sh", Deno.execPath(), ...inner],
      cwd: temp.path,
    }).output();
    assertEquals(code, 5);
    assertStringIncludes(new TextDecoder().decode(stderr), "ziglog: failure (cannot read standard input: ");
    assertEquals(storyOf(sessionIn(temp.path)).at(-1), "ended: failure");
  },
});

Deno.test({
  name: "record --tee passes everything on, tells that data is lost and exits with 5 when the disk is full",
  ...needs("sh", "tmpfs"),
  async fn(): Promise<void> {
    using temp = new TempDir();
    const inner = [...denoArgs("run"), "-A", CLI, "record", "--tee", "--root", "/mnt"];
    const script = 'mount -t tmpfs -o size=160k tmpfs /mnt; seq 1 5000 | "$@"';
    const { code, stdout, stderr } = await new Deno.Command("unshare", {
      args: ["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh", Deno.execPath(), ...inner],
      cwd: temp.path,
    }).output();
    assertEquals(code, 5);
    assertEquals(new TextDecoder().decode(stdout), Array.from({ length: 5000 }, (_, at) => `${at + 1}\n`).join(""));
    assertEquals(new TextDecoder().decode(stderr).match(/DATA IS LOST: /g)?.length, 1);
  },
});

Deno.test({
  name: "record says that it reads from the terminal when it does",
  ...needs("script"),
  async fn(): Promise<void> {
    using temp = new TempDir();
    const child = spawnAtTerminal(["record", "--root", temp.at(".zig")], { cwd: temp.path });
    const reader = child.stdout.getReader();
    const keys = child.stdin.getWriter();
    await readUntil(reader, "reading from the terminal: end with Ctrl-D");
    await keys.write(new TextEncoder().encode("typed\n\x04"));
    await readRest(reader);
    await keys.close();
    assertEquals((await child.status).code, 0);
    assertEquals(outputOf(sessionIn(temp.path), "stdin"), ["typed"]);
  },
});

Deno.test("record keeps its memory flat when 100 MB come in", async () => {
  using temp = new TempDir();
  const child = cliCommand(["record", "--tee", "--quiet"], { home: temp.path, stdin: "piped" }).spawn();
  const block = new TextEncoder().encode(("x".repeat(999) + "\n").repeat(100));
  const blocks = ReadableStream.from(Array.from({ length: 1000 }, () => block));
  const writing = blocks.pipeTo(child.stdin);
  const { shown, peakKb } = await drain(child);
  await Promise.all([writing, child.stderr.cancel(), child.status]);
  assertEquals(shown, 100_000_000);
  assert(peakKb < 160_000, `${peakKb} kB`);
  assertEquals(outputOf(sessionIn(temp.path), "stdin").length, 100_000);
});
