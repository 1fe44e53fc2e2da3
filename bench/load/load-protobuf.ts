/** The naive cold load with protobuf: GET, decode with protobufjs, build a Map. */
import { decodeCityList } from "../naive/protobufjs-city.js";
import { child } from "../measure/child.js";
import { measureLoad } from "./measure-load.js";
import { PROTOBUF_KEY, readBytes } from "./keys.js";

child((redis) =>
  measureLoad(redis, async () => decodeCityList(await readBytes(redis, PROTOBUF_KEY))),
);
