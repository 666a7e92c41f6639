import { assertEquals, assertThrows } from "@std/assert";
import { replaceFile } from "../../src/storage/replace_file.ts";
import { TempDir, tree } from "../helpers/temp_dir.ts";

Deno.test("replaceFile() makes a file for its owner alone when there is none, and replaces it when there is", () => {
  using dir = new TempDir();
  const path = dir.at("index.json");
  replaceFile(path, "å".repeat(100_000));
  assertEquals(Deno.statSync(path).mode! & 0o777, 0o600);
  using before = Deno.openSync(path);
  replaceFile(path, "new");
  assertEquals(Deno.readTextFileSync(path), "new");
  // Who had it open still sees the old content, all of it.
  assertEquals(before.statSync().size, 200_000);
  assertEquals(tree(dir.path), ["index.json"]);
});

Deno.test("replaceFile() writes every byte when the system takes only some at a time", () => {
  using dir = new TempDir();
  const { writeSync } = Deno.FsFile.prototype;
  try {
    Deno.FsFile.prototype.writeSync = function (bytes: Uint8Array): number {
      return writeSync.call(this, bytes.subarray(0, 7));
    };
    replaceFile(dir.at("index.json"), "0123456789".repeat(20));
  } finally {
    Deno.FsFile.prototype.writeSync = writeSync;
  }
  assertEquals(Deno.readTextFileSync(dir.at("index.json")), "0123456789".repeat(20));
});

Deno.test("replaceFile() syncs the new file before it takes the place of the old one", () => {
  using dir = new TempDir();
  const path = dir.write("index.json", "old");
  const { syncDataSync } = Deno.FsFile.prototype;
  const seen: string[] = [];
  try {
    Deno.FsFile.prototype.syncDataSync = function (): void {
      seen.push(Deno.readTextFileSync(path), Deno.readTextFileSync(`${path}.tmp`));
      syncDataSync.call(this);
    };
    replaceFile(path, "new");
  } finally {
    Deno.FsFile.prototype.syncDataSync = syncDataSync;
  }
  assertEquals(seen, ["old", "new"]);
});

Deno.test("replaceFile() overwrites what a crash left of an earlier attempt", () => {
  using dir = new TempDir();
  dir.write("index.json.tmp", "longer than what is to be written");
  replaceFile(dir.at("index.json"), "new");
  assertEquals(Deno.readTextFileSync(dir.at("index.json")), "new");
  assertEquals(tree(dir.path), ["index.json"]);
});

Deno.test("replaceFile() leaves the old file and no temporary one when the new one cannot be written or put in place", () => {
  using dir = new TempDir();
  dir.write("taken/file", "");
  assertThrows(() => replaceFile(dir.at("taken"), "new"));
  assertEquals(tree(dir.path), ["taken/file"]);

  const path = dir.write("index.json", "old");
  const { writeSync } = Deno.FsFile.prototype;
  try {
    Deno.FsFile.prototype.writeSync = (): number => {
      throw Object.assign(new Error("No space left on device"), { code: "ENOSPC" });
    };
    assertThrows(() => replaceFile(path, "new"), Error, "No space left");
  } finally {
    Deno.FsFile.prototype.writeSync = writeSync;
  }
  assertEquals(Deno.readTextFileSync(path), "old");
  assertThrows(() => replaceFile(dir.at("nowhere/index.json"), "new"), Deno.errors.NotFound);
  assertEquals(tree(dir.path), ["index.json", "taken/file"]);
});
