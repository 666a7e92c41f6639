/** Adding and stamping entries: the short way must leave the bytes that the long way leaves. */

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { stringifyJson } from "../../src/codec/json.ts";
import { type SessionLogIndexEntry, ZIG_PROJECT_INDEX } from "../../src/codec/zig_index.ts";
import { IndexFile } from "../../src/storage/index_file.ts";
import { anyExtra } from "../helpers/arbitraries.ts";
import { withFiles } from "../helpers/faults.ts";
import { ENDED, indexText, projectEntry } from "../helpers/sessions.ts";
import { TempDir, tree } from "../helpers/temp_dir.ts";

function openIndex(dir: TempDir): IndexFile<SessionLogIndexEntry> {
  return new IndexFile(dir.at("logs/index.json"), ZIG_PROJECT_INDEX, () => []);
}

function textOf(dir: TempDir): string {
  return Deno.readTextFileSync(dir.at("logs/index.json"));
}

/** What is done to an index, by this program or by others. */
type Step =
  | { readonly what: "append again" }
  | { readonly what: "append"; readonly entry: SessionLogIndexEntry }
  | { readonly what: "stamp"; readonly which: number; readonly status: "success" | "failure" }
  | { readonly what: "change" }
  | { readonly what: "others change"; readonly rest: object };

const LONG = [0, 0, 0, 0, 0, 50, 50, 50, 40_000, 40_000, 1_100_000];

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant("append" as const),
      entry: fc.tuple(fc.uuid(), anyExtra, fc.constantFrom(...LONG), fc.constantFrom("x", "å😀", '"\n\\', "    {\n"))
        .map(
          ([id, extra, length, text]) => ({
            ...extra,
            ...projectEntry(id, { workflow_name: text.repeat(length / 4) }),
          }),
        ),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant("stamp" as const),
      which: fc.nat(),
      status: fc.constantFrom("success" as const, "failure" as const),
    }),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ what: "change" }) },
  { weight: 1, arbitrary: fc.constant<Step>({ what: "append again" }) },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant("others change" as const),
      rest: fc.constantFrom({}, { version: 2 }, { sessions_of_others: [projectEntry("x")] }, { more: [] }, {
        more: [{ a: [{ b: 1 }] }],
      }),
    }),
  },
);

Deno.test("IndexFile.append() and stamp() leave the bytes that writing everything anew would, whatever comes between", () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 12 }), (steps) => {
      using dir = new TempDir();
      Deno.mkdirSync(dir.at("logs"));
      let entries: SessionLogIndexEntry[] = [];
      let rest: object = {};
      for (const step of steps) {
        if (step.what === "append") {
          if (entries.some((entry) => entry.zig_session_id === step.entry.zig_session_id)) continue;
          openIndex(dir).append(step.entry);
          entries = [...entries, step.entry];
        } else if (step.what === "append again") {
          const last = projectEntry(entries.at(-1)?.zig_session_id ?? "first", { workflow_name: "again" });
          openIndex(dir).append(last);
          entries = [...entries.slice(0, -1), last];
        } else if (step.what === "stamp") {
          const entry = entries[step.which % (entries.length || 1)] ?? projectEntry("lost");
          openIndex(dir).stamp(entry, { endedAt: ENDED, status: step.status });
          const stamped = { ...entry, ended_at: ENDED, status: step.status };
          entries = entries.includes(entry) ? entries.map((each) => each === entry ? stamped : each) : [stamped];
        } else if (step.what === "change") {
          openIndex(dir).update((entries) => entries.map((entry) => ({ ...entry, workflow_path: "changed" })));
          entries = entries.map((entry) => ({ ...entry, workflow_path: "changed" }));
        } else {
          rest = step.rest;
          dir.write("logs/index.json", ordered(entries, rest));
        }
        assertEquals(textOf(dir) === ordered(entries, rest), true, `after ${step.what}:\n${textOf(dir).slice(-2000)}`);
      }
      assertEquals(tree(dir.at("logs")).filter((name) => !/^index\.json(\.lock)?$/.test(name)), []);
    }),
    { numRuns: 60 },
  );
});

/** The text of an index; its entries have their listed fields in front, whatever order they came in. */
function ordered(entries: readonly SessionLogIndexEntry[], rest: object): string {
  const listed = Object.keys(projectEntry(""));
  const sessions = entries.map((entry) => {
    const others = Object.keys(entry).filter((key) => !listed.includes(key));
    return Object.fromEntries([...listed, ...others].map((key) => [key, entry[key as keyof SessionLogIndexEntry]]));
  });
  return stringifyJson({ sessions, ...rest }, 2);
}

Deno.test("IndexFile.append() notices what others did to the file since, be it as long as before", () => {
  using dir = new TempDir();
  const index = openIndex(dir);
  index.append(projectEntry("a"));
  // Whoever writes a file anew leaves a new file, or another time.
  const path = dir.write("logs/index.json", indexText([projectEntry("b")]));
  Deno.utimeSync(path, 1, 1);
  index.append(projectEntry("c"));
  assertEquals(textOf(dir), indexText([projectEntry("b"), projectEntry("c")]));
  Deno.removeSync(path);
  index.append(projectEntry("d"));
  assertEquals(textOf(dir), indexText([projectEntry("d")]));
  Deno.truncateSync(path, 300);
  index.append(projectEntry("e"));
  assertEquals(textOf(dir), indexText([projectEntry("e")]));
});

Deno.test("IndexFile.append() and stamp() set an index aside that is as they left it, but may not be read any more", () => {
  for (const change of ["append", "stamp"] as const) {
    using dir = new TempDir();
    const index = openIndex(dir);
    index.append(projectEntry("a"));
    const { openSync } = Deno;
    try {
      Deno.openSync = (path, options): Deno.FsFile => {
        if (path === index.path) throw new Deno.errors.PermissionDenied("Permission denied (os error 13)");
        return openSync(path, options);
      };
      if (change === "append") index.append(projectEntry("b"));
      else index.stamp(projectEntry("b"), { endedAt: ENDED, status: "success" });
    } finally {
      Deno.openSync = openSync;
    }
    const b = change === "append" ? projectEntry("b") : projectEntry("b", { ended_at: ENDED, status: "success" });
    assertEquals(textOf(dir), indexText([b])); // there are no logs to make others from
    const [aside] = tree(dir.at("logs")).filter((name) => name.includes(".broken-"));
    assertEquals(Deno.readTextFileSync(dir.at(`logs/${aside}`)), indexText([projectEntry("a")]));
  }
});

Deno.test("IndexFile.append() and stamp() have done their work when only the note for the next one cannot be written", () => {
  using dir = new TempDir();
  const index = openIndex(dir);
  index.append(projectEntry("a"));
  withFiles({
    write: (bytes, write) => {
      if (bytes.length < 100) throw new Error("No space left on device (os error 28)"); // the lock file is the smallest
      return write(bytes);
    },
  }, () => {
    index.append(projectEntry("b"));
    index.stamp(projectEntry("a"), { endedAt: ENDED, status: "success" });
  });
  index.append(projectEntry("c"));
  const a = projectEntry("a", { ended_at: ENDED, status: "success" });
  assertEquals(textOf(dir), indexText([a, projectEntry("b"), projectEntry("c")]));
});

Deno.test("IndexFile.stamp() and append() take no other field for the id of a session", () => {
  using dir = new TempDir();
  const index = openIndex(dir);
  index.append(projectEntry("a"));
  index.append(projectEntry("b", { workflow_name: "a", workflow_path: "c" }));
  index.stamp(projectEntry("a"), { endedAt: ENDED, status: "success" });
  index.append(projectEntry("c"));
  const a = projectEntry("a", { ended_at: ENDED, status: "success" });
  const b = projectEntry("b", { workflow_name: "a", workflow_path: "c" });
  assertEquals(textOf(dir), indexText([a, b, projectEntry("c")]));
});
