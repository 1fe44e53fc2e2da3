/** V8's own serialisation. */
import { deserialize, serialize } from "node:v8";
import type { PlainCity } from "../../examples/data/plain-cities.js";
import { measureCodec } from "./measure-codec.js";

measureCodec<PlainCity, Uint8Array>(() => ({
  rowOf: (city) => city,
  encode: (rows) => serialize(rows),
  decode: (bytes) => deserialize(bytes) as PlainCity[],
}));
