/** The ways in which a program that records can end. */

import { assertEquals } from "@std/assert";
import { openCatalog } from "../../src/session/sessions.ts";
import { resultOf, spawnFixture } from "../helpers/fixture.ts";
import { eventsIn, outline, Studio } from "../helpers/recording.ts";
import { tree } from "../helpers/temp_dir.ts";

interface End {
  readonly code: number;
  /** What the log says of the end; `undefined` when it says nothing. */
  readonly status: "success" | "failure" | undefined;
  readonly said?: string;
}

const ENDS: Readonly<Record<string, End>> = {
  "finish": { code: 0, status: "success" },
  "finish and exit": { code: 3, status: "success" },
  "exit": { code: 3, status: "failure" },
  "nothing more to do": { code: 0, status: "failure" },
  "leave the block": { code: 0, status: "failure" },
  "throw in the block": { code: 1, status: "failure", said: "thrown in the block" },
  "throw in an async block": { code: 1, status: "failure", said: "thrown in the block" },
  "throw outside": { code: 1, status: undefined, said: "thrown outside" },
  "kill": { code: 137, status: undefined },
};

for (const [way, { code, status, said = "" }] of Object.entries(ENDS)) {
  Deno.test(`SessionCoordinator leaves a log ${status ? `ending in ${status}` : "without end"} when its program ends by: ${way}`, async () => {
    using studio = new Studio();
    const child = spawnFixture("coordinate.ts", { args: [JSON.stringify(studio.where), way] });
    const result = await resultOf(child);
    assertEquals([result.code, result.stderr.includes(said)], [code, true], result.stderr);
    const logPath = result.stdout.trim();
    const ends = status === undefined ? [] : ["2 zig_session_ended"];
    assertEquals(outline(logPath), ["1 zig_session_started", ...ends]);
    assertEquals(eventsIn(logPath)[1]?.["status"], status);
    const [row] = openCatalog(studio.where).list();
    assertEquals(row!.state, status ?? "crashed");
    // What ended well leaves no lock behind.
    assertEquals(tree(studio.layout.sessionsDir).length, status === undefined ? 2 : 1);
  });
}
