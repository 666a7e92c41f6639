import { assert, assertEquals, assertThrows } from "@std/assert";
import { LogWriteError } from "../../src/errors.ts";
import { AppendFile } from "../../src/storage/append_file.ts";
import { fixtureArgs } from "../helpers/fixture.ts";
import { needs } from "../helpers/skip.ts";
import { TempDir } from "../helpers/temp_dir.ts";

Deno.test({
  name: "AppendFile.append() tells what the system said when the disk is full",
  ...needs("devFull"),
  fn: () => {
    const file = Deno.openSync("/dev/full", { append: true });
    using log = AppendFile.over("/dev/full", file, 0);
    const error = assertThrows(() => log.append(new TextEncoder().encode("a line\n")), LogWriteError);
    assertEquals([error.code, error.bytesWritten, log.length], ["ENOSPC", 0, 0]);
  },
});

interface Told {
  readonly name: string;
  readonly code: string;
  readonly bytesWritten: number;
  readonly failed: number;
  readonly length: number;
}

Deno.test({
  name: "AppendFile.append() rolls the log back to its last whole line when the system limits the size of files",
  ...needs("sh"),
  fn: async () => {
    using dir = new TempDir();
    const path = dir.at("a.jsonl");
    // A multiple of 512 bytes that is none of the line's 1501; the signal that goes with it would end the process.
    const script = 'trap "" XFSZ; ulimit -f 20; exec "$0" "$@"';
    const { stdout, stderr, code } = await new Deno.Command("sh", {
      args: ["-c", script, Deno.execPath(), ...fixtureArgs("append_until_full.ts", { args: [path] })],
    }).output();
    const [told, small, end] = new TextDecoder().decode(stdout).split("\n");
    assertEquals([code, small, end], [0, "", undefined], new TextDecoder().decode(stderr));
    const { name, bytesWritten, failed, length } = JSON.parse(told!) as Told;
    assertEquals([name, bytesWritten, length], ["LogWriteError", 0, (failed - 1) * 1501]);
    const lines = Deno.readTextFileSync(path).split("\n");
    assertEquals(
      lines.slice(0, -2).map((line) => Number(line.split(":")[0])),
      lines.slice(0, -2).map((_, at) => at + 1),
    );
    assertEquals([lines.length, lines.at(-2), lines.at(-1)], [failed + 1, "small", ""]);
    assert(failed > 1);
  },
});
