/**
 * The naive way with protobuf, tuned by hand as far as it goes: one value in Redis, decoded by protobufjs's Reader
 * straight into a Map, with no class and no list of all cities beside it. Few services would; it shows how much
 * of the difference is the naive way itself.
 */
import protobuf from "protobufjs/minimal.js";
import type { PlainCity } from "../../examples/data/plain-cities.js";

/** One message that holds all cities, as `GET` returns it: `repeated City cities = 1`. */
export function encodeCities(cities: Iterable<PlainCity>): Uint8Array {
  const writer = protobuf.Writer.create();
  for (const city of cities) encodeCity(writer.uint32(10).fork(), city).ldelim();
  return writer.finish();
}

/** Decodes that message straight into the Map: no list of all cities in between. */
export function decodeCities(bytes: Uint8Array): Map<number, PlainCity> {
  const reader = protobuf.Reader.create(bytes);
  const cities = new Map<number, PlainCity>();
  while (reader.pos < reader.len) {
    reader.uint32();
    const length = reader.uint32();
    const city = decodeCity(reader, reader.pos + length);
    cities.set(city.id, city);
  }
  return cities;
}

function encodeCity(writer: protobuf.Writer, city: PlainCity): protobuf.Writer {
  writer.uint32(8).uint32(city.id).uint32(18).string(city.name).uint32(26).string(city.country);
  if (city.adminCode !== undefined) writer.uint32(34).string(city.adminCode);
  writer.uint32(42).string(city.featureCode).uint32(48).uint32(city.population);
  writer.uint32(58).fork().uint32(9).double(city.location.lat);
  return writer.uint32(17).double(city.location.lon).ldelim();
}

function decodeCity(reader: protobuf.Reader, end: number): PlainCity {
  let id = 0;
  let name = "";
  let country = "";
  let adminCode: string | undefined;
  let featureCode = "";
  let population = 0;
  let location: PlainCity["location"] = { lat: 0, lon: 0 };
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === 8) id = reader.uint32();
    else if (tag === 18) name = reader.string();
    else if (tag === 26) country = reader.string();
    else if (tag === 34) adminCode = reader.string();
    else if (tag === 42) featureCode = reader.string();
    else if (tag === 48) population = reader.uint32();
    else if (tag === 58) location = decodeLocation(reader, reader.uint32() + reader.pos);
    else reader.skipType(tag & 7);
  }
  return { id, name, country, adminCode, featureCode, population, location };
}

function decodeLocation(reader: protobuf.Reader, end: number): PlainCity["location"] {
  let lat = 0;
  let lon = 0;
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === 9) lat = reader.double();
    else if (tag === 17) lon = reader.double();
    else reader.skipType(tag & 7);
  }
  return { lat, lon };
}
