/** JSON, as a string. */
import type { PlainCity } from "../../examples/data/plain-cities.js";
import { measureCodec } from "./measure-codec.js";

measureCodec<PlainCity, string>(() => ({
  rowOf: (city) => city,
  encode: (rows) => JSON.stringify(rows),
  decode: (text) => JSON.parse(text) as PlainCity[],
}));
