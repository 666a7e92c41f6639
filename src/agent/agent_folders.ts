import type { AgentName } from "./transcript.ts";

/** A directory that an agent keeps for itself. */
export interface AgentFolder {
  /** The agent, as people know it. */
  readonly agent: string;
  /** Its name in the home directory. */
  readonly name: string;
  /** The environment variable that names another place for it. */
  readonly movedBy: string;
  /** Whether that variable names the directory that it lies in. */
  readonly isBelow?: boolean;
}

/** Where agents keep their own files. */
export const AGENT_FOLDERS: Readonly<Record<AgentName, AgentFolder>> = {
  claude: { agent: "Claude Code", name: ".claude", movedBy: "CLAUDE_CONFIG_DIR" },
  codex: { agent: "Codex", name: ".codex", movedBy: "CODEX_HOME" },
  gemini: { agent: "Gemini CLI", name: ".gemini", movedBy: "GEMINI_CLI_HOME", isBelow: true },
  copilot: { agent: "Copilot CLI", name: ".copilot", movedBy: "COPILOT_HOME" },
};
