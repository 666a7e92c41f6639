/**
 * Finds the word that somebody probably meant.
 *
 * @param word The word as it was written.
 * @param known The words that exist.
 * @returns The known word that differs least, or `undefined` when none is near.
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let fewest = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - word.length) >= fewest) continue;
    const edits = editsBetween(word.toLowerCase(), candidate.toLowerCase());
    if (edits < fewest && edits < Math.max(word.length, candidate.length)) { // otherwise they have nothing in common
      fewest = edits;
      best = candidate;
    }
  }
  return best;
}

/** Letters to add, drop, change or swap with their neighbour to turn one word into the other. */
function editsBetween(from: string, to: string): number {
  let older: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let edits = Math.min(previous[column]! + 1, current[column - 1]! + 1, previous[column - 1]! + (same ? 0 : 1));
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) {
        edits = Math.min(edits, older[column - 2]! + 1);
      }
      current.push(edits);
    }
    older = previous;
    previous = current;
  }
  return previous[to.length]!;
}
