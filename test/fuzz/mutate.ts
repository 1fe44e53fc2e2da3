/** Changes bytes as damage and attackers do; the same ones for the same random numbers. */
import type { Random } from "../support/random.js";

type Mutation = (input: Uint8Array, random: Random, others: readonly Uint8Array[]) => Uint8Array;

/** Lengths, counts and ordinals at which code goes wrong, as 32-bit words. */
const EXTREMES = [
  0, 1, 2, 0x7f, 0x80, 0xff, 0x100, 0xffff, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff,
];

/** What follows stays where it was. */
const IN_PLACE: readonly Mutation[] = [
  (input, random) => changed(input, random, (byte) => byte ^ (1 << random.integer(8))),
  (input, random) => changed(input, random, () => random.integer(256)),
  (input, random) => changed(input, random, (byte) => byte + (random.chance(0.5) ? 1 : 255)),
  (input, random) => changed(input, random, () => random.pick([0, 0x7f, 0x80, 0xff])),
  (input, random) => withWord(input, random, random.pick(EXTREMES)),
  (input, random) => withWord(input, random, random.integer(64)),
  (input, random) => withWordsMoved(input, random, false),
  (input, random) => withWordsMoved(input, random, true),
];

const MUTATIONS: readonly Mutation[] = [
  ...IN_PLACE,
  (input, random) => input.slice(0, random.integer(input.length + 1)),
  (input, random) => spliced(input, random, noise(random)),
  (input, random, others) => spliced(input, random, stretch(random.pick(others), random)),
  (input, random) => spliced(input, random, stretch(input, random)),
  (input, random) => without(input, random),
];

/** One to four changes, one after another; mostly few. */
export function mutate(seeds: readonly Uint8Array[], random: Random): Uint8Array {
  let bytes = random.pick(seeds);
  const mutations = random.chance(0.5) ? IN_PLACE : MUTATIONS;
  for (let left = 1 + random.integer(1 + random.integer(4)); left > 0; left--) {
    bytes = random.pick(mutations)(bytes, random, seeds);
  }
  return bytes;
}

function changed(input: Uint8Array, random: Random, change: (byte: number) => number): Uint8Array {
  const bytes = Uint8Array.from(input);
  const at = random.integer(bytes.length);
  if (at < bytes.length) bytes[at] = change(bytes[at] ?? 0);
  return bytes;
}

function withWord(input: Uint8Array, random: Random, word: number): Uint8Array {
  const bytes = Uint8Array.from(input);
  if (bytes.length < 4) return bytes;
  new DataView(bytes.buffer).setUint32(random.integer(bytes.length - 3), word, true);
  return bytes;
}

/** Copies a word to the place of another one, or exchanges them: tables and orders that lie. */
function withWordsMoved(input: Uint8Array, random: Random, isExchange: boolean): Uint8Array {
  const bytes = Uint8Array.from(input);
  if (bytes.length < 4) return bytes;
  const data = new DataView(bytes.buffer);
  const from = random.integer(bytes.length - 3);
  // Arrays are of words: what is a multiple of four away is another one of the same array, or its neighbour's.
  const words = (bytes.length - 4 - (from % 4)) >>> 2;
  const near = Math.min(words, Math.max(0, (from >>> 2) - 8 + random.integer(17)));
  const to = near * 4 + (from % 4);
  const [word, other] = [data.getUint32(from), data.getUint32(to)];
  data.setUint32(to, word);
  if (isExchange) data.setUint32(from, other);
  return bytes;
}

function spliced(input: Uint8Array, random: Random, piece: Uint8Array): Uint8Array {
  const at = random.integer(input.length + 1);
  const goesOnAt = random.chance(0.5) ? at : Math.min(input.length, at + piece.length);
  return Buffer.concat([input.subarray(0, at), piece, input.subarray(goesOnAt)]);
}

function without(input: Uint8Array, random: Random): Uint8Array {
  const at = random.integer(input.length + 1);
  return Buffer.concat([input.subarray(0, at), input.subarray(at + 1 + random.integer(16))]);
}

function stretch(input: Uint8Array, random: Random): Uint8Array {
  const at = random.integer(input.length + 1);
  return input.slice(at, at + 1 + random.integer(32));
}

function noise(random: Random): Uint8Array {
  return Uint8Array.from({ length: 1 + random.integer(12) }, () => random.integer(256));
}
