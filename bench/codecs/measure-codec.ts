/**
 * One codec over 135,233 cities, all of them as one value, which suits every codec: how long writing and reading
 * them takes, and how many bytes they are.
 */
import type { PlainCity } from "../../examples/data/plain-cities.js";
import { FeatureCode } from "../../generated/geo.js";
import { manyCities } from "../data/cities.js";
import { rowCount } from "../data/row-count.js";
import { childAlone } from "../measure/child.js";
import { median } from "../measure/median.js";

const WARM_UP_ROUNDS = 3;
const ROUNDS = 9;
/** Of all rows in the run. */
const PART = 8;

export interface Codec<Row, Encoded extends Uint8Array | string> {
  /** The form in which it takes cities; making it is not measured. */
  readonly rowOf: (city: PlainCity) => Row;
  readonly encode: (rows: readonly Row[]) => Encoded;
  readonly decode: (encoded: Encoded) => readonly { readonly id: number; readonly name: string }[];
}

/** Measures it and prints what came out. Fails when it does not read back what it wrote. */
export function measureCodec<Row, Encoded extends Uint8Array | string>(
  openCodec: () => Codec<Row, Encoded> | Promise<Codec<Row, Encoded>>,
): void {
  childAlone(async () => {
    const codec = await openCodec();
    const cities = [...manyCities(Math.round(rowCount() / PART))];
    const rows = cities.map(codec.rowOf);
    const encoded = codec.encode(rows);
    for (const [index, { id, name }] of codec.decode(encoded).entries()) {
      const city = cities[index];
      if (id !== city?.id || name !== city.name) throw new Error(`${id} is not what was written`);
    }
    return {
      bytes: Buffer.byteLength(encoded),
      encodeMs: medianMs(() => codec.encode(rows)),
      decodeMs: medianMs(() => codec.decode(encoded)),
    };
  });
}

/** The number of a feature code in generated/geo.proto. */
export function featureNumber({ featureCode }: PlainCity): number {
  return FeatureCode.indexOf(featureCode as FeatureCode) + 1;
}

function medianMs(work: () => { readonly length: number }): number {
  const times: number[] = [];
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
    // What the round before has left is not to be collected in this one.
    globalThis.gc?.();
    const startMs = performance.now();
    const { length } = work();
    const ms = performance.now() - startMs;
    if (length === 0) throw new Error("nothing came out");
    if (round >= WARM_UP_ROUNDS) times.push(ms);
  }
  return median(times);
}
