import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { excerpt } from "../../src/query/excerpt.ts";
import { TextQuery } from "../../src/query/text_query.ts";
import { anyWellFormed } from "../helpers/arbitraries.ts";

/** The excerpt of a search, its matches in brackets. */
function shown(text: string, query: string, room?: number): string {
  const ranges = new TextQuery({ text: query, regex: true }).rangesIn(text);
  return excerpt({ field: "line", text, ranges }, room).map(({ text, isMatch }) => isMatch ? `[${text}]` : text).join(
    "",
  );
}

Deno.test("excerpt() shows the line of the first match, with all matches in it", () => {
  assertEquals(shown("an error is an error", "error"), "an [error] is an [error]");
  assertEquals(shown("first\nthe error\nerror", "error"), "the [error]");
  assertEquals(shown("error", "error"), "[error]");
  assertEquals(shown("\nerror\n", "error"), "[error]");
  assertEquals(shown("two\nlines here", "o\\nl"), "tw[o\nl]ines here");
  assertEquals(shown("nothing\nhere", "x*"), "nothing");
  assertEquals(shown("", "x*"), "");
});

Deno.test("excerpt() keeps to the room there is, around the first match", () => {
  assertEquals(shown("abcdefghijklmnopqrstuvwxyz", "n", 9), "…klm[n]opqrs…");
  assertEquals(shown("abcdefghijklmnopqrstuvwxyz", "a", 9), "[a]bcdefghi…");
  assertEquals(shown("abcdefghijklmnopqrstuvwxyz", "z", 9), "…rstuvwxy[z]");
  assertEquals(shown("abcdefghijklmnopqrstuvwxyz", "b.*y", 9), "a[bcdefghi]…");
  assertEquals(shown("short", "o", 9), "sh[o]rt");
});

Deno.test("excerpt() cuts no character in two, and shows nothing that is not there", () => {
  fc.assert(fc.property(anyWellFormed, fc.nat(24), fc.integer({ min: 1, max: 12 }), (text, from, room) => {
    const characters = [...text];
    const wanted = characters.slice(from % (characters.length + 1))[0];
    fc.pre(wanted !== undefined && wanted !== "\n");
    const ranges = new TextQuery({ text: wanted!, caseSensitive: true }).rangesIn(text);
    const pieces = excerpt({ field: "line", text, ranges }, room);
    for (const piece of pieces) assert(piece.text.isWellFormed());
    const inner = pieces.filter((piece) => piece.text !== "…").map((piece) => piece.text).join("");
    assert(text.includes(inner));
    assert(inner.length <= room);
    assert(room === 1 || pieces.some((piece) => piece.isMatch && piece.text === wanted));
  }));
});
