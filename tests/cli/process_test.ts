/** The program from outside: what only a process of its own can show. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { denoDir } from "../../scripts/imports.ts";
import { cliCommand, denoArgs, runCli } from "../helpers/deno.ts";
import { spawnFixture } from "../helpers/fixture.ts";
import { goldenBytes, goldenText } from "../helpers/golden.ts";
import { needs } from "../helpers/skip.ts";
import { BEAT, output, started, Store } from "./store.ts";

const CLI = new URL("../../cli.ts", import.meta.url).href;
const LOG = "zig/all/289aa865-eb73-48c9-a995-6b3245bfcc28.jsonl";

/** Reads a stream to its end, and tells when a text has come. */
function listenTo(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  text: string,
): { came: Promise<void>; end: Promise<string> } {
  const { promise: came, resolve, reject } = Promise.withResolvers<void>();
  const read = async (): Promise<string> => {
    let seen = "";
    for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
      seen += chunk;
      if (seen.includes(text)) resolve();
    }
    reject(new Error(`"${text}" did not come: ${seen}`));
    return seen;
  };
  return { came, end: read() };
}

function running(store: Store, bytes: Uint8Array<ArrayBuffer>): void {
  store.putLog("289aa865", bytes.subarray(0, bytes.lastIndexOf(0x0a, -2) + 1));
}

Deno.test("cli.ts prints the golden text byte for byte when its output is a pipe", async () => {
  using store = new Store();
  store.putLog("289aa865", goldenBytes(LOG));
  const { code, stdout } = await runCli(["listen", ...store.args], { home: store.root, root: store.root });
  assertEquals([code, stdout], [0, goldenText("zig/all/listen.txt")]);
});

Deno.test("cli.ts ends quietly when the reader of its output goes away", async () => {
  using store = new Store();
  store.put([started("w"), ...Array.from({ length: 20_000 }, (_, at) => output("a", `${at} ${"x".repeat(80)}`)), BEAT]);
  const child = cliCommand(["listen", ...store.args], { home: store.root, root: store.root }).spawn();
  const [status] = await Promise.all([child.status, child.stdout.cancel()]);
  assertEquals(status.code, 0);
  assertMatch(await new Response(child.stderr).text(), /^listening to session log: [^\n]*\n$/);
});

for (const [signal, exitCode] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const) {
  Deno.test({
    name: `cli.ts exits with ${exitCode} when listening and hit by ${signal}`,
    ignore: Deno.build.os === "windows",
    async fn(): Promise<void> {
      using store = new Store();
      running(store, goldenBytes(LOG));
      const child = cliCommand(["listen", ...store.args], { home: store.root, root: store.root }).spawn();
      const errors = new Response(child.stderr).text();
      const output = listenTo(child.stdout, "step 'f' failed");
      await output.came;
      child.kill(signal);
      const { code, signal: killedBy } = await child.status;
      assertEquals([code, killedBy], [exitCode, null]);
      assertMatch(await errors, /^listening to session log: [^\n]*\n$/);
      await output.end;
    },
  });
}

Deno.test({
  name: "cli.ts stops listening with 4 when the writer is killed, and lists it as crashed",
  ignore: Deno.build.os === "windows",
  async fn(): Promise<void> {
    using store = new Store();
    const writer = spawnFixture("writer.ts", { args: [store.root, store.root] });
    const output = listenTo(writer.stdout, "\n50\n");
    await output.came;
    const place = { home: store.root, root: store.root };
    const listener = cliCommand(["listen", "--active", "--filter", "step_output", ...store.args], place).spawn();
    const errors = listenTo(listener.stderr, "listening to session log");
    const printed = listenTo(listener.stdout, "[flood]");
    await Promise.all([errors.came, printed.came]);
    writer.kill("SIGKILL");
    const { code } = await listener.status;
    assertEquals(code, 4);
    assertStringIncludes(await errors.end, " died: its log has no end\n");
    await Promise.all([printed.end, output.end, writer.status, writer.stderr.cancel()]);
    const { stdout } = await runCli(["list", "--state", "crashed", "--json", ...store.args], place);
    assertEquals(JSON.parse(stdout).workflow_name, "crash");
  },
});

Deno.test({
  name: "cli.ts exits with 5 and names standard output when the disk is full",
  ...needs("devFull", "sh"),
  async fn(): Promise<void> {
    using store = new Store();
    store.putLog("289aa865", goldenBytes(LOG));
    const words = [Deno.execPath(), ...denoArgs("run"), "-A", CLI, "show", ...store.args];
    const { code, stderr } = await new Deno.Command("sh", { args: ["-c", '"$@" >/dev/full', "sh", ...words] }).output();
    assertEquals(code, 5);
    assertMatch(new TextDecoder().decode(stderr), /^ziglog: Cannot write to standard output: No space left .*\n$/m);
  },
});

/** Without a home, Deno would look for what it has loaded elsewhere. */
const DENO_DIR = denoDir();

/** Runs the program with these rights, and nobody to ask for more. */
async function runWith(
  rights: readonly string[],
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<[number, string]> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...denoArgs("run"), "--quiet", "--no-prompt", ...rights, CLI, ...args],
    env: { DENO_DIR, HOME: "", USERPROFILE: "", ZIGLOG_ROOT: "", ...env },
    stdout: "null",
    stderr: "piped",
  }).output();
  return [code, new TextDecoder().decode(stderr)];
}

Deno.test("cli.ts needs no rights at all for help and version", async () => {
  assertEquals(await runWith([], ["--version"]), [0, ""]);
  assertEquals(await runWith([], ["help", "list"]), [0, ""]);
});

Deno.test("cli.ts names the flag when a right is missing, and --root when there is no home", async () => {
  using store = new Store();
  const [code, stderr] = await runWith(["--allow-env"], ["list", ...store.args]);
  assertEquals(code, 5);
  assertStringIncludes(stderr, "--allow-read");
  for (const rights of [[], ["--allow-env", "--allow-read"]]) {
    const [code, stderr] = await runWith(rights, ["list"]);
    assertEquals(code, 2);
    assertMatch(stderr, /^ziglog: [^\n]*--root[^\n]*\n$/);
  }
});

Deno.test("cli.ts lists with no more rights than the store and the home", async () => {
  using store = new Store();
  store.put([started("w")]);
  const rights = ["--allow-env=HOME,USERPROFILE", `--allow-read=${store.root}`];
  assertEquals(await runWith(rights, ["list", ...store.args]), [0, ""]);
});
