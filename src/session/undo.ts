/**
 * Undoes what was begun; each step is tried, whatever becomes of the others. The error that made us undo is the one to
 * report, so theirs are not.
 *
 * @param steps What is to be done, in order.
 */
export function undo(...steps: readonly (() => unknown)[]): void {
  for (const step of steps) {
    try {
      step();
    } catch {
      // The next step may still work.
    }
  }
}
