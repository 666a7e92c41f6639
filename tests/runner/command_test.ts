import { assertEquals } from "@std/assert";
import { previewOf, programOf } from "../../src/runner/command.ts";

Deno.test("programOf() keeps a list as it is when given one", () => {
  assertEquals(programOf(["ls", "-l", "a b"]), { file: "ls", args: ["-l", "a b"], raw: false });
});

Deno.test({
  name: "programOf() hands a text to the shell when given one",
  ignore: Deno.build.os === "windows",
  fn: () => assertEquals(programOf("a | b"), { file: "sh", args: ["-c", "a | b"], raw: false }),
});

Deno.test("previewOf() quotes arguments as a shell takes them when given a list", () => {
  assertEquals(previewOf(["make", "all", "a b", "it's", "", "x=1"]), `make all 'a b' 'it'\\''s' '' x=1`);
});

Deno.test("previewOf() makes one line of it when a command has several", () => {
  assertEquals(previewOf("a\nb\n"), "a b ");
});

Deno.test("previewOf() cuts after 200 characters when a command is longer", () => {
  assertEquals(previewOf("x".repeat(200)), "x".repeat(200));
  assertEquals(previewOf("x".repeat(201)), "x".repeat(200) + "…");
  assertEquals(previewOf("😀".repeat(201)), "😀".repeat(200) + "…");
  assertEquals(previewOf("x" + "😀".repeat(400)), "x" + "😀".repeat(199) + "…");
});

Deno.test("previewOf() takes secrets out before it cuts, so that no half of one stays", () => {
  const redact = (text: string): string => text.replaceAll("hunter2", "XXX");
  assertEquals(previewOf(["echo", "x".repeat(190), "hunter2"], redact), `echo ${"x".repeat(190)} XXX`);
});
