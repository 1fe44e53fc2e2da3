/** protobufjs with static code, by its pbjs. */
import type protobuf from "protobufjs/minimal.js";
import type { PlainCity } from "../../examples/data/plain-cities.js";
import { compiledProto } from "./compiled-proto.js";
import { featureNumber, measureCodec } from "./measure-codec.js";

type Row = Omit<PlainCity, "featureCode"> & { readonly featureCode: number };

interface Compiled {
  readonly geo: {
    readonly CitySegment: {
      encode(segment: { readonly records: readonly Row[] }): protobuf.Writer;
      decode(bytes: Uint8Array): { readonly records: readonly Row[] };
    };
  };
}

measureCodec<Row, Uint8Array>(async () => {
  const pbjs = "node_modules/protobufjs-cli/bin/pbjs";
  const compiled = await compiledProto(pbjs, "--target", "static-module", "--wrap", "es6");
  const { CitySegment } = (compiled as Compiled).geo;
  return {
    rowOf: (city) => ({ ...city, featureCode: featureNumber(city) }),
    encode: (records) => CitySegment.encode({ records }).finish(),
    decode: (bytes) => CitySegment.decode(bytes).records,
  };
});
