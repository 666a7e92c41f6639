import { assertEquals, assertStringIncludes } from "@std/assert";
import { GLOBAL_OPTIONS } from "../../src/cli/command.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { escaped } from "../../src/cli/man.ts";
import { VERSION } from "../../src/version.ts";
import { needs } from "../helpers/skip.ts";
import { runMain } from "./fake_host.ts";

/** Lays a page out as text, and complains about whatever is wrong with it. */
async function layOut(page: string): Promise<{ text: string; complaints: string }> {
  const child = new Deno.Command("groff", {
    args: ["-man", "-ww", "-Tascii", "-P-cbou", "-rLL=500n", "-rHY=0", "-dAD=l"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const [output] = await Promise.all([
    child.output(),
    ReadableStream.from([new TextEncoder().encode(page)]).pipeTo(child.stdin),
  ]);
  const decoder = new TextDecoder();
  return { text: decoder.decode(output.stdout), complaints: decoder.decode(output.stderr) };
}

Deno.test("help --man prints a page in plain ASCII that has no stray requests", async () => {
  const { code, stdout, stderr } = await runMain(["help", "--man"]);
  assertEquals([code, stderr], [0, ""]);
  assertEquals(stdout.match(/[^\n -~]/g), null);
  assertStringIncludes(stdout, `"ziglog ${VERSION}"`);
  const requests = new Set(Array.from(stdout.matchAll(/^[.'](\w*)/gm), ([, name]) => name));
  assertEquals([...requests].sort(), ["B", "PP", "RE", "RS", "SH", "SS", "TH", "TP", "br", "fi", "nf"]);
});

Deno.test({
  name: "help --man tells of every command, option and example, and groff has nothing to complain about",
  ...needs("groff"),
  async fn(): Promise<void> {
    const { text, complaints } = await layOut((await runMain(["help", "--man"])).stdout);
    assertEquals(complaints, "");
    const flat = text.replaceAll(/\s+/g, " ");
    const tells = (part: string): void => {
      const ascii = part.replaceAll("…", "...").replaceAll(/\s+/g, " ");
      assertStringIncludes(flat, /^[ -~]*$/.test(ascii) ? ascii : "");
    };
    for (const [name, { summary, load }] of Object.entries(COMMANDS)) {
      const { usage, options, examples, description } = await load();
      tells(`ziglog ${name}: ${summary}`);
      for (const form of usage) tells(`ziglog ${form}`);
      for (const paragraph of description.split("\n\n")) tells(paragraph);
      for (const [option, { help }] of Object.entries(options)) tells(help), tells(`--${option}`);
      for (const { command, help } of examples) tells(command), tells(help);
    }
    for (const option of Object.keys(GLOBAL_OPTIONS)) tells(`--${option}`);
  },
});

Deno.test("escaped() leaves no request, no escape, and nothing that a page would show as another character", () => {
  assertEquals(escaped(".TH a\n'b\n c."), "\\&.TH a\n\\(aqb\n c.");
  assertEquals(escaped('a\\n --b ~/c `d` "e" ^f…'), String.raw`a\en \-\-b \(ti/c \(gad\(ga \(dqe\(dq \(haf...`);
  assertEquals(escaped("ä→"), String.raw`\[u00E4]\[u2192]`);
});
