/** The machine that measures. */

/** What the numbers depend on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly os: string;
  readonly deno: string;
  /** How busy it was with other things, as the system counts it: processes that wanted a core, over the last minute. */
  readonly load: number;
}

/**
 * Looks at the machine.
 *
 * @returns What it is.
 */
export function thisMachine(): Machine {
  return {
    cpu: cpuName(),
    cores: navigator.hardwareConcurrency,
    os: `${Deno.build.os} ${Deno.osRelease()} ${Deno.build.arch}`,
    deno: Deno.version.deno,
    load: Deno.loadavg()[0]!,
  };
}

function cpuName(): string {
  try {
    return /model name\s*: (.*)/.exec(Deno.readTextFileSync("/proc/cpuinfo"))?.[1] ?? "unknown";
  } catch {
    return "unknown";
  }
}
