import { assertEquals, assertThrows } from "@std/assert";
import { renameFile, type RenameSystem } from "../../src/storage/rename_file.ts";
import { TempDir, tree } from "../helpers/temp_dir.ts";

/** A system in which so many renames fail before one succeeds. */
class BusySystem implements RenameSystem {
  readonly holdsOpenFiles: boolean;
  readonly error: Error;
  left: number;
  renames = 0;
  waits = 0;

  constructor(left: number, error: Error = new Deno.errors.PermissionDenied("in use"), holdsOpenFiles = true) {
    this.left = left;
    this.error = error;
    this.holdsOpenFiles = holdsOpenFiles;
  }

  rename(): void {
    this.renames++;
    if (this.left-- > 0) throw this.error;
  }

  wait(): void {
    this.waits++;
  }
}

Deno.test("renameFile() tries again while somebody has the file open, with a pause before each attempt", () => {
  const system = new BusySystem(3);
  renameFile("a", "b", system);
  assertEquals([system.renames, system.waits], [4, 3]);
});

Deno.test("renameFile() gives up after a bounded number of attempts, with what the system said", () => {
  const system = new BusySystem(Infinity);
  assertThrows(() => renameFile("a", "b", system), Deno.errors.PermissionDenied, "in use");
  assertEquals([system.renames, system.waits], [20, 19]);
});

Deno.test("renameFile() tries once when the file is not there, and where open files can be renamed", () => {
  const absent = new BusySystem(Infinity, new Deno.errors.NotFound("gone"));
  assertThrows(() => renameFile("a", "b", absent), Deno.errors.NotFound);
  const elsewhere = new BusySystem(Infinity, new Deno.errors.PermissionDenied("no"), false);
  assertThrows(() => renameFile("a", "b", elsewhere), Deno.errors.PermissionDenied);
  assertEquals([absent.renames, elsewhere.renames], [1, 1]);
});

Deno.test("renameFile() puts a file in the place of another", () => {
  using dir = new TempDir();
  renameFile(dir.write("new", "2"), dir.write("old", "1"));
  assertEquals([tree(dir.path), Deno.readTextFileSync(dir.at("old"))], [["old"], "2"]);
});
