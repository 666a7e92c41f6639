/** Milliseconds between two looks, and how many times as long as a look takes: there may be thousands of files. */
const LOOK_MS = 500;
const LOOK_SHARE = 20;

/** Says when it is time to look for files again. */
export class LookTimer {
  #next = -Infinity;

  /** Whether it is time. */
  isDue(): boolean {
    return performance.now() >= this.#next;
  }

  /**
   * Looks; the longer that takes, the later is the next time.
   *
   * @param look Looks.
   * @returns What it found.
   */
  async time<Found>(look: () => Found | Promise<Found>): Promise<Found> {
    const began = performance.now();
    const found = await look();
    const ended = performance.now();
    this.#next = ended + Math.max(LOOK_MS, LOOK_SHARE * (ended - began));
    return found;
  }
}
