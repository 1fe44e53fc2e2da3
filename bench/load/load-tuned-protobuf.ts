/** The naive cold load with protobuf by a decoder tuned by hand: GET, decode straight into a Map. */
import { decodeCities } from "../naive/city.js";
import { child } from "../measure/child.js";
import { measureLoad } from "./measure-load.js";
import { PROTOBUF_KEY, readBytes } from "./keys.js";

child((redis) =>
  measureLoad(redis, async () => decodeCities(await readBytes(redis, PROTOBUF_KEY))),
);
