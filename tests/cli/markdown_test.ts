import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { renderMarkdown } from "../../src/cli/markdown.ts";
import { COLORED, PLAIN } from "../../src/cli/style.ts";
import { widthOf } from "../../src/query/width.ts";

const NAMES: Readonly<Record<string, string>> = {
  1: "<b>",
  2: "<dim>",
  3: "<i>",
  4: "<u>",
  22: "</>",
  23: "</>",
  24: "</>",
  36: "<c>",
  39: "</>",
};

// deno-lint-ignore no-control-regex
const MARKS = /\x1b\[(1|2|3|4|22|23|24|36|39)m/g;

// deno-lint-ignore no-control-regex
const CONTROL = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/;

/** The lines with names for the marks. */
function shown(text: string, width = 40): string[] {
  return renderMarkdown(text, { width, style: COLORED }).replace(MARKS, (_, mark) => NAMES[mark]!).split("\n");
}

function unmarked(text: string, width: number): string {
  return renderMarkdown(text, { width, style: COLORED }).replace(MARKS, "");
}

const CONSTRUCTS: readonly (readonly [what: string, text: string, lines: readonly string[]])[] = [
  ["the highest heading", "# One `a`", ["<b><u>One </></><b><u><c>a</></></>"]],
  ["another heading", "### Three **3**", ["<b>Three 3</>"]],
  ["a heading over a line", "Two\n---\ntext", ["<b>Two</>", "", "text"]],
  ["emphasis", "a *b* __c__ ***d***!", ["a <i>b</> <b>c</> <i><b>d</></>!"]],
  ["emphasis in a word", "a**b**c", ["a<b>b</>c"]],
  ["what is struck out", "~~a~~", ["~~a~~"]],
  ["inline code", "run `a *b*` now", ["run <c>a *b*</> now"]],
  ["signs that are meant as such", "\\*a\\* 2 * 3 * 4 snake_case_name", ["*a* 2 * 3 * 4 snake_case_name"]],
  ["code", "a\n```ts\nif (x) {\n\n\ty();\n}\n```\nb", [
    ..."a||  <dim>ts</>|  <c>if (x) {</>||  <c>    y();</>|  <c>}</>||b".split("|"),
  ]],
  ["code without an end", "```\n*a*", ["  <c>*a*</>"]],
  ["indented code", "    a  b", ["  <c>a  b</>"]],
  ["a list", "- a\n- b *c*\n  - d", ["• a", "• b <i>c</>", "  • d"]],
  ["a loose list", "- a\n\n  more\n- b", ["• a", "", "  more", "", "• b"]],
  ["a list of numbers", "9. a\n10. b\n    more", [" 9. a", "10. b", "    more"]],
  ["tasks", "- [ ] a\n- [x] b\n\n1. [X] c", ["☐ a", "☑ b", "", "1. ☑ c"]],
  ["loose tasks", "- [ ] a\n\n- [x] b", ["☐ a", "", "☑ b"]],
  ["a quote", "> a\n> b\n>> c", ["<dim>│</> a", "<dim>│</> b", "<dim>│</>", "<dim>│</> <dim>│</> c"]],
  ["a link", '[a](http://x/y "T")', ['<u>a</><dim> (http://x/y "T")</>']],
  ["a link by name", "[a][b]\n\n[b]: http://x", ["<u>a</><dim> (http://x)</>", "", "[b]: http://x"]],
  ["an address", "<http://x/y> www.x.org a@b.org", ["<u>http://x/y</> <u>www.x.org</> <u>a@b.org</>"]],
  ["characters that are named", "1 &lt; 2 &amp;&amp; `&lt;` &#39;a&#39;&#27;&#9;b", ["1 < 2 && <c>&lt;</> 'a'␛ b"]],
  ["a picture", "![a](b.png)", ["<u>a</><dim> (b.png)</>"]],
  ["a rule", "a\n\n***\nb", ["a", "", `<dim>${"─".repeat(40)}</>`, "", "b"]],
  ["lines", "a\nb  \nc\n\n\nd", ["a", "b", "c", "", "d"]],
  ["lines that end as on Windows", "a\r\nb\r\n", ["a", "b"]],
  ["lines that begin with spaces", "a\n  *b*\n  c", ["a", "<i>b</>", "c"]],
  ["HTML", "<p>\na\n</p>\n\nb <i>c</i>", ["<p>", "a", "</p>", "", "b <i>c</i>"]],
  [
    "a table",
    "|a|b|c|\n|-|-:|:-:|\n|`x`|1|日本|\n|long|22|y<br>z|",
    [
      "<b>a</>    <dim>│</>  <b>b</> <dim>│</>  <b>c</>",
      "<dim>─────┼────┼─────</>",
      "<c>x</>    <dim>│</>  1 <dim>│</> 日本",
      "long <dim>│</> 22 <dim>│</>  y",
      "     <dim>│</>    <dim>│</>  z",
    ],
  ],
  ["nothing", " \n\n", [""]],
];

for (const [what, text, lines] of CONSTRUCTS) {
  Deno.test(`renderMarkdown() shows ${what} when its style marks`, () => {
    assertEquals(shown(text), lines);
  });
}

Deno.test("renderMarkdown() keeps the signs when its style marks nothing", () => {
  const text = "# A\n\n**b** *c* `d` [e](f)\n\n```ts\ng\n```\n\n- h";
  const lines = ["# A", "", "**b** *c* `d` e (f)", "", "  ```ts", "  g", "  ```", "", "• h"];
  assertEquals(renderMarkdown(text, { width: 40, style: PLAIN }).split("\n"), lines);
});

Deno.test("renderMarkdown() lets all of it stand back when it is quiet", () => {
  const text = renderMarkdown("a **b**\n\n```\nc\n```", { width: 40, style: COLORED, quiet: true });
  const [first, , code] = text.replace(MARKS, (_, mark) => NAMES[mark]!).split("\n");
  assertEquals([first, code], ["<dim>a </><dim><b>b</></>", "  <dim><c>c</></>"]);
});

Deno.test("renderMarkdown() breaks between words, by columns, and what has no words anywhere", () => {
  assertEquals(shown("one two three four five six", 20), ["one two three four", "five six"]);
  assertEquals(shown("**one two three four five** six", 20), ["<b>one two three four</>", "<b>five</> six"]);
  assertEquals(shown("- one two three four five", 20), ["• one two three four", "  five"]);
  assertEquals(shown(`a ${"日本語".repeat(5)}`, 20), ["a 日本語日本語日本語", "日本語日本語"]);
  assertEquals(shown("x".repeat(45), 20), ["x".repeat(20), "x".repeat(20), "x".repeat(5)]);
  assertEquals(shown("```\n" + "x y".repeat(10) + "\n```", 20), [
    `  <c>${"x y".repeat(6)}</>`,
    `  <c>${"x y".repeat(4)}</>`,
  ]);
});

Deno.test("renderMarkdown() narrows the widest columns of a table first, and shows one that cannot fit as it was written", () => {
  const text = "|a|b|\n|-|-|\n|1|one two three four five six|\n|2|seven|";
  assertEquals(unmarked(text, 24).split("\n"), [
    "a │ b",
    "──┼─────────────────────",
    "1 │ one two three four",
    "  │ five six",
    "2 │ seven",
  ]);
  const wide = `|${"column|".repeat(9)}\n|${"-|".repeat(9)}`;
  assertEquals(unmarked(wide, 30).replaceAll("\n", ""), wide.replaceAll("\n", ""));
});

/** What markdown is made of, and what is not meant to be any. */
const SIGNS = fc.constantFrom(
  ...["*", "**", "_", "`", "```", "~~", "[", "](", ")", "![", "<", ">", "> ", "- ", "1. ", "# ", "|", "|-|-|\n", "---"],
  ...[
    "\n",
    "\n\n",
    "\r\n",
    "\t",
    "    ",
    " ",
    "\\",
    "&#27;",
    "&#x9b;",
    "&#9;",
    "<br>",
    "- [x] ",
    "http://",
    "\n[a]: b\n",
  ],
  ...["\x1b[2J", "\x1b]8;;x\x07", "\x9b31m", "\x00", "\u2028", "\u202e", "日本", "👩‍👩‍👧‍👦", "e\u0301", "word", "\ud800"],
);
const TEXTS = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.array(fc.oneof(SIGNS, fc.string({ maxLength: 5 })), { maxLength: 60 }).map((parts) => parts.join("")),
);

Deno.test("renderMarkdown() writes no control characters but its own marks, and no line that is too wide, of any text", () => {
  fc.assert(
    fc.property(TEXTS, fc.integer({ min: 0, max: 100 }), (text, width) => {
      const lines = unmarked(text, width).split("\n");
      for (const line of lines) {
        assertEquals(CONTROL.exec(line), null, JSON.stringify(line));
        assert(widthOf(line) <= Math.max(20, width), JSON.stringify(line));
      }
      assertEquals(CONTROL.exec(renderMarkdown(text, { width, style: PLAIN }).replaceAll("\n", "")), null);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("renderMarkdown() keeps every word of any text", () => {
  const words = fc.stringMatching(/^[a-z]{4,8}$/);
  const texts = fc.array(fc.oneof(words, SIGNS.filter((sign) => !sign.startsWith("\n["))), { maxLength: 40 });
  fc.assert(
    fc.property(texts, (parts) => {
      const text = parts.join(" ");
      const all = unmarked(text, 1000);
      for (const [word] of text.matchAll(/\b[a-z]{4,8}\b/g)) assert(all.includes(word), `${word} is not in ${all}`);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("renderMarkdown() shows as it was written what is too long, or nested too deep", () => {
  const long = "**a**\n".repeat(20_000).trimEnd();
  assert(shown(long).join("\n") === long, "the long one");
  for (const sign of [">", "> ", "- ", "1. "]) {
    const deep = `${sign.repeat(20_000)}a`;
    const spaceless = (text: string): string => text.replaceAll(" ", "");
    assert(spaceless(shown(deep).join("")) === spaceless(deep), sign);
  }
  assertEquals(shown(`${"> ".repeat(20)}a`, 100), [`${"> ".repeat(20)}a`]);
  assertEquals(shown(`${"> ".repeat(9)}a`, 20), [`${"<dim>│</> ".repeat(7)}> > a`]);
  assertEquals(shown(`${"> ".repeat(6)}999999999. [x] a`, 20), [
    `${"<dim>│</> ".repeat(6)}99999999`,
    `${"<dim>│</> ".repeat(6)}9. [x] a`,
  ]);
});
