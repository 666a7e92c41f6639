import { UsageError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import { type CommandContext, defineCommand } from "./command.ts";
import { COMPLETION_SCRIPTS, type Shell, SHELLS } from "./completion_scripts.ts";
import { ExitCode } from "./exit_code.ts";

/** `ziglog completions`: lets a shell complete commands. */
export const completions = defineCommand({
  usage: ["completions SHELL"],
  description:
    "Prints a script for bash, zsh, fish or pwsh that completes commands, options, their values, session ids and names of " +
    "workflows. It asks ziglog itself each time, so it need not be made again after an update.",
  maxPositionals: 1,
  options: {},
  examples: [
    { command: 'eval "$(ziglog completions bash)"', help: "in ~/.bashrc" },
    { command: 'eval "$(ziglog completions zsh)"', help: "in ~/.zshrc, behind compinit" },
    { command: "ziglog completions fish | source", help: "in ~/.config/fish/config.fish" },
    { command: "ziglog completions pwsh | Out-String | Invoke-Expression", help: "in the profile of PowerShell" },
  ],
  run(context: CommandContext<Record<never, never>>): Promise<number> {
    return Promise.try(run, context);
  },
});

function run({ positionals: [shell], host }: CommandContext<Record<never, never>>): number {
  if (!shell) throw new UsageError(`Cannot print completions: name the shell, one of ${SHELLS.join(", ")}`);
  if (!isShell(shell)) {
    const meant = nearest(shell, SHELLS);
    const hint = meant === undefined ? "" : `, did you mean ${meant}?`;
    throw new UsageError(`Cannot print completions for "${shell}": SHELL is one of ${SHELLS.join(", ")}${hint}`);
  }
  host.stdout.write(COMPLETION_SCRIPTS[shell]);
  return ExitCode.ok;
}

function isShell(name: string): name is Shell {
  return (SHELLS as readonly string[]).includes(name);
}
