/** Chance that is the same in every run: measurements of one thing draw the same rows and keys. */

/** Puts the keys in another order, so that a pass does not meet them as the one before did. */
export function shuffle(keys: Uint32Array, seed: number): void {
  const random = randomNumbers(seed);
  for (let index = keys.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    const key = keys[index] ?? 0;
    keys[index] = keys[other] ?? 0;
    keys[other] = key;
  }
}

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
