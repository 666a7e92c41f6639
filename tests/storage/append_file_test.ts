import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { LogWriteError } from "../../src/errors.ts";
import { AppendFile } from "../../src/storage/append_file.ts";
import { FaultyHandle, type Write } from "../helpers/faulty_handle.ts";
import { TempDir } from "../helpers/temp_dir.ts";

const utf8 = new TextEncoder();
const BEFORE = "first\n";
const LINE = "second line\n";

function over(handle: FaultyHandle): AppendFile {
  return AppendFile.over("some.jsonl", handle, handle.content.length);
}

function appendFailing(log: AppendFile, text: string): LogWriteError {
  return assertThrows(() => log.append(utf8.encode(text)), LogWriteError);
}

/** A file that holds a line and fails the next append after so many bytes. */
function failingAfter(bytes: number): FaultyHandle {
  const handle = new FaultyHandle();
  handle.content = BEFORE;
  handle.writes = bytes === 0 ? ["full"] : [bytes, "full"];
  return handle;
}

const anyLine = fc.string({ unit: fc.constantFrom("a", "b", " ", "{"), maxLength: 20 }).map((text) => `${text}\n`);
const anyFault: fc.Arbitrary<Write> = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constant<Write>("full"));

Deno.test("AppendFile.append() writes every byte when the system takes only some at a time", () => {
  fc.assert(fc.property(fc.array(anyLine), fc.array(fc.integer({ min: 1, max: 5 })), (lines, takes) => {
    const handle = new FaultyHandle();
    handle.writes = [...takes];
    using log = over(handle);
    for (const line of lines) log.append(utf8.encode(line));
    assertEquals(handle.content, lines.join(""));
    assertEquals(log.length, handle.content.length);
  }));
});

for (let bytes = 0; bytes < LINE.length; bytes++) {
  Deno.test(`AppendFile.append() takes ${bytes} bytes back when the write fails behind them`, () => {
    const handle = failingAfter(bytes);
    using log = over(handle);
    const error = appendFailing(log, LINE);
    assertEquals([error.bytesWritten, error.code, error.path], [0, "ENOSPC", "some.jsonl"]);
    assertEquals((error.cause as Error).message, "No space left on device (os error 28)");
    assertEquals(handle.content, BEFORE);
    assertEquals(log.length, BEFORE.length);
    log.append(utf8.encode(LINE));
    assertEquals(handle.content, BEFORE + LINE);
    assertEquals(log.length, handle.content.length);
  });

  Deno.test(`AppendFile.append() starts on a new line when ${bytes} bytes of a failed write cannot be taken back`, () => {
    const handle = failingAfter(bytes);
    handle.canTruncate = false;
    using log = over(handle);
    assertEquals(appendFailing(log, LINE).bytesWritten, bytes);
    assertEquals(log.length, BEFORE.length + bytes);
    log.append(utf8.encode("third\n"));
    const torn = bytes === 0 ? "" : LINE.slice(0, bytes) + "\n";
    assertEquals(handle.content, `${BEFORE}${torn}third\n`);
    assertEquals(log.length, handle.content.length);
    log.append(utf8.encode("fourth\n"));
    assertEquals(handle.content, `${BEFORE}${torn}third\nfourth\n`);
  });

  Deno.test(`AppendFile.append() leaves what others wrote behind ${bytes} bytes of a failed write`, () => {
    const handle = failingAfter(bytes);
    handle.others = "other\n";
    using log = over(handle);
    assertEquals(appendFailing(log, LINE).bytesWritten, bytes);
    assertEquals(handle.content, `${BEFORE}${LINE.slice(0, bytes)}other\n`);
    log.append(utf8.encode("third\n"));
    assert(handle.content.endsWith("\nthird\n"), handle.content);
    assert(handle.content.startsWith(`${BEFORE}${LINE.slice(0, bytes)}other\n`));
  });
}

Deno.test("AppendFile.append() still starts on a new line when the newline itself could not be written at first", () => {
  const handle = failingAfter(3);
  handle.canTruncate = false;
  using log = over(handle);
  appendFailing(log, LINE);
  handle.writes = ["full", 1, 2, "full"];
  assertEquals(appendFailing(log, "third\n").bytesWritten, 0);
  assertEquals(handle.content, "first\nsec");
  appendFailing(log, "fourth\n");
  log.append(utf8.encode("fifth\n"));
  assertEquals(handle.content.split("\n").filter((line) => line === "fifth").length, 1);
  assertEquals(handle.content.startsWith("first\nsec\n"), true);
  assertEquals(log.length, handle.content.length);
});

Deno.test("AppendFile.append() throws when the system claims to have written nothing", () => {
  const handle = new FaultyHandle();
  handle.writes = [0];
  using log = over(handle);
  assertEquals(appendFailing(log, LINE).bytesWritten, 0);
  assertEquals(handle.content, "");
});

Deno.test("AppendFile.append() puts every acknowledged line on a line of its own whatever fails in between", () => {
  fc.assert(
    fc.property(fc.array(anyLine), fc.array(anyFault), fc.boolean(), (lines, faults, canTruncate) => {
      const handle = new FaultyHandle();
      handle.writes = [...faults];
      handle.canTruncate = canTruncate;
      using log = over(handle);
      const acknowledged: string[] = [];
      lines.forEach((line, at) => {
        try {
          log.append(utf8.encode(`${at}:${line}`));
          acknowledged.push(`${at}:${line}`);
        } catch (error) {
          if (!(error instanceof LogWriteError)) throw error;
          if (canTruncate && error.bytesWritten === 0) assert(!handle.content.includes(`${at}:`));
        }
      });
      const stored = handle.content.split(/(?<=\n)/);
      assertEquals(stored.filter((line) => acknowledged.includes(line)), acknowledged);
      assertEquals(log.length, handle.content.length);
    }),
    { numRuns: 500 },
  );
});

Deno.test("AppendFile.create() makes a file for its owner alone and refuses one that exists", () => {
  using dir = new TempDir();
  using log = AppendFile.create(dir.at("a.jsonl"));
  assertEquals(Deno.statSync(log.path).mode! & 0o777, 0o600);
  assertThrows(() => AppendFile.create(dir.at("a.jsonl")), Deno.errors.AlreadyExists);
  log.append(utf8.encode(LINE));
  log.sync();
  assertEquals(Deno.readTextFileSync(log.path), LINE);
});

for (const [content, then] of [["", ""], ["a\n", "a\n"], ["a\nb", "a\nb\n"], ["\n", "\n"], ["a", "a\n"]]) {
  Deno.test(`AppendFile.open() goes on on a line of its own when the file holds ${JSON.stringify(content)}`, () => {
    using dir = new TempDir();
    const path = dir.write("a.jsonl", content!);
    using log = AppendFile.open(path);
    assertEquals(log.length, content!.length);
    assertEquals(Deno.readTextFileSync(path), content);
    log.append(utf8.encode(LINE));
    assertEquals(Deno.readTextFileSync(path), then! + LINE);
    assertEquals(log.length, then!.length + LINE.length);
  });
}

Deno.test("AppendFile.open() throws NotFound when there is no such file", () => {
  assertThrows(() => AppendFile.open("/nowhere/a.jsonl"), Deno.errors.NotFound);
});

Deno.test("AppendFile closes its file and syncs it when told to", () => {
  const handle = new FaultyHandle();
  {
    using log = over(handle);
    log.sync();
  }
  assertEquals([handle.syncs, handle.closed], [1, true]);
});
