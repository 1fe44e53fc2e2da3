/**
 * The naive way with protobuf as its users have it: protobufjs compiles encode and decode from the schema and
 * gives a list of messages, from which one builds a Map.
 */
import protobuf from "protobufjs";

/** What protobufjs's messages are known to have here; its own types say less. */
interface DecodedCity {
  readonly id: number;
}

const cityList: protobuf.Type = protobuf
  .parse(
    `syntax = "proto3";
    message Location { double lat = 1; double lon = 2; }
    message City {
      uint32 id = 1;
      string name = 2;
      string country = 3;
      optional string admin_code = 4;
      string feature_code = 5;
      uint32 population = 6;
      Location location = 7;
    }
    message CityList { repeated City cities = 1; }`,
  )
  .root.lookupType("CityList");

/** All cities of one message, by id. */
export function decodeCityList(bytes: Uint8Array): Map<number, DecodedCity> {
  const { cities } = cityList.decode(bytes) as unknown as { readonly cities: DecodedCity[] };
  const byId = new Map<number, DecodedCity>();
  for (const city of cities) byId.set(city.id, city);
  return byId;
}
