/** Other programs, and what they take. */

/**
 * Tells whether this machine has a program.
 *
 * @param name The program.
 * @returns `true` when it can be started.
 */
export function hasProgram(name: string): boolean {
  try {
    new Deno.Command(name, { args: ["--help"], stdin: "null", stdout: "null", stderr: "null" }).outputSync();
    return true;
  } catch {
    return false;
  }
}

/**
 * Runs a program to its end.
 *
 * @param command The program; its output is piped.
 * @returns The lines that it printed.
 * @throws {Error} When it fails.
 */
export async function linesOf(command: Deno.Command): Promise<string[]> {
  const { success, stdout, stderr } = await command.output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).split("\n").slice(0, -1);
}

/**
 * Looks how much processor time a process has used. Linux only.
 *
 * @param pid The process.
 * @returns Seconds, in steps of 10 ms.
 */
export function cpuSeconds(pid: number): number {
  const fields = Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/**
 * Looks how much memory a process has used at most. Linux only.
 *
 * @param pid The process.
 * @returns Megabytes; `undefined` when it has gone.
 */
export function peakMegabytes(pid: number): number | undefined {
  try {
    const kilobytes = /VmHWM:\s+(\d+)/.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024 / 1e6;
  } catch {
    return undefined;
  }
}
