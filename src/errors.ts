/**
 * The errors a caller can tell apart. A class exists only where somebody does something different because of it;
 * everything else is a built-in error with a message and, where there is one, a `cause`.
 *
 * @module
 */

/** No recorded session fits what was asked for. */
export class SessionNotFoundError extends Error {
  /** `"SessionNotFoundError"`. */
  override readonly name = "SessionNotFoundError";
}

/** A session id prefix fits more than one session. */
export class AmbiguousSessionError extends Error {
  /** `"AmbiguousSessionError"`. */
  override readonly name = "AmbiguousSessionError";
  /** The full ids that the prefix fits. */
  readonly candidates: readonly string[];

  /**
   * Makes the error.
   *
   * @param prefix The prefix as it was given.
   * @param candidates The full ids that it fits.
   * @param shown The same for people, as with the names of their sources; default: the ids.
   */
  constructor(prefix: string, candidates: readonly string[], shown: readonly string[] = candidates) {
    super(`Cannot choose session "${prefix}": the prefix fits ${candidates.length} sessions (${shown.join(", ")})`);
    this.candidates = candidates;
  }
}

/** Another process holds the lock of a session log. */
export class LogLockedError extends Error {
  /** `"LogLockedError"`. */
  override readonly name = "LogLockedError";
  /** The lock file. */
  readonly path: string;

  /**
   * Makes the error.
   *
   * @param path The lock file that another process holds.
   * @param state What that one does.
   */
  constructor(path: string, state = "another process is writing this session") {
    super(`Cannot lock "${path}": ${state}`);
    this.path = path;
  }
}

/** A line could not be written whole to a session log. */
export class LogWriteError extends Error {
  /** `"LogWriteError"`. */
  override readonly name = "LogWriteError";
  /** The log file. */
  readonly path: string;
  /** Bytes of the failed append that reached the file and could not be taken back; 0 when the log was rolled back. */
  readonly bytesWritten: number;
  /** The system's error code, such as `ENOSPC`, where there is one. */
  readonly code: string | undefined;

  /**
   * Makes the error.
   *
   * @param path The log file.
   * @param bytesWritten Bytes of the failed append that stayed in the file.
   * @param cause What the system said.
   */
  constructor(path: string, bytesWritten: number, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const state = bytesWritten === 0
      ? "the log was rolled back to its last whole line"
      : `${bytesWritten} bytes stayed`;
    super(`Cannot write log "${path}": ${why} (${state})`, { cause });
    this.path = path;
    this.bytesWritten = bytesWritten;
    this.code = (cause as { code?: string } | undefined)?.code;
  }
}

/** The log of a session was removed while the session ran: what was recorded is gone. */
export class LogGoneError extends Error {
  /** `"LogGoneError"`. */
  override readonly name = "LogGoneError";
  /** Where the log was. */
  readonly path: string;

  /**
   * Makes the error.
   *
   * @param path Where the log was.
   */
  constructor(path: string) {
    super(`Cannot find log "${path}": it was removed while the session ran`);
    this.path = path;
  }
}

/** An event was emitted after the session had ended. */
export class SessionEndedError extends Error {
  /** `"SessionEndedError"`. */
  override readonly name = "SessionEndedError";

  /**
   * Makes the error.
   *
   * @param sessionId The session that has ended.
   */
  constructor(sessionId: string) {
    super(`Cannot write to session "${sessionId}": it has ended`);
  }
}

/** An index file exists but does not hold a readable list of sessions. */
export class IndexBrokenError extends Error {
  /** `"IndexBrokenError"`. */
  override readonly name = "IndexBrokenError";
  /** The index file. */
  readonly path: string;

  /**
   * Makes the error.
   *
   * @param path The index file.
   * @param reason What is wrong with it.
   */
  constructor(path: string, reason: string) {
    super(`Cannot read index "${path}": ${reason}`);
    this.path = path;
  }
}

/** The command line, a plan or an option is wrong; the message says what is expected. */
export class UsageError extends Error {
  /** `"UsageError"`. */
  override readonly name = "UsageError";
}
