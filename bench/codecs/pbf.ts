/** pbf, with the code that its compiler makes. */
import { PbfReader, PbfWriter } from "pbf";
import type { PlainCity } from "../../examples/data/plain-cities.js";
import { compiledProto } from "./compiled-proto.js";
import { featureNumber, measureCodec } from "./measure-codec.js";

interface Row extends Pick<PlainCity, "id" | "name" | "country" | "population" | "location"> {
  readonly admin_code: string | undefined;
  readonly feature_code: number;
}

interface Compiled {
  writeCitySegment(segment: { readonly records: readonly Row[] }, writer: PbfWriter): void;
  readCitySegment(reader: PbfReader): { readonly records: readonly Row[] };
}

measureCodec<Row, Uint8Array>(async () => {
  const compiled = (await compiledProto("node_modules/pbf/bin/pbf")) as Compiled;
  return {
    rowOf: (city) => {
      const { id, name, country, population, location, adminCode: admin_code } = city;
      return {
        id,
        name,
        country,
        admin_code,
        feature_code: featureNumber(city),
        population,
        location,
      };
    },
    encode: (records) => {
      const writer = new PbfWriter();
      compiled.writeCitySegment({ records }, writer);
      return writer.finish();
    },
    decode: (bytes) => compiled.readCitySegment(new PbfReader(bytes)).records,
  };
});
