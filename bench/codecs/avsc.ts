/** Avro by avsc, with an enum and a union for what is optional. */
import avro from "avsc";
import type { PlainCity } from "../../examples/data/plain-cities.js";
import { FeatureCode } from "../../generated/geo.js";
import { measureCodec } from "./measure-codec.js";

type Row = Omit<PlainCity, "adminCode"> & { readonly adminCode: string | null };

measureCodec<Row, Uint8Array>(() => {
  const type = avro.Type.forSchema({
    type: "array",
    items: {
      type: "record",
      name: "City",
      fields: [
        { name: "id", type: "long" },
        { name: "name", type: "string" },
        { name: "country", type: "string" },
        { name: "adminCode", type: ["null", "string"] },
        {
          name: "featureCode",
          type: { type: "enum", name: "FeatureCode", symbols: [...FeatureCode] },
        },
        { name: "population", type: "long" },
        {
          name: "location",
          type: {
            type: "record",
            name: "Location",
            fields: [
              { name: "lat", type: "double" },
              { name: "lon", type: "double" },
            ],
          },
        },
      ],
    },
  });
  return {
    rowOf: (city) => ({ ...city, adminCode: city.adminCode ?? null }),
    encode: (rows) => type.toBuffer(rows),
    decode: (bytes) => type.fromBuffer(bytes as Buffer) as Row[],
  };
});
