/** The Rust program `outrig`, where it is on the PATH: it lists, shows and removes what this library records. */

import { assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { formatRunTime, parseRunTime } from "../../src/codec/outrig_time.ts";
import { formatDuration, formatStartedAt } from "../../src/outrig/format.ts";
import { logsDirOf } from "../../src/outrig/run.ts";
import { resolveSessionRootForReading } from "../../src/outrig/session_root.ts";
import { RunStore } from "../../src/outrig/run_store.ts";
import { runStatus } from "../../src/outrig/run_state.ts";
import { needs } from "../helpers/skip.ts";
import { tree } from "../helpers/temp_dir.ts";
import { RUN, RunsDir } from "./runs.ts";

/** Runs the program on the store; containers are said to have stopped. */
function outrig(
  dir: RunsDir,
  args: readonly string[],
  options: readonly string[] = ["--session-root", dir.store.root],
): string[] {
  const podman = dir.write("bin/podman", "#!/bin/sh\necho false\n");
  Deno.chmodSync(podman, 0o755);
  const { success, stdout, stderr } = new Deno.Command("outrig", {
    args: [...options, ...args],
    cwd: dir.path,
    env: { HOME: dir.path, PATH: `${dir.at("bin")}:${Deno.env.get("PATH")}`, XDG_DATA_HOME: "", XDG_CONFIG_HOME: "" },
  }).outputSync();
  const [text, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assertEquals(success, true, errors);
  return `${text}${errors}`.trimEnd().split("\n");
}

/** What the program should list, in columns one space apart. */
function expected(store: RunStore): string[] {
  return store.list().map((run) => {
    const { started_at, image_config_name, exit_code } = run.record;
    const duration = formatDuration(runStatus(run).durationMs ?? NaN);
    const row = [run.id, formatStartedAt(started_at), duration, image_config_name ?? "-", exit_code ?? "-"];
    return [...row, ...(run.linkTarget === null ? [] : ["->", run.linkTarget])].join(" ");
  });
}

Deno.test({
  name: "RunStore.create() and finalize() write what outrig lists when the runs are of all kinds",
  ...needs("outrig"),
  fn(): void {
    using dir = new RunsDir();
    const run = { ...RUN, containerName: 'c-ü"\n', agentName: "agent", sidecarContainerNames: ["a", "b"] };
    const ids = [
      dir.store.create({ ...run, startedAt: "2026-05-01T14:19:07.123456789Z" }),
      dir.store.create({ ...run, startedAt: "2026-05-01T14:19:08Z", fields: { later: { x: [1, {}] } } }),
      dir.store.create({ ...run, startedAt: "2026-05-01T14:19:09Z" }, { dir: dir.at("else/where") }),
      dir.store.create({ ...run, startedAt: "2026-05-01T14:19:10Z", imageConfigName: undefined }, { id: "own.id_1" }),
    ].map(({ id }) => id);
    const ends = [[0, "07.9"], [-9, "52"], [2147483647, "50"], [-2147483648, "10"]] as const;
    ends.forEach(([exitCode, second], at) => {
      dir.store.finalize(ids[at]!, { exitCode, endedAt: `2026-05-01T14:${at === 1 ? 59 : 19}:${second}Z` });
    });
    assertEquals(dir.store.list().map(({ id }) => id), ids.toReversed());
    const [header, ...rows] = outrig(dir, ["ls"]).map((row) => row.replaceAll(/ +/g, " "));
    assertMatch(header!, /^ID STARTED DURATION IMAGE EXIT$/);
    assertEquals(rows.toSorted(), expected(dir.store).toSorted());
  },
});

Deno.test({
  name: "RunStore.create() makes what outrig shows the logs of and removes when asked",
  ...needs("outrig", "sh"),
  fn(): void {
    using dir = new RunsDir();
    const runs = [dir.store.create(RUN), dir.store.create(RUN, { dir: dir.at("elsewhere") })];
    for (const run of runs) {
      Deno.writeTextFileSync(`${logsDirOf(run)}/build.stderr`, "one line\n");
      dir.store.finalize(run.id, { exitCode: 0 });
      assertEquals(outrig(dir, ["logs", run.id, "build"]), ["one line"]);
      outrig(dir, ["discard", "--yes", run.id]);
    }
    assertEquals(dir.listed(), { ids: [], notices: [] });
    assertEquals(tree(dir.path), ["bin/podman", "root/"]);
  },
});

Deno.test({
  name: "resolveSessionRootForReading() finds the store of outrig when it is left to the program",
  ...needs("outrig"),
  fn(): void {
    using dir = new RunsDir();
    const home = Deno.env.get("HOME")!;
    try {
      Deno.env.set("HOME", dir.path);
      for (const config of ["", 'session-root = "/nowhere/../runs-of-nobody"\n', 'session-root = "~/mine"\n']) {
        dir.write(".outrig/config.toml", config);
        const root = resolveSessionRootForReading({ cwd: dir.path });
        if (root.startsWith(dir.path)) new RunStore(root).create(RUN);
        const rows = outrig(dir, ["ls"], []);
        assertEquals(rows.length, root.startsWith(dir.path) ? 2 : 1, root);
      }
    } finally {
      Deno.env.set("HOME", home);
    }
  },
});

function number(length: number, min: number, max: number): fc.Arbitrary<string> {
  return fc.integer({ min, max }).map((value) => String(value).padStart(length, "0"));
}

/** A text in a form that the program reads, though its numbers need not be a time. */
const anyTimeText: fc.Arbitrary<string> = fc.record({
  year: fc.constantFrom("2026", "2024", "0000", "+002026", "-000001", "1969"),
  dash: fc.constantFrom("-", "-", ""),
  month: number(2, 1, 12),
  day: number(2, 1, 31),
  between: fc.constantFrom("T", "t", " "),
  hour: number(2, 0, 24),
  colon: fc.constantFrom(":", ":", ""),
  minute: fc.option(number(2, 0, 59)),
  second: fc.option(number(2, 0, 61)),
  fraction: fc.option(fc.tuple(fc.constantFrom(".", ","), number(1, 0, 999_999_999))),
  offset: fc.constantFrom("Z", "z", "+02", "-0330", "+25:59", "+26:00", "+01:02:03", "+01:02:03.5", "-00:00"),
  zone: fc.constantFrom("", "", "", "[UTC]", "[Europe/Stockholm]", "[u-ca=iso8601]", "[!UTC]", "[!a=b]", "[+02:00]"),
}).map(({ year, dash, month, day, between, hour, colon, minute, second, fraction, offset, zone }) => {
  const seconds = second === null ? "" : `${colon}${second}${(fraction ?? []).join("")}`;
  return `${year}${dash}${month}${dash}${day}${between}${hour}${
    minute === null ? "" : colon + minute + seconds
  }${offset}${zone}`;
});

/** The same with one character changed, added or lost. */
function damaged(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const edit = fc.tuple(text, fc.nat(30), fc.nat(1), fc.constantFrom("", ..."0123456789-+:.,TZ[]! _a"));
  return edit.map(([text, at, cut, put]) => text.slice(0, at) + put + text.slice(at + cut));
}

Deno.test({
  name: "parseRunTime() reads the times that outrig reads and no others whatever the text",
  ...needs("outrig"),
  fn(): void {
    using dir = new RunsDir();
    const texts = fc.sample(fc.oneof(anyTimeText, damaged(anyTimeText)), { numRuns: 400, seed: 1 });
    texts.forEach((started_at, at) => dir.record(`root/${at}`, { started_at, image_config_name: "x" }));
    const read = new Map(
      outrig(dir, ["ls"]).slice(1).flatMap((row) => {
        const [, id, time] = /^(\d+) +(\S+ \S+) /.exec(row) ?? [];
        return id === undefined ? [] : [[texts[Number(id)]!, time!] as const];
      }),
    );
    assertEquals(read.size > 20 && read.size < texts.length - 20, true);
    for (const text of texts) {
      const instant = parseRunTime(text);
      const ours = instant && formatStartedAt(formatRunTime(instant)).replace(/^-0{1,3}(?=\d{3,}-)/, "-");
      assertEquals(ours, read.get(text), text);
    }
  },
});
