/** The exit codes of the program, as the README lists them. */
export const ExitCode = {
  /** All is well. */
  ok: 0,
  /** A run or a step failed, or damage was found. */
  failed: 1,
  /** The command line or a plan is wrong. */
  usage: 2,
  /** No such session or step, or several. */
  notFound: 3,
  /** The writer died: the log is incomplete. */
  incomplete: 4,
  /** Input or output failed, or a right is missing. */
  io: 5,
  /** SIGHUP. */
  hangup: 129,
  /** SIGINT. */
  interrupted: 130,
  /** SIGTERM. */
  terminated: 143,
} as const;
