/** How the rows of a {@linkcode SessionList} are made. */
export interface RowMaker<Item, Row> {
  /** Names the session of an item. */
  idOf(item: Item): string;
  /** Finds out what is known of it. */
  rowOf(item: Item): Row;
}

/** Sessions, newest first. Each is looked at when it is reached, so that the first few of many cost little. */
export class SessionList<Row> {
  /** How many there are. */
  readonly size: number;
  readonly #idAt: (at: number) => string;
  readonly #rowAt: (at: number) => Row;

  private constructor(size: number, idAt: (at: number) => string, rowAt: (at: number) => Row) {
    this.size = size;
    this.#idAt = idAt;
    this.#rowAt = rowAt;
  }

  /**
   * Makes a list.
   *
   * @param items What the rows are made of, newest first.
   * @param make How.
   * @returns The list; no row is made yet.
   */
  static of<Item, Row>(items: readonly Item[], make: RowMaker<Item, Row>): SessionList<Row> {
    return new SessionList(items.length, (at) => make.idOf(items[at]!), (at) => make.rowOf(items[at]!));
  }

  /**
   * Makes something else of each row.
   *
   * @param change Makes it.
   * @returns The list; no row is made yet.
   */
  map<Changed>(change: (row: Row) => Changed): SessionList<Changed> {
    return new SessionList(this.size, this.#idAt, (at) => change(this.#rowAt(at)));
  }

  /**
   * Gives the ids of the sessions, without looking at them.
   *
   * @returns The ids, newest first.
   */
  ids(): string[] {
    return Array.from({ length: this.size }, (_, at) => this.#idAt(at));
  }

  /**
   * Looks at one of them.
   *
   * @param at Which: 0 for the newest.
   * @returns Its row.
   */
  at(at: number): Row {
    return this.#rowAt(at);
  }

  /**
   * Looks at all of them.
   *
   * @returns Their rows, newest first.
   */
  toArray(): Row[] {
    return Array.from({ length: this.size }, (_, at) => this.#rowAt(at));
  }
}
