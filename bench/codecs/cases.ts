/** What `npm run bench -- ^codecs` measures: 135,233 cities written and read, with nothing around it. */
import { type Case, childOf, numbersOf, type Rival, type Unit } from "../case.js";

const ours = childOf(import.meta.url, "./ours.js");
const others = {
  "protobufjs, static code of pbjs": childOf(import.meta.url, "./pbjs.js"),
  "protobuf-es": childOf(import.meta.url, "./protobuf-es.js"),
  pbf: childOf(import.meta.url, "./pbf.js"),
  "msgpackr with records": childOf(import.meta.url, "./msgpackr.js"),
  avsc: childOf(import.meta.url, "./avsc.js"),
  "v8.serialize": childOf(import.meta.url, "./structured-clone.js"),
  JSON: childOf(import.meta.url, "./json.js"),
};

export const CODEC_CASES: readonly Case[] = [
  codec("decode", "135,233 cities decoded, ours frozen", "ms", "decodeMs"),
  codec("encode", "135,233 cities encoded, ours checked", "ms", "encodeMs"),
  codec("bytes", "135,233 cities, size", "MB", "bytes"),
];

function codec(name: string, title: string, unit: Unit, number: string): Case {
  const rivals = Object.entries(others).map(([label, child]): Rival => {
    return numbersOf(child)(label, number);
  });
  const own = numbersOf(ours)("cached-collections", number);
  return { name: `codecs-${name}`, title, unit, isAlone: true, ours: own, rivals };
}
