import { assertEquals } from "@std/assert";
import { geminiCwd, listGeminiSessions } from "../../../src/agent/adapters/gemini_files.ts";
import { pathOf } from "../../helpers/path_of.ts";
import { TempDir } from "../../helpers/temp_dir.ts";

const FOLDER = pathOf("../../fixtures/agents/gemini", import.meta.url);
const HASH = "ff0a01d53d837e70275074a42c9709b53c538c1476884575978bc79bc4b8637a"; // of /home/ada/shop
const MAIN = `${FOLDER}/tmp/shop/chats/session-2026-08-20T09-12-4f1c2a7e.jsonl`;
const PART = `${FOLDER}/tmp/shop/chats/4f1c2a7e-93b0-4d56-8a11-0c2d7be9f310/reviewer-7d1.jsonl`;
const OLD = `${FOLDER}/tmp/${HASH}/chats/session-2025-09-30T14-11-3bacc8a0.json`;

Deno.test("listGeminiSessions() finds chats of both formats, and those of sub-agents with their parents", () => {
  const found = listGeminiSessions(FOLDER).map(({ path, parentId, size }) => [path, parentId, size]).sort();
  const size = (path: string): number => Deno.statSync(path).size;
  assertEquals(found, [
    [OLD, null, size(OLD)],
    [PART, "4f1c2a7e-93b0-4d56-8a11-0c2d7be9f310", size(PART)],
    [MAIN, null, size(MAIN)],
  ]);
});

Deno.test("listGeminiSessions() lists a chat once that was carried over, and passes over what is none", () => {
  using dir = new TempDir();
  dir.write("tmp/a/chats/session-1.json", "{}");
  dir.write("tmp/a/chats/session-1.jsonl", "{}");
  dir.write("tmp/a/chats/session-1.jsonl.unreadable-17", "{}");
  dir.write("tmp/a/chats/session-2.jsonl.tmp-5", "{}");
  dir.write("tmp/a/logs.json", "[]");
  dir.write("tmp/bin/rg", "");
  assertEquals(listGeminiSessions(dir.path).map(({ path }) => path), [dir.at("tmp/a/chats/session-1.jsonl")]);
});

Deno.test("geminiCwd() knows the directory from the marker, the registry, or the hash that it had been named by", async () => {
  assertEquals(await Promise.all([MAIN, PART, OLD].map(geminiCwd)), Array(3).fill("/home/ada/shop"));
  using dir = new TempDir();
  dir.write("projects.json", '{"projects":{"/home/ada/shop":"shop","/home/ada/other":"other"}}');
  assertEquals(await geminiCwd(dir.at("tmp/other/chats/session-1.jsonl")), "/home/ada/other");
  assertEquals(await geminiCwd(dir.at("tmp/unheard-of/chats/session-1.jsonl")), null);
  dir.write("projects.json", "{ torn");
  assertEquals(await geminiCwd(dir.at("tmp/other/chats/session-1.jsonl")), null);
});
