/** The tiers of a set of steps, or the circle that keeps them from having any. */
export type Tiers =
  | { readonly kind: "tiers"; readonly tiers: readonly (readonly number[])[] }
  | { readonly kind: "cycle"; readonly cycle: readonly number[] };

/**
 * Sorts steps into tiers: each step stands in the first tier that comes after everything it needs.
 *
 * @param needs For each step, the places of the steps that it needs.
 * @returns The tiers, each in the order of the steps; or a cycle in which each step needs the next and the last the first.
 */
export function tiersOf(needs: readonly (readonly number[])[]): Tiers {
  const neededBy: number[][] = needs.map(() => []);
  const waitingFor = needs.map((needed) => new Set(needed).size);
  needs.forEach((needed, step) => new Set(needed).forEach((other) => neededBy[other]!.push(step)));

  const tiers: number[][] = [];
  let tier = needs.flatMap((_, step) => waitingFor[step] === 0 ? [step] : []);
  while (tier.length > 0) {
    tiers.push(tier);
    const next: number[] = [];
    for (const step of tier) {
      for (const other of neededBy[step]!) if (--waitingFor[other]! === 0) next.push(other);
    }
    tier = next.sort((one, other) => one - other);
  }
  const stuck = waitingFor.findIndex((count) => count > 0);
  return stuck === -1 ? { kind: "tiers", tiers } : { kind: "cycle", cycle: cycleFrom(stuck, needs, waitingFor) };
}

/** Every step that is stuck needs one that is stuck, so walking on must come round. */
function cycleFrom(start: number, needs: readonly (readonly number[])[], waitingFor: readonly number[]): number[] {
  const way: number[] = [];
  const placeOnWay = new Map<number, number>();
  for (let step = start;;) {
    const met = placeOnWay.get(step);
    if (met !== undefined) return way.slice(met);
    placeOnWay.set(step, way.length);
    way.push(step);
    step = needs[step]!.find((other) => waitingFor[other]! > 0)!;
  }
}
