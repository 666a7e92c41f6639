/** What agents say, as the commands print it. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { openLayout } from "../../src/storage/layout.ts";
import { needs } from "../helpers/skip.ts";
import { spawnAtTerminal } from "../helpers/terminal.ts";
import { AGENT_STARTED, Shelf, zagLine } from "../sources/shelf.ts";
import { type FakeOptions, runMain } from "./fake_host.ts";
import { readRest } from "./recorded.ts";

const SAID = "## Done\n\n- **all** of `it`, and of what belongs to it\n\n```sh\nmake \x1b[2J\n```";

/** Without marks, as wide as 40 columns. */
const SHOWN = "⏺ Done\n\n  • all of it, and of what belongs to it\n\n    sh\n    make ␛[2J\n";

// deno-lint-ignore no-control-regex
const MARKS = /\x1b\[\d+m/g;

/** A home directory with one session of an agent. */
class Talk extends Shelf {
  constructor(said = SAID) {
    super();
    const kinds = [
      AGENT_STARTED,
      { type: "user_message", role: "user", content: "**do** it", message_id: null },
      { type: "reasoning", content: "*how*?", message_id: null },
      { type: "assistant_message", content: said, message_id: null },
      { type: "session_ended", success: true, error: null },
    ] as const;
    const { sessionsDir } = openLayout({ root: this.rootOf("agents"), project: this.path });
    const text = kinds.map((kind, at) => zagLine("talk", at + 1, at, kind)).join("");
    this.write(`${sessionsDir.slice(this.path.length + 1)}/talk.jsonl`, text);
  }

  get place(): readonly string[] {
    return ["--root", this.rootOf("zig"), "--project", this.path];
  }

  /** What a command prints. */
  async print(args: readonly string[], options: FakeOptions): Promise<string> {
    const { code, stdout, stderr } = await runMain([...args, ...this.place], options);
    assertEquals(code, 0, stderr);
    return stdout;
  }
}

Deno.test("listen shows the markdown of an agent on a terminal, and nobody else's", async () => {
  using talk = new Talk();
  const printed = await talk.print(["listen", "talk", "--no-follow", "--show-thinking"], { columns: 40 });
  const lines = printed.split("\n");
  assertEquals(lines.slice(1, 4), [
    "\x1b[1m❯ **do** it\x1b[22m",
    "\x1b[2m…\x1b[22m \x1b[2m\x1b[3mhow\x1b[23m\x1b[22m\x1b[2m?\x1b[22m",
    "\x1b[36m⏺\x1b[39m \x1b[1mDone\x1b[22m",
  ]);
  assertStringIncludes(printed.replace(MARKS, ""), `\n${SHOWN}●`);
});

Deno.test("listen and events print what an agent said as it was written when nobody sees it, or as it was recorded when asked to", async () => {
  using talk = new Talk();
  const written = `⏺ ${SAID.replaceAll("\n", "\n  ")}\n`;
  const piped = await talk.print(["listen", "talk", "--color"], {});
  assertStringIncludes(piped.replace(MARKS, ""), written);
  assertStringIncludes(await talk.print(["events", "talk"], {}), written);
  assertStringIncludes(await talk.print(["events", "talk", "--raw", "--no-color"], { columns: 40 }), written);
  const json = await talk.print(["listen", "talk", "--no-follow", "--json"], { columns: 40 });
  assertStringIncludes(json, "## Done\\n\\n- **all**");
});

Deno.test("events shows markdown beside the number and the time where there is room, and below them otherwise", async () => {
  using talk = new Talk();
  const front = "     4 2026-01-01T12:00:03.000Z ⏺";
  const beside = (await talk.print(["events", "talk"], { columns: 80 })).replace(MARKS, "");
  const indent = " ".repeat(front.length + 1);
  assertStringIncludes(beside, `\n${front} Done\n\n${indent}• all of it, and of what belongs to it\n\n`);
  const below = (await talk.print(["events", "talk"], { columns: 60 })).replace(MARKS, "");
  assertStringIncludes(below, `\n${front}\n  Done\n\n  • all of it, and of what belongs to it\n\n    sh\n`);
  assertStringIncludes(below, "     3 2026-01-01T12:00:02.000Z reasoning\n");
});

Deno.test("listen --all shows markdown behind what tells the session", async () => {
  using talk = new Talk();
  const now = "2026-01-01T12:00:00Z";
  const printed = await talk.print(["listen", "--all", "--source", "agents", "--no-follow"], { columns: 40, now });
  const prefix = "talk claude | ";
  assertStringIncludes(
    printed.replace(MARKS, ""),
    ["⏺ Done", "", "  • all of it, and of what", "    belongs to it", "", "    sh", "    make ␛[2J", "● session"]
      .map((line) => `${prefix}${line}`.trimEnd()).join("\n"),
  );
});

Deno.test("listen -n counts what is shown, and shows it", async () => {
  using talk = new Talk();
  const printed = await talk.print(["listen", "talk", "--no-follow", "-n", "2"], { columns: 40 });
  assertEquals(printed.replace(MARKS, ""), `${SHOWN}● session ended\n`);
});

Deno.test("listen shows no secret of what an agent said, where signs stand in it or lines end in it", async () => {
  const secret = "pass _word_ of*several*words";
  using talk = new Talk(`It is: ${secret}`);
  talk.write(".zig/ziglog.jsonc", JSON.stringify({ redact: { literals: [secret] } }));
  for (const columns of [20, 80]) {
    const printed = await talk.print(["listen", "talk", "--no-follow"], { columns });
    assertStringIncludes(printed, "[redacted]\n");
    assert(!printed.includes("several"), printed);
  }
});

Deno.test({
  name: "listen shows markdown as wide as the terminal when at one",
  ...needs("script"),
  async fn(): Promise<void> {
    using talk = new Talk();
    const child = spawnAtTerminal(["listen", "talk", ...talk.place], {
      cwd: talk.path,
      columns: 30,
      env: { NO_COLOR: "", TERM: "xterm" },
    });
    const seen = await readRest(child.stdout.getReader());
    await child.stdin.close();
    assertEquals((await child.status).code, 0, seen);
    assertStringIncludes(
      seen.replaceAll("\r\n", "\n"),
      "\x1b[36m⏺\x1b[39m \x1b[1mDone\x1b[22m\n\n" +
        "  • \x1b[1mall\x1b[22m of \x1b[36mit\x1b[39m, and of what\n    belongs to it\n\n" +
        "    \x1b[2msh\x1b[22m\n    \x1b[36mmake ␛[2J\x1b[39m\n",
    );
  },
});
