import { assertEquals, assertThrows } from "@std/assert";
import { array, assert as check, constantFrom, property, string } from "fast-check";
import { type Arguments, type Command, defineCommand } from "../../src/cli/command.ts";
import { parseArguments, valueFromText } from "../../src/cli/parse.ts";
import { UsageError } from "../../src/errors.ts";

const OPTIONS = {
  json: { kind: "boolean", short: "j", help: "" },
  "no-follow": { kind: "boolean", help: "" },
  workflow: { kind: "string", value: "NAME", help: "" },
  stream: { kind: "string", value: "STREAM", choices: ["stdout", "stderr"], help: "" },
  last: { kind: "integer", short: "n", value: "N", help: "" },
  filter: { kind: "list", value: "TYPE", help: "" },
} as const;

function commandWith(more: { maxPositionals?: number; takesRest?: boolean }): Command<typeof OPTIONS> {
  return defineCommand({
    usage: [],
    description: "",
    options: OPTIONS,
    examples: [],
    run: () => Promise.resolve(0),
    ...more,
  });
}

function parse(
  args: readonly string[],
  more: { maxPositionals?: number; takesRest?: boolean } = {},
): Arguments<typeof OPTIONS> {
  return parseArguments("test", commandWith(more), args);
}

Deno.test("parseArguments() gives every option a value when none is given", () => {
  const { options, positionals, rest } = parse([]);
  assertEquals(options, {
    json: false,
    "no-follow": false,
    workflow: undefined,
    stream: undefined,
    last: undefined,
    filter: [],
    root: undefined,
    project: undefined,
    color: false,
    "no-color": false,
    help: false,
  });
  assertEquals(positionals, []);
  assertEquals(rest, undefined);
});

Deno.test("parseArguments() reads every kind of option in each of its forms", () => {
  const { options, positionals } = parse(
    ["a", "--json", "--workflow", "w 1", "--last=007", "b", "--filter", "x", "--filter=y", "--no-follow", "--root=/r"],
  );
  assertEquals(positionals, ["a", "b"]);
  assertEquals(options.json, true);
  assertEquals(options["no-follow"], true);
  assertEquals(options.workflow, "w 1");
  assertEquals(options.last, 7);
  assertEquals(options.filter, ["x", "y"]);
  assertEquals(options.root, "/r");
  assertEquals(parse(["-n5"]).options.last, 5);
  assertEquals(parse(["-jn", "5"]).options.json, true);
  assertEquals(parse(["--last", "1", "--last", "2"]).options.last, 2);
  assertEquals(parse(["--workflow=--json"]).options.workflow, "--json");
});

Deno.test("parseArguments() leaves ids alone when they look like numbers", () => {
  assertEquals(parse(["0012", "1e5", "0x10", "95"]).positionals, ["0012", "1e5", "0x10", "95"]);
});

Deno.test("parseArguments() passes on untouched what follows --", () => {
  const args = ["p", "--json", "--", "make", "--json", "-x", "--", "--last=1", ""];
  const { options, positionals, rest } = parse(args, { takesRest: true, maxPositionals: 1 });
  assertEquals(options.json, true);
  assertEquals(positionals, ["p"]);
  assertEquals(rest, ["make", "--json", "-x", "--", "--last=1", ""]);
  assertEquals(parse(["--"], { takesRest: true }).rest, []);
  assertEquals(parse([], { takesRest: true }).rest, undefined);
});

Deno.test("parseArguments() passes on any text that follows --", () => {
  check(property(array(string()), (rest) => {
    assertEquals(parse(["--json", "--", ...rest], { takesRest: true }).rest, rest);
    assertEquals(parse(["--json", "--", ...rest]).positionals, rest);
  }));
});

for (
  const [args, message] of [
    [["--jsn"], 'Cannot use option "--jsn": test has no such option, did you mean --json?'],
    [["--nofollow"], "did you mean --no-follow?"],
    [["--no-last"], 'Cannot use option "--no-last": test has no such option'],
    [["--constructor"], 'Cannot use option "--constructor": test has no such option'],
    [["--__proto__=1"], 'Cannot use option "--__proto__": test has no such option'],
    [["--_=1", "a"], 'Cannot use option "--_=1"'],
    [["-x"], 'Cannot use option "-x": test has no such option'],
    [["-jx"], 'Cannot use option "-x": test has no such option'],
    [["-5"], 'Cannot use option "-5": test has no such option'],
    [["--workflow"], 'Cannot use option "--workflow": NAME is missing after it'],
    [["--workflow", "--json"], 'Cannot use option "--workflow": NAME is missing after it'],
    [["--workflow", ""], 'Cannot use option "--workflow": NAME is missing after it'],
    [["a", "b", "--workflow", ""], 'Cannot use option "--workflow": NAME is missing after it'],
    [["a", "b", "-n", "", "--json"], 'Cannot use option "--last": N is missing after it'],
    [["--last", "-1"], 'Cannot use --last "-1": a whole number from 0 is expected'],
    [["-n", "-1.5"], 'Cannot use --last "-1.5": a whole number from 0 is expected'],
    [["--json", "-1"], 'Cannot use option "-1": test has no such option'],
    [["--filter", "a", "--filter"], 'Cannot use option "--filter": TYPE is missing after it'],
    [["--last"], 'Cannot use option "--last": N is missing after it'],
    [["--last", "five"], 'Cannot use --last "five": a whole number from 0 is expected'],
    [["--last=-1"], 'Cannot use --last "-1": a whole number from 0 is expected'],
    [["--last=1.5"], 'Cannot use --last "1.5": a whole number from 0 is expected'],
    [["--last=99999999999999999999"], "a whole number from 0 is expected"],
    [["--json=maybe"], 'Cannot use "--json=maybe": --json takes no value'],
    [["--json", "false"], 'Cannot use "false": --json takes no value'],
    [["-j5"], 'Cannot use "5": --json takes no value'],
    [["--stream", "stdour"], 'Cannot use --stream "stdour": STREAM is one of stdout, stderr, did you mean stdout?'],
    [["a", "b", "c"], 'Cannot use argument "c": test takes 2 arguments besides options'],
    [["a", "--", "b", "--c"], 'Cannot use argument "--c": test takes 2 arguments besides options'],
  ] as const
) {
  Deno.test(`parseArguments() throws UsageError when given ${args.join(" ")}`, () => {
    const error = assertThrows(() => parse(args, { maxPositionals: 2 }), UsageError, message);
    assertEquals(error.message.endsWith(' (see "ziglog test --help")'), true, error.message);
  });
}

Deno.test("parseArguments() either parses or throws UsageError when given anything", () => {
  const words = [
    "--json",
    "-j",
    "--last",
    "--last=2",
    "-n",
    "--",
    "-",
    "--=",
    "-=",
    "--_",
    "-_",
    "a",
    "",
    "true",
    "-jn5",
  ];
  check(property(array(constantFrom(...words, "--filter", "--stream", "stdout")), (args) => {
    try {
      parse(args);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
    }
  }));
});

Deno.test("parseArguments() turns a switch off that has --no- before its name, and tells that it was given", () => {
  const { options, given } = parseArguments("test", commandWith({}), ["--no-json", "--last", "0", "--filter", "a"]);
  assertEquals([options.json, options.last], [false, 0]);
  assertEquals([...given].sort(), ["filter", "json", "last"]);
  assertEquals(parse(["--json", "--no-json"]).options.json, false);
});

Deno.test("parseArguments() takes --no- for the name of an option where there is one, and leaves what follows --", () => {
  const { options, given, rest } = parseArguments("test", commandWith({ takesRest: true }), [
    ...["--no-follow", "--no-color", "--", "--no-json"],
  ]);
  assertEquals([options["no-follow"], options["no-color"], options.json], [true, true, false]);
  assertEquals([...given].sort(), ["no-color", "no-follow"]);
  assertEquals(rest, ["--no-json"]);
});

Deno.test("parseArguments() tells of no option that was not given", () => {
  assertEquals(parseArguments("test", commandWith({}), ["a"]).given.size, 0);
});

for (const arg of ["--no-help", "--no-root", "--no-no-follow", "--no-"]) {
  Deno.test(`parseArguments() takes ${arg} for no negation`, () => {
    if (arg === "--no-no-follow") return assertEquals(parse([arg]).options["no-follow"], false);
    assertThrows(() => parse([arg]), UsageError);
  });
}

Deno.test("valueFromText() reads every kind of option", () => {
  const value = (name: keyof typeof OPTIONS, text: string): unknown => valueFromText("IT", OPTIONS[name], text);
  assertEquals(value("workflow", "a,b"), "a,b");
  assertEquals(value("last", "007"), 7);
  assertEquals(value("filter", "a,b"), ["a", "b"]);
  assertEquals([value("json", "1"), value("json", "true"), value("json", "0"), value("json", "false")], [
    true,
    true,
    false,
    false,
  ]);
  assertThrows(() => value("json", "on"), UsageError, 'Cannot use IT "on": 1 or 0 is expected');
  assertThrows(() => value("stream", "std"), UsageError, 'Cannot use IT "std": STREAM is one of');
  assertThrows(() => value("filter", "a,,b"), UsageError, 'Cannot use option "IT": TYPE is missing after it');
});
