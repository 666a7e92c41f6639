import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Command, GLOBAL_OPTIONS } from "../../src/cli/command.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { failureOf } from "../../src/cli/failure.ts";
import { OutputClosedError } from "../../src/cli/host.ts";
import { main } from "../../src/cli/main.ts";
import { parseArguments } from "../../src/cli/parse.ts";
import {
  AmbiguousSessionError,
  IndexBrokenError,
  LogLockedError,
  LogWriteError,
  SessionEndedError,
  SessionNotFoundError,
  UsageError,
} from "../../src/errors.ts";
import { VERSION } from "../../src/version.ts";
import { FakeHost, runMain } from "./fake_host.ts";
import { Store } from "./store.ts";

const TOP = new URL("../../", import.meta.url);

Deno.test("main() prints the version of deno.json when asked for it", async () => {
  const { version } = JSON.parse(Deno.readTextFileSync(new URL("deno.json", TOP)));
  assertEquals(VERSION, version);
  for (const args of [["--version"], ["-V"], ["version"]]) {
    assertEquals(await runMain(args).then(({ code, stdout, stderr }) => [code, stdout, stderr]), [
      0,
      `ziglog ${version}\n`,
      "",
    ]);
  }
});

Deno.test("main() gives an overview of all commands when asked for help", async () => {
  const { code, stdout, stderr } = await runMain(["help"]);
  assertEquals([code, stderr], [0, ""]);
  for (const [name, { summary }] of Object.entries(COMMANDS)) {
    assertMatch(stdout, new RegExp(`^ +${name} +${summary.slice(0, 30)}`, "m"));
  }
  for (const args of [["--help"], ["-h"], ["help", "help"], ["--root", "/x", "--help"]]) {
    assertEquals((await runMain(args)).stdout, stdout);
  }
});

Deno.test("main() gives the overview on standard error, and exit code 2, when there is no command", async () => {
  const { code, stdout, stderr } = await runMain([]);
  assertEquals([code, stdout], [2, ""]);
  assertStringIncludes(stderr, "Commands:");
});

for (const [name, { load, summary }] of Object.entries(COMMANDS)) {
  Deno.test(`main() gives the help of ${name}, in 80 columns, in each way of asking`, async () => {
    const command = await load();
    const { code, stdout, stderr } = await runMain(["help", name]);
    assertEquals([code, stderr], [0, ""]);
    assert(stdout.startsWith(`ziglog ${name}: ${summary}\n`));
    for (const option of Object.keys({ ...command.options, ...GLOBAL_OPTIONS })) {
      assertMatch(stdout, new RegExp(`^  (-\\w, |    )--${option} `, "m"));
    }
    for (const example of command.examples) {
      assertStringIncludes(stdout, `  ${example.command}\n      ${example.help}\n`);
    }
    const prose = stdout.slice(0, stdout.indexOf("\nExamples:\n"));
    for (const line of prose.split("\n")) assert(line.length <= 80, line);
    for (const args of [[name, "--help"], [name, "-h"], [name, "--bogus", "--help"], ["--help", name]]) {
      assertEquals((await runMain(args)).stdout, stdout);
    }
  });

  Deno.test(`parseArguments() takes the worked examples of ${name}`, async () => {
    const command = await load();
    assert(command.examples.length > 0);
    for (const example of command.examples) checkExample(name, command, example.command);
  });
}

/** Reads an example as a shell would, as far as examples go; what it says of other commands is theirs to check. */
function checkExample(name: string, command: Command, example: string): void {
  const calls = Array.from(example.matchAll(/\bziglog [^|)>\n]*/g), ([line]) => {
    return Array.from(line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g), ([, a, b, c]) => a ?? b ?? c!);
  }).filter(([, called]) => called === name);
  assert(calls.length > 0, `no call of ${name} in: ${example}`);
  for (const words of calls) parseArguments(name, command, words.slice(2));
}

Deno.test("main() keeps help for -- out of what follows it", async () => {
  const { stdout, stderr } = await runMain(["list", "--", "--help"]);
  assertEquals(stdout, "");
  assertStringIncludes(stderr, 'Cannot use argument "--help"');
});

for (
  const [args, message] of [
    [["lsit"], 'ziglog: Cannot run command "lsit": there is no such command, did you mean list? (see "ziglog help")\n'],
    [["constructor"], 'ziglog: Cannot run command "constructor": there is no such command (see "ziglog help")\n'],
    [
      ["help", "shwo"],
      'ziglog: Cannot run command "shwo": there is no such command, did you mean show? (see "ziglog help")\n',
    ],
    [["--json"], 'ziglog: Cannot use option "--json": it needs a command before it (see "ziglog help")\n'],
    [
      ["list", "--stat"],
      'ziglog: Cannot use option "--stat": list has no such option, did you mean --state? (see "ziglog list --help")\n',
    ],
    [
      ["--constructor", "list"],
      'ziglog: Cannot use option "--constructor": list has no such option (see "ziglog list --help")\n',
    ],
  ] as const
) {
  Deno.test(`main() says what is wrong in one line, and exits with 2, when given ${args.join(" ")}`, async () => {
    const { code, stdout, stderr } = await runMain(args);
    assertEquals([code, stdout, stderr], [2, "", message]);
  });
}

Deno.test("main() takes options of every command in front of the command as well", async () => {
  using store = new Store();
  store.write("there").ended("success", 1);
  const { code, stdout } = await runMain(["--root", store.root, `--project=${store.root}`, "list", "--json"]);
  assertEquals(code, 0);
  assertEquals(JSON.parse(stdout).workflow_name, "there");
});

Deno.test("main() colours only for a terminal that wants it, or when told to", async () => {
  const isColored = async (args: string[], columns?: number, env: Record<string, string> = {}): Promise<boolean> => {
    const { stdout } = await runMain(args, { ...(columns === undefined ? {} : { columns }), env });
    return stdout.includes("\x1b[");
  };
  assertEquals(await isColored(["help"]), false);
  assertEquals(await isColored(["help"], 80), true);
  assertEquals(await isColored(["help"], 80, { NO_COLOR: "1" }), false);
  assertEquals(await isColored(["help"], 80, { NO_COLOR: "" }), true);
  assertEquals(await isColored(["help"], 80, { TERM: "dumb" }), false);
  assertEquals(await isColored(["help"], undefined, { FORCE_COLOR: "1" }), true);
  assertEquals(await isColored(["help"], undefined, { FORCE_COLOR: "1", NO_COLOR: "1" }), false);
  assertEquals(await isColored(["help"], 80, { FORCE_COLOR: "0" }), false);
  assertEquals(await isColored(["help", "--no-color"], 80), false);
  assertEquals(await isColored(["help", "--color"], undefined, { NO_COLOR: "1" }), true);
  assertEquals(await isColored(["help", "--", "--color"]), false);
});

Deno.test("main() ends quietly when the reader of its output has gone", async () => {
  const { code, stderr } = await runMain(["help"], { writesBeforeClosed: 0 });
  assertEquals([code, stderr], [0, ""]);
});

Deno.test("main() still exits as it should when standard error is closed", async () => {
  const host = new FakeHost();
  host.stderr.write = (): void => {
    throw new OutputClosedError("gone");
  };
  assertEquals(await main(["bogus"], host), 2);
});

Deno.test("failureOf() tells of an error of the system in the form of all other messages", () => {
  for (
    const [message, told] of [
      ["Permission denied (os error 13): open '/a b'", 'Cannot open "/a b": permission denied (os error 13)'],
      ["Not a directory (os error 20): readdir '/a'", 'Cannot list directory "/a": not a directory (os error 20)'],
      ["No space left (os error 28): rename 'a' -> 'b'", 'Cannot rename "a" to "b": no space left (os error 28)'],
      ["Permission denied (os error 13)", "Permission denied (os error 13)"],
      ["Cannot read a line: line\nbreak", "Cannot read a line: line␊break"],
      ['Cannot read plan "p": it may not be read', 'Cannot read plan "p": it may not be read'],
    ] as const
  ) assertEquals(failureOf(new Deno.errors.PermissionDenied(message)), { exitCode: 5, message: told });
});

Deno.test("main() shows control characters in an error instead of sending them", async () => {
  const { stderr } = await runMain(["l\x1b[2J\u202e\rs"]);
  assertEquals(
    stderr,
    'ziglog: Cannot run command "l␛[2J\\u202e␍s": there is no such command (see "ziglog help")\n',
  );
});

Deno.test("failureOf() gives each error its exit code", () => {
  const cases: readonly (readonly [unknown, number])[] = [
    [new UsageError("a"), 2],
    [new SyntaxError("an id"), 2],
    [new SessionNotFoundError("a"), 3],
    [new AmbiguousSessionError("a", ["ab", "ac"]), 3],
    [new LogLockedError("/l"), 5],
    [new LogWriteError("/l", 0, new Error("full")), 5],
    [new SessionEndedError("a"), 3],
    [new IndexBrokenError("/i", "it is empty"), 5],
    [new Deno.errors.NotFound("a"), 5],
    [new Deno.errors.NotCapable("Requires read access, run again with the --allow-read flag"), 5],
    [Object.assign(new Error("No space left on device"), { code: "ENOSPC" }), 5],
    [new SuppressedError(new UsageError("first"), new Error("second")), 2],
    ["a text", 5],
  ];
  for (const [error, exitCode] of cases) assertEquals(failureOf(error).exitCode, exitCode, String(error));
  assertEquals(failureOf(new UsageError("what is wrong")).message, "what is wrong");
  assertEquals(failureOf(new SuppressedError(new UsageError("first"), new Error("second"))).message, "first");
});

Deno.test("failureOf() tells where when the program itself is wrong", () => {
  const { message } = failureOf(new TypeError("undefined is not a function"));
  assertStringIncludes(message, "internal error: TypeError: undefined is not a function");
  assertStringIncludes(message, import.meta.url);
});

Deno.test("main() loads nothing of a command before it is used", () => {
  const seen = new Set([new URL("cli.ts", TOP).href]);
  for (const url of seen) {
    const text = Deno.readTextFileSync(new URL(url));
    for (const [, specifier] of text.matchAll(/^(?:import|export) (?!type )[^;]*?from "(\.[^"]+)";$/gm)) {
      seen.add(new URL(specifier!, url).href);
    }
  }
  const loaded = Array.from(seen, (url) => url.slice(TOP.href.length)).sort();
  assert(loaded.includes("src/cli/parse.ts"), loaded.join());
  assertEquals(loaded.filter((path) => /^src\/(storage|session|codec|query)\//.test(path)), []);
  assertEquals(loaded.filter((path) => Object.keys(COMMANDS).some((name) => path === `src/cli/${name}.ts`)), []);
});
