/** Steps that run agents: their dialogues are recorded beside their output, by a program that stands in for each. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { listAgentSessions } from "../../src/agent/sessions.ts";
import type { AgentName } from "../../src/agent/transcript.ts";
import { encodeAgentEvent } from "../../src/codec/zag.ts";
import type { AgentLogEvent } from "../../src/codec/zag_events.ts";
import { agentEventsIn } from "../agent/agents.ts";
import { CLAUDE, CODEX, fixtureSession, tell, word } from "../agent/transcripts.ts";
import { type CliResult, runCli } from "../helpers/deno.ts";
import { fixtureArgs } from "../helpers/fixture.ts";
import { TempDir } from "../helpers/temp_dir.ts";

/** Where a dialogue of the fixtures is, where the agent keeps it below the home directory, and what else it writes. */
interface Dialogue {
  readonly id: string;
  readonly target: string;
  readonly files?: readonly string[];
}

const DIALOGUES: Readonly<Record<AgentName, Dialogue>> = {
  claude: { id: CLAUDE.main, target: `.claude/projects/shop/${CLAUDE.main}.jsonl` },
  codex: { id: CODEX.main, target: `.codex/sessions/2026/08/20/rollout-2026-08-20T10-00-00-${CODEX.main}.jsonl` },
  gemini: {
    id: "session-2026-08-20T09-12-4f1c2a7e",
    target: ".gemini/tmp/shop/chats/session-2026-08-20T09-12-4f1c2a7e.jsonl",
    files: [".gemini/tmp/shop/.project_root", "/home/ada/shop"],
  },
  copilot: {
    id: "5fecb21a-8cde-4fa1-ac96-934505967671/events",
    target: ".copilot/session-state/5fecb21a-8cde-4fa1-ac96-934505967671/events.jsonl",
    files: [".copilot/session-state/5fecb21a-8cde-4fa1-ac96-934505967671/workspace.yaml", "cwd: /home/ada/shop\n"],
  },
};

/** A home directory with a project in it. */
class Workplace extends TempDir {
  readonly project = this.at("home/shop");
  readonly where = { root: this.at("home/.zig/agents"), project: this.project };

  constructor() {
    super();
    Deno.mkdirSync(`${this.project}/.git`, { recursive: true });
  }

  /** Runs a plan of one step. */
  run(step: object): Promise<CliResult> {
    Deno.writeTextFileSync(`${this.project}/plan.json`, JSON.stringify({ name: "review", steps: [step] }));
    return this.ziglog("run", "plan.json");
  }

  /** The command of the program that stands in for an agent. */
  standIn(agent: AgentName): string[] {
    const { id, target, files = [] } = DIALOGUES[agent];
    const paths = [target, ...files].map((path, at) => at % 2 === 1 || at === 0 ? this.at(`home/${path}`) : path);
    const { path } = fixtureSession(agent, id);
    return [Deno.execPath(), ...fixtureArgs("agent_standin.ts", { args: [path, ...paths] })];
  }

  ziglog(...args: string[]): Promise<CliResult> {
    return runCli(args, { home: this.at("home"), cwd: this.project });
  }
}

for (const agent of Object.keys(DIALOGUES) as AgentName[]) {
  Deno.test(`run records the dialogue of a step that runs ${agent}`, async () => {
    using place = new Workplace();
    const { code, stderr } = await place.run({ name: "ask", run: place.standIn(agent), agent, model: "m-1" });
    assertEquals([code, /ziglog: success/.test(stderr)], [0, true], stderr);

    const [session, ...others] = listAgentSessions(place.where);
    assertEquals([others.length, session?.state, session?.entry.workspace_path], [0, "success", place.project]);
    const [first, ...events] = agentEventsIn(session!.logPath);
    assertEquals(first?.type === "session_started" && [first.command, first.model, first.cwd], [
      "exec",
      "m-1",
      place.project,
    ]);
    const told = (await tell(agent, session!.entry.source_paths[0]!)).events;
    const stored = told.map(({ event }) =>
      word(JSON.parse(encodeAgentEvent({ ...first!, ...event } as AgentLogEvent)))
    );
    assertEquals(events.filter(({ source_kind }) => source_kind !== "wrapper").map(word), stored);

    const shown = await place.ziglog("show");
    assertMatch(shown.stdout, new RegExp(`${agent} m-1: \\d+ turns?, \\d+ tool calls?.*; ziglog show ${session!.id}`));
    const { tiers } = JSON.parse((await place.ziglog("show", "--json")).stdout);
    const [shownAgent] = tiers[0].steps[0].agent_sessions;
    assertEquals([shownAgent.wrapper_session_id, shownAgent.provider, tiers[0].steps[0].zag_session_id], [
      session!.id,
      agent,
      session!.id,
    ]);
    const [stats] = (await place.ziglog("stats", "--json")).stdout.trimEnd().split("\n").map((line) =>
      JSON.parse(line)
    );
    assertEquals([stats.usage, stats.steps[0].usage], [shownAgent.usage, shownAgent.usage]);

    const again = await place.ziglog("import", agent, "--json");
    assertEquals([again.code, listAgentSessions(place.where).length], [0, 1], again.stderr);
  });
}

Deno.test("run records a dialogue for each attempt of a step, and a failure as such", async () => {
  using place = new Workplace();
  const { code } = await place.run({ name: "ask", run: "exit 3", agent: "claude", retries: 1 });
  const sessions = listAgentSessions(place.where);
  assertEquals([code, sessions.map(({ state }) => state)], [1, ["failure", "failure"]]);
  const { tiers } = JSON.parse((await place.ziglog("show", "--json")).stdout);
  const named = tiers[0].steps[0].agent_sessions.map((each: { wrapper_session_id: string }) => each.wrapper_session_id);
  assertEquals(named.toSorted(), sessions.map(({ id }) => id).toSorted());
});

Deno.test("run goes on, and says what is missing, when the agent's folder may not be read", async () => {
  using place = new Workplace();
  Deno.writeTextFileSync(
    `${place.project}/plan.json`,
    JSON.stringify({ name: "review", steps: [{ name: "ask", run: "echo hello", agent: "codex" }] }),
  );
  const home = place.at("home");
  const { code, stdout, stderr } = await runCli(["run", "plan.json"], {
    home,
    cwd: place.project,
    read: [`${home}/.zig`, place.project],
  });
  assertEquals([code, stdout], [0, "ask | hello\n"]);
  assertStringIncludes(stderr, `the dialogue of codex is not recorded: Cannot read "${home}/.codex"`);
  assertStringIncludes(stderr, `--allow-read=${home}/.codex`);
});
