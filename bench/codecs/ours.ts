/** What generated code does: checks of every value when it writes, frozen records when it reads. */
import { Reader, Writer } from "cached-collections/generated/v1";
import type { City, CityInput, FeatureCode } from "../../generated/geo.js";
import { definitionOf } from "../data/definition.js";
import { measureCodec } from "./measure-codec.js";

/** Field 2, `records`, with a length. */
const RECORD_TAG = 18;

measureCodec<CityInput, Uint8Array>(() => {
  const definition = definitionOf("geo");
  return {
    rowOf: (city) => ({ ...city, featureCode: city.featureCode as FeatureCode }),
    encode: (rows) => {
      const writer = Writer.create();
      for (const row of rows) {
        definition.encode(writer.uint32(RECORD_TAG).fork(), row);
        writer.ldelim();
      }
      return writer.finish();
    },
    decode: (bytes) => {
      const reader = new Reader(bytes);
      const cities: City[] = [];
      while (reader.pos < reader.len) {
        reader.uint32();
        cities.push(definition.decode(reader, reader.end()));
      }
      return cities;
    },
  };
});
