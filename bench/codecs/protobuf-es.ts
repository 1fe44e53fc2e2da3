/** protobuf-es, whose generated code is a descriptor: here the same descriptor by hand. */
import { create, createFileRegistry, fromBinary, toBinary, type Message } from "@bufbuild/protobuf";
import {
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  FileDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";
import type { PlainCity } from "../../examples/data/plain-cities.js";
import { FeatureCode } from "../../generated/geo.js";
import { featureNumber, measureCodec } from "./measure-codec.js";

type Row = Message & Omit<PlainCity, "featureCode"> & { readonly featureCode: number };
type Segment = Message & { readonly records: readonly Row[] };

measureCodec<Row, Uint8Array>(() => {
  const registry = createFileRegistry(file(), () => undefined);
  const city = registry.getMessage("geo.City");
  const segment = registry.getMessage("geo.CitySegment");
  if (city === undefined || segment === undefined)
    throw new Error("the descriptor lacks a message");
  return {
    rowOf: (plain) => create(city, { ...plain, featureCode: featureNumber(plain) }) as Row,
    encode: (records) => toBinary(segment, create(segment, { records: [...records] })),
    decode: (bytes) => (fromBinary(segment, bytes) as Segment).records,
  };
});

/** What protoc makes of the part of generated/geo.proto that cities need. */
function file() {
  const field = (name: string, number: number, type: Type, typeName?: string) => ({
    name,
    number,
    type,
    label: name === "records" ? Label.REPEATED : Label.OPTIONAL,
    ...(typeName === undefined ? {} : { typeName: `.geo.${typeName}` }),
  });
  const city = [
    field("id", 1, Type.UINT32),
    field("name", 2, Type.STRING),
    field("country", 3, Type.STRING),
    { ...field("admin_code", 4, Type.STRING), proto3Optional: true, oneofIndex: 0 },
    field("feature_code", 5, Type.ENUM, "FeatureCode"),
    field("population", 6, Type.UINT32),
    field("location", 7, Type.MESSAGE, "Location"),
  ];
  const numbered = ["UNSPECIFIED", ...FeatureCode].map((name, number) => ({ name, number }));
  return create(FileDescriptorProtoSchema, {
    name: "geo.proto",
    package: "geo",
    syntax: "proto3",
    enumType: [{ name: "FeatureCode", value: numbered }],
    messageType: [
      { name: "Location", field: [field("lat", 1, Type.DOUBLE), field("lon", 2, Type.DOUBLE)] },
      { name: "City", field: city, oneofDecl: [{ name: "_admin_code" }] },
      { name: "CitySegment", field: [field("records", 2, Type.MESSAGE, "City")] },
    ],
  });
}
