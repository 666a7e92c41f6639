import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { UsageError } from "../../src/errors.ts";
import { parsePlan, type Plan } from "../../src/runner/plan.ts";

Deno.test("parsePlan() reads every key when a plan has them all", async () => {
  const plan = await parsePlan(
    `// a plan
    {
      "name": "release", /* and
      so on */
      "steps": [
        { "name": "build", "run": "make all", "env": { "CC": "clang", "__proto__": "x" }, "cwd": "src" },
        { "name": "test", "run": ["make", "test", ""], "depends_on": ["build"], "retries": 2, "timeout_secs": 0.5 },
        { "name": "tell", "run": "mail", "when": { "step": "test", "is": ["failed", "skipped"] } },
        { "name": "review", "run": ["claude", "-p", "x"], "agent": "claude", "model": "opus" },
      ],
    }`,
    "plan.jsonc",
  );
  const plain = {
    dependsOn: [],
    env: {},
    cwd: null,
    retries: 0,
    timeoutSecs: null,
    agent: null,
    model: null,
    when: null,
  };
  const env = Object.fromEntries([["CC", "clang"], ["__proto__", "x"]]);
  const build = { ...plain, name: "build", run: "make all", env, cwd: "src" };
  const test = {
    ...plain,
    name: "test",
    run: ["make", "test", ""],
    dependsOn: ["build"],
    retries: 2,
    timeoutSecs: 0.5,
  };
  const tell = { ...plain, name: "tell", run: "mail", when: { step: "test", is: ["failed", "skipped"] } };
  const review = { ...plain, name: "review", run: ["claude", "-p", "x"], agent: "claude", model: "opus" };
  assertEquals<unknown>(plan, {
    name: "release",
    steps: [build, test, tell, review],
    tiers: [[build, review], [test], [tell]],
  });
});

Deno.test("parsePlan() passes over a byte order mark, and counts columns without it", async () => {
  const { name } = await parsePlan(`\ufeff{ "name": "p", "steps": [{ "name": "a", "run": "x" }] }`, "p");
  assertEquals(name, "p");
  await assertRejects(() => parsePlan(`\ufeff{ "nam": "p" }`, "p"), UsageError, "line 1, column 3: ");
});

Deno.test("parsePlan() takes a single outcome for a list of one when a rule has it", async () => {
  const { steps } = await parsePlan(
    `{ "name": "p", "steps": [
      { "name": "a", "run": "x", "when": { "step": "b", "is": "succeeded" } }, { "name": "b", "run": "x" }
    ] }`,
    "p",
  );
  assertEquals(steps[0]!.when, { step: "b", is: ["succeeded"] });
});

/** A plan whose steps are this text; they begin in line 4. */
function planOf(steps: string): string {
  return `{\n  "name": "p",\n  "steps": [\n    ${steps}\n  ]\n}\n`;
}

const MISTAKES: readonly (readonly [what: string, text: string, message: string])[] = [
  ["it is empty", "", "line 1, column 1: a value is expected"],
  ["it is blank", " \n\n", "line 1, column 1: a value is expected"],
  ["it is a list", "[]", `line 1, column 1: the plan is a list, not an object with "name" and "steps"`],
  ["it ends early", `{\n"name": "p"`, "line 2, column 12: a closing brace is expected"],
  [
    "it goes on",
    planOf(`{ "name": "a", "run": "x" }`) + "}",
    "line 7, column 1: something follows the end of the plan",
  ],
  ["a quote is missing", planOf(`{ "name": "a", "run": "x }`), "line 4, column 27: the string does not end"],
  ["a comma is missing", planOf(`{ "name": "a" "run": "x" }`), "line 4, column 19: a comma is expected"],
  ["a key is bare", planOf(`{ name: "a" }`), "line 4, column 7: a word that JSON does not know"],
  ["an escape is wrong", planOf(`{ "name": "\\q" }`), "line 4, column 15: not an escape of JSON"],
  ["a comment is open", "{\r\n  /* x", "line 2, column 3: the comment does not end"],
  ["the name is missing", `\n {"steps": []}`, `line 2, column 2: a plan needs "name"`],
  ["the steps are missing", `{"name": "p"}`, `line 1, column 1: a plan needs "steps"`],
  ["there is no step", `{"name": "p", "steps": []}`, `line 1, column 24: "steps" is empty: a plan needs a step`],
  ["a key is misspelt", `{"nam": "p"}`, `line 1, column 2: "nam" is not a key of a plan; did you mean "name"?`],
  [
    "a step's key is misspelt",
    planOf(`{ "name": "a", "run": "x", "dependson": [] }`),
    `line 4, column 32: "dependson" is not a key of a step; did you mean "depends_on"?`,
  ],
  [
    "an agent is not known",
    planOf(`{ "name": "a", "run": "x", "agent": "clyde" }`),
    `line 4, column 41: "agent" is "clyde", not "claude" or "codex" or "gemini" or "copilot"`,
  ],
  [
    "a key is like no other",
    planOf(`{ "name": "a", "run": "x", "when": { "xyzzy": 1 } }`),
    `line 4, column 42: "xyzzy" is not a key of "when"; its keys are "step", "is"`,
  ],
  [
    "a step is no object",
    planOf(`"make"`),
    `line 4, column 5: entry 1 of "steps" is "make", not an object with "name" and "run"`,
  ],
  ["a step has no name", planOf(`{ "run": "x" }`), `line 4, column 5: a step needs "name"`],
  ["a name is no string", planOf(`{ "name": 1, "run": "x" }`), `line 4, column 15: "name" is 1, not a string`],
  ["a name is blank", planOf(`{ "name": " ", "run": "x" }`), `line 4, column 15: "name" is empty`],
  [
    "a name breaks the line",
    planOf(`{ "name": "a\\nb", "run": "x" }`),
    `line 4, column 15: "name" holds a line break or another control character`,
  ],
  [
    "a name is half a character",
    planOf(`{ "name": "a\\ud83d", "run": "x" }`),
    `line 4, column 15: "name" holds half a surrogate pair`,
  ],
  ["a command is empty", planOf(`{ "name": "a", "run": "" }`), `line 4, column 27: "run" is empty`],
  [
    "a command has no program",
    planOf(`{ "name": "a", "run": [] }`),
    `line 4, column 27: "run" is empty: it needs a program`,
  ],
  [
    "an argument is no string",
    planOf(`{ "name": "a", "run": ["x", true] }`),
    `line 4, column 33: entry 2 of "run" is true, not a string`,
  ],
  [
    "an argument holds a zero",
    planOf(`{ "name": "a", "run": ["x", "\\u0000"] }`),
    `line 4, column 33: entry 2 of "run" holds the character U+0000`,
  ],
  [
    "dependencies are no list",
    planOf(`{ "name": "a", "run": "x", "depends_on": "b" }`),
    `line 4, column 46: "depends_on" is "b", not a list of names of steps`,
  ],
  [
    "a dependency does not exist",
    planOf(`{ "name": "build", "run": "x" }, { "name": "b", "run": "x", "depends_on": ["biuld"] }`),
    `line 4, column 80: there is no step with the name "biuld"; did you mean "build"?`,
  ],
  [
    "a rule is about no step",
    planOf(`{ "name": "a", "run": "x", "when": { "step": "zzz", "is": "failed" } }`),
    `line 4, column 50: there is no step with the name "zzz"`,
  ],
  [
    "a rule has a strange outcome",
    planOf(`{ "name": "a", "run": "x", "when": { "step": "a", "is": "bad" } }`),
    `line 4, column 61: "is" is "bad", not "succeeded" or "failed" or "skipped"`,
  ],
  [
    "a rule has no outcome",
    planOf(`{ "name": "a", "run": "x", "when": { "step": "a", "is": [] } }`),
    `line 4, column 61: "is" is empty: it needs an outcome`,
  ],
  [
    "two steps have one name",
    planOf(`{ "name": "å😀", "run": "x" }, { "name": "å😀", "run": "y" }`),
    `line 4, column 45: two steps have the name "å😀"`,
  ],
  [
    "steps depend on each other",
    planOf(`{ "name": "z", "run": "x", "depends_on": ["a"] },
    { "name": "a", "run": "x", "depends_on": ["b"] },
    { "name": "b", "run": "x", "depends_on": ["c"] },
    { "name": "c", "run": "x", "when": { "step": "a", "is": "failed" } }`),
    `line 5, column 47: the steps depend on each other in a cycle: "a" -> "b" -> "c" -> "a"`,
  ],
  [
    "a step depends on itself",
    planOf(`{ "name": "a", "run": "x", "depends_on": ["a"] }`),
    `line 4, column 47: the steps depend on each other in a cycle: "a" -> "a"`,
  ],
  [
    "retries are negative",
    planOf(`{ "name": "a", "run": "x", "retries": -1 }`),
    `line 4, column 43: "retries" is -1, not a whole number from 0 on`,
  ],
  [
    "retries are no whole number",
    planOf(`{ "name": "a", "run": "x", "retries": 1.5 }`),
    `line 4, column 43: "retries" is 1.5, not a whole number from 0 on`,
  ],
  [
    "there is no time",
    planOf(`{ "name": "a", "run": "x", "timeout_secs": 0 }`),
    `line 4, column 48: "timeout_secs" is 0, not a number of seconds above 0 and up to 2147483`,
  ],
  [
    "a variable is no string",
    planOf(`{ "name": "a", "run": "x", "env": { "A": 1 } }`),
    `line 4, column 46: "A" is 1, not a string`,
  ],
  [
    "a variable has an equals sign",
    planOf(`{ "name": "a", "run": "x", "env": { "A=B": "c" } }`),
    `line 4, column 41: "A=B" cannot be the name of an environment variable`,
  ],
  [
    "a directory is null",
    planOf(`{ "name": "a", "run": "x", "cwd": null }`),
    `line 4, column 39: "cwd" is null, not a string`,
  ],
];

for (const [what, text, message] of MISTAKES) {
  Deno.test(`parsePlan() tells line and column when ${what}`, async () => {
    const error = await assertRejects(() => parsePlan(text, "my/plan.jsonc"), UsageError);
    assertEquals(error.message, `Cannot read plan "my/plan.jsonc": ${message}`);
  });
}

interface Graph {
  readonly needs: readonly (readonly number[])[];
}

/** Steps of which each needs some of those before it, in an order that tells nothing of that. */
const anyGraph: fc.Arbitrary<Graph> = fc.integer({ min: 1, max: 12 }).chain((count) =>
  fc.record({
    needs: fc.tuple(...Array.from({ length: count }, (_, at) => at === 0 ? fc.constant([]) : fc.subarray(range(at)))),
    order: fc.shuffledSubarray(range(count), { minLength: count }),
  })
).map(({ needs, order }) => {
  const placeOf = new Map(order.map((step, place) => [step, place]));
  return { needs: order.map((step) => needs[step]!.map((other) => placeOf.get(other)!)) };
});

function range(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at);
}

/** Every third dependency is written as a rule. */
function textOf({ needs }: Graph): string {
  const steps = needs.map((needed, at) => {
    const asRule = at % 3 === 0 ? needed.at(-1) : undefined;
    const dependsOn = needed.filter((other) => other !== asRule).map((other) => `s${other}`);
    const when = asRule === undefined ? {} : { when: { step: `s${asRule}`, is: "failed" } };
    return { name: `s${at}`, run: "x", depends_on: dependsOn, ...when };
  });
  return JSON.stringify({ name: "p", steps });
}

function tierOf(plan: Plan, step: number): number {
  return plan.tiers.findIndex((tier) => tier.some(({ name }) => name === `s${step}`));
}

Deno.test("parsePlan() puts every step in one tier, and in the first after what it needs, when there is no cycle", async () => {
  await fc.assert(fc.asyncProperty(anyGraph, async (graph) => {
    const plan = await parsePlan(textOf(graph), "p");
    assertEquals(plan.tiers.flat().length, graph.needs.length);
    assertEquals(new Set(plan.tiers.flat()).size, graph.needs.length);
    graph.needs.forEach((needed, step) => {
      assertEquals(tierOf(plan, step), Math.max(-1, ...needed.map((other) => tierOf(plan, other))) + 1);
    });
  }));
});

Deno.test("parsePlan() finds the cycle when one is added to any steps", async () => {
  const anyCycle = anyGraph.chain(({ needs }) =>
    fc.record({
      needs: fc.constant(needs),
      cycle: fc.shuffledSubarray(range(needs.length), { minLength: 1 }),
    })
  );
  await fc.assert(fc.asyncProperty(anyCycle, async ({ needs, cycle }) => {
    const tied = needs.map((needed, step) => {
      const at = cycle.indexOf(step);
      return at === -1 ? needed : [...new Set([...needed, cycle[(at + 1) % cycle.length]!])];
    });
    const { message } = await assertRejects(() => parsePlan(textOf({ needs: tied }), "p"), UsageError);
    const named = Array.from(/in a cycle: (.*)$/.exec(message)![1]!.matchAll(/"s(\d+)"/g), ([, step]) => Number(step));
    assert(named.length > 1);
    assertEquals(named[0], named.at(-1));
    for (const [at, step] of named.slice(0, -1).entries()) assert(tied[step]!.includes(named[at + 1]!), message);
  }));
});

Deno.test("parsePlan() is done soon when a plan is long", async () => {
  const needs = range(20_000).map((at) => at === 0 ? [] : [at - 1]);
  assertEquals((await parsePlan(textOf({ needs }), "p")).tiers.length, 20_000);
});
