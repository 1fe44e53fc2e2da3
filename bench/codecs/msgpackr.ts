/** msgpackr with its records, which write the names of fields once. */
import { Packr } from "msgpackr";
import type { PlainCity } from "../../examples/data/plain-cities.js";
import { measureCodec } from "./measure-codec.js";

measureCodec<PlainCity, Uint8Array>(() => {
  const packr = new Packr({ useRecords: true, structures: [] });
  return {
    rowOf: (city) => city,
    encode: (rows) => packr.pack(rows),
    decode: (bytes) => packr.unpack(bytes) as PlainCity[],
  };
});
