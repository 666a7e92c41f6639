/** The longest that work keeps timers and signals waiting, in milliseconds. */
const TURN_MS = 20;

/** A turn of work that takes long: now and then it lets timers and signals through. */
export class Turn {
  #began = performance.now();

  /** Whether others have waited long enough. */
  get isOver(): boolean {
    return performance.now() - this.#began >= TURN_MS;
  }

  /** Begins anew, after a pause in which others had theirs. */
  begin(): void {
    this.#began = performance.now();
  }

  /** Lets others have their turn, then begins anew. */
  async pass(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.begin();
  }
}
