/**
 * The segments of a revision with what is left of each: exactly one record of a key is live over all of them.
 * For whoever writes the next revision; what is dead is not stored but found by looking the keys of newer
 * segments up in older ones, so the work is proportional to the newer ones.
 */
import { Reader } from "../codec/reader.js";
import type { AnyEntityDefinition } from "../definition.js";
import { hashOfValues } from "./index-columns.js";
import { KeyReader } from "./key-message.js";
import { normalOf, sameKey, type Normal } from "./scalar.js";
import type { Segment } from "./segment.js";
import { bitLength, fillSlots, homeSlot, nextSlot, type SlotTable } from "./slots.js";
import { atOnce, type Steps } from "./steps.js";

/** One bit for each record of a segment. */
export class Marks {
  readonly #bits: Uint8Array;

  /** None, or a copy of those in a bitmap. */
  constructor(records: number, marked?: Uint8Array) {
    this.#bits = marked === undefined ? new Uint8Array((records + 7) >>> 3) : marked.slice();
  }

  has(ordinal: number): boolean {
    return (((this.#bits[ordinal >>> 3] as number) >>> (ordinal & 7)) & 1) === 1;
  }

  add(ordinal: number): void {
    const index = ordinal >>> 3;
    this.#bits[index] = (this.#bits[index] as number) | (1 << (ordinal & 7));
  }
}

/** A segment, and which of its records a snapshot has found dead. */
export interface PartLeft {
  readonly segment: Segment<object>;
  readonly dead?: Uint8Array | undefined;
  readonly live?: number;
}

/** One segment, and which of its records count. */
export class LivePart {
  readonly segment: Segment<object>;
  /** How many of its records are live. */
  live: number;
  /** The segment's bytes. */
  readonly data: DataView;
  readonly #definition: AnyEntityDefinition;
  readonly #dead: Marks;
  #reader: Reader | undefined;
  #keys: SlotTable | undefined;

  /** All of a segment, or what is left of it. */
  constructor(definition: AnyEntityDefinition, { segment, dead, live }: PartLeft) {
    const { buffer, byteOffset, byteLength } = segment.layout.bytes;
    this.segment = segment;
    this.data = new DataView(buffer, byteOffset, byteLength);
    this.live = live ?? segment.records;
    this.#definition = definition;
    this.#dead = new Marks(segment.records, dead);
  }

  isLive(ordinal: number): boolean {
    return !this.#dead.has(ordinal);
  }

  /** A newer segment has its key. */
  kill(ordinal: number): void {
    if (this.#dead.has(ordinal)) return;
    this.#dead.add(ordinal);
    this.live--;
  }

  /** The first live ordinal from here on; the number of records when there is none. */
  nextLive(from: number): number {
    let ordinal = from;
    while (ordinal < this.segment.records && this.#dead.has(ordinal)) ordinal++;
    return ordinal;
  }

  /** The ordinal of the record with this key, live or not; -1 when there is none. Throws ERR_BAD_RECORD. */
  find(values: readonly Normal[]): number {
    const hash = hashOfValues(this.#definition.key, values, this.segment.layout.seed);
    return this.probe(hash, (ordinal) => this.#has(ordinal, values));
  }

  /** The first ordinal filed under this hash of a key that is accepted; -1 when there is none. */
  probe(hash: number, accepts: (ordinal: number) => boolean): number {
    const { words, bits } = (this.#keys ??= this.#fileKeys());
    if (words.length === 0) return -1;
    const mask = 2 ** bits - 1;
    let slot = homeSlot(hash, words.length);
    for (let word = words[slot]; word !== 0; word = words[slot]) {
      const ordinal = ((word as number) & mask) - 1;
      const isCandidate = (((word as number) ^ (hash << bits)) & ~mask) === 0;
      if (isCandidate && accepts(ordinal)) return ordinal;
      slot = nextSlot(slot, words.length);
    }
    return -1;
  }

  /** The key of a record. Throws ERR_BAD_RECORD. */
  keyOf(ordinal: number): readonly Normal[] {
    return this.segment.keyOf(ordinal);
  }

  /** The message of a record, not copied. */
  messageOf(ordinal: number): Uint8Array {
    const { bytes, offsets } = this.segment.layout;
    const reader = (this.#reader ??= new Reader(bytes));
    reader.pos = offsets[ordinal] as number;
    const end = reader.end();
    return bytes.subarray(reader.pos, end);
  }

  /** Its key slots; those of a small delta are made once, at about half a microsecond a record. */
  #fileKeys(): SlotTable {
    const { records, layout } = this.segment;
    if (layout.keys.words.length > 0 || records === 0) return layout.keys;
    const known = slotsOfDeltas.get(this.segment);
    if (known !== undefined) return known;
    const { key } = this.#definition;
    const hashes = new Uint32Array(records);
    for (let ordinal = 0; ordinal < records; ordinal++)
      hashes[ordinal] = hashOfValues(key, this.keyOf(ordinal), layout.seed);
    const words = new Int32Array(atOnce(fillSlots(hashes)).buffer);
    const slots = { words, bits: bitLength(records) };
    slotsOfDeltas.set(this.segment, slots);
    return slots;
  }

  #has(ordinal: number, values: readonly Normal[]): boolean {
    return sameKey(values, this.keyOf(ordinal));
  }
}

/** Key slots of deltas that came without any: segments stay while patches come and go. */
const slotsOfDeltas = new WeakMap<Segment<object>, SlotTable>();

/** The normal values of a record's key. */
export function keyOfRecord({ key }: AnyEntityDefinition, record: object): readonly Normal[] {
  return key.map((field) => normalOf(field.kind, field.read(record)) as Normal);
}

/** Finds out what is live in each of these segments, newest first. Throws ERR_BAD_RECORD. */
export function* liveParts(
  definition: AnyEntityDefinition,
  segments: readonly Segment<object>[],
): Steps<readonly LivePart[]> {
  let parts: readonly LivePart[] = [];
  for (const segment of [...segments].reverse()) parts = yield* layOn(definition, segment, parts);
  return parts;
}

/** Lays one more segment over others, in which its keys are found; newest first. Throws ERR_BAD_RECORD. */
export function* layOn(
  definition: AnyEntityDefinition,
  segment: Segment<object>,
  below: readonly LivePart[],
): Steps<readonly LivePart[]> {
  const newest = new LivePart(definition, { segment });
  if (below.length === 0) return [newest];
  for (let ordinal = 0; ordinal < segment.records; ordinal++) {
    killIn(below, newest.keyOf(ordinal));
    if (ordinal % 64 === 0) yield;
  }
  for (const values of removedKeys(definition, segment)) {
    killIn(below, values);
    yield;
  }
  return [newest, ...below];
}

/** The record that is met first has killed those in still older parts itself, when it was laid over them. */
function killIn(older: readonly LivePart[], values: readonly Normal[]): void {
  for (const part of older) {
    const ordinal = part.find(values);
    if (ordinal < 0) continue;
    part.kill(ordinal);
    return;
  }
}

/** The keys that a segment takes away, in key order. */
export function* removedKeys(
  definition: AnyEntityDefinition,
  { layout }: Segment<object>,
): Generator<readonly Normal[], void, undefined> {
  const { bytes, offsets, records, removed } = layout;
  const reader = new Reader(bytes);
  const keys = new KeyReader(definition);
  reader.pos = records === 0 ? 1 : (offsets[records - 1] as number);
  reader.pos = reader.end();
  for (let i = 0; i < removed; i++) {
    reader.pos++;
    yield keys.read(reader, reader.end());
  }
}
