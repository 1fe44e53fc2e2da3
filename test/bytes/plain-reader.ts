/**
 * A reader of segments and manifests written from docs/snapshot-format.md alone: it uses nothing of the
 * runtime, as a reader in another language could not. If it fails, the page or the runtime is wrong.
 */

/** A field of a protobuf message: its number, and its bytes or its number. */
export interface Field {
  readonly number: number;
  readonly value: bigint;
  readonly bytes: Uint8Array;
  /** Where its bytes begin in the message. */
  readonly start: number;
}

/** All fields of a message in the order in which they stand. */
export function parse(message: Uint8Array): Field[] {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  let pos = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = view.getUint8(pos++);
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  const fields: Field[] = [];
  while (pos < message.length) {
    const tag = Number(varint());
    const wire = tag & 7;
    const value = wire === 0 || wire === 2 ? varint() : 0n;
    const start = pos;
    pos += wire === 2 ? Number(value) : ([0, 8, 0, 0, 0, 4][wire] ?? 0);
    fields.push({ number: tag >>> 3, value, bytes: message.subarray(start, pos), start });
  }
  return fields;
}

/** The little-endian 32-bit numbers of a packed field; none when the field is not there. */
export function numbers(fields: readonly Field[], number: number): number[] {
  const field = fields.find((each) => each.number === number);
  if (field === undefined) return [];
  const { bytes } = field;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 4 }, (_, i) => view.getUint32(i * 4, true));
}

/** Text of a field, or undefined when it is not there. */
export function text(fields: readonly Field[], number: number): string | undefined {
  const field = fields.find((each) => each.number === number);
  return field === undefined ? undefined : Buffer.from(field.bytes).toString();
}

const mix = (word: bigint): bigint => {
  let hash = word & 0xffffffffn;
  hash = ((hash ^ (hash >> 16n)) * 0x85ebca6bn) & 0xffffffffn;
  hash = ((hash ^ (hash >> 13n)) * 0xc2b2ae35n) & 0xffffffffn;
  return hash ^ (hash >> 16n);
};

/** A part of a key: text, an unset value, a 32-bit integer, or a 64-bit one as a bigint. */
export type Part = string | number | bigint | undefined;

/** The hash of a key; bigint arithmetic, so that nothing overflows unseen. */
export function hash(parts: readonly Part[], seed: number): number {
  const [only] = parts;
  if (parts.length === 1 && typeof only === "number") {
    return Number(mix(BigInt.asUintN(32, BigInt(only)) ^ BigInt(seed)));
  }
  let state = 0x811c9dc5n ^ BigInt(seed);
  const step = (word: bigint, factor: bigint): void => {
    state = ((state ^ word) * factor) & 0xffffffffn;
  };
  for (const part of parts) {
    if (part === undefined) step(0xfen, 0x01000193n);
    else if (typeof part === "string") {
      for (const byte of [...Buffer.from(part), 0xff]) step(BigInt(byte), 0x01000193n);
    } else if (typeof part === "number") {
      step(mix(BigInt.asUintN(32, BigInt(part))), 0x9e3779b1n);
    } else {
      step(mix(part & 0xffffffffn), 0x9e3779b1n);
      step(mix((part >> 32n) & 0xffffffffn), 0x9e3779b1n);
    }
  }
  return Number(mix(state));
}

/** The numbers filed under a hash in a slot table, in the order of looking. `most`: how many there can be. */
export function* candidates(slots: readonly number[], most: number, of: number): Generator<number> {
  const bits = BigInt(most.toString(2).length);
  const wanted = (BigInt(of) << bits) & 0xffffffffn;
  let slot = Number((BigInt(of) * BigInt(slots.length)) >> 32n);
  for (; slots.length > 0 && slots[slot] !== 0; slot = (slot + 1) % slots.length) {
    const word = BigInt(slots[slot] ?? 0);
    const filed = word & ((1n << bits) - 1n);
    if (word - filed === wanted) yield Number(filed) - 1;
  }
}
