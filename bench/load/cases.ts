/** The README's table: what the naive ways and the peers cost, and what the collection costs. */
import { type Case, childOf, faster, share, type Source } from "../case.js";

const child = (file: string) => childOf(import.meta.url, file);
const CHILDREN = {
  collection: child("./load-collection.js"),
  protobuf: child("./load-protobuf.js"),
  tuned: child("./load-tuned-protobuf.js"),
  json: child("./load-json.js"),
  gets: child("./gets.js"),
  peers: child("./peers.js"),
};
/** All rows as the collection and as the two naive values, and the keys to ask for. */
const fixture = child("./produce.js");

const source = (label: string, of: keyof typeof CHILDREN, number: string): Source => ({
  label,
  child: CHILDREN[of],
  number,
});

function ofLoad(number: string): Record<"ours" | "protobuf" | "tuned" | "json", Source> {
  return {
    ours: source("cached-collections", "collection", number),
    protobuf: source("protobufjs + Map", "protobuf", number),
    tuned: source("protobuf tuned by hand + Map", "tuned", number),
    json: source("JSON.parse + Map", "json", number),
  };
}

const load = ofLoad("loadMs");
const stall = ofLoad("stallMs");
const memory = ofLoad("rssBytes");
const peers = (label: string, number: string): Source => source(label, "peers", number);

export const LOAD_CASES: readonly Case[] = [
  {
    name: "cold-load",
    title: "Cold load of all rows",
    unit: "ms",
    fixture,
    ours: load.ours,
    rivals: [
      { ...load.protobuf, target: faster(10) },
      load.tuned,
      { ...load.json, target: faster(15) },
    ],
  },
  {
    name: "stall",
    title: "Longest stall of the event loop during the load",
    unit: "ms",
    fixture,
    ours: stall.ours,
    rivals: [{ ...stall.protobuf, target: share(1 / 50) }, stall.tuned, stall.json],
  },
  {
    name: "memory",
    title: "Resident memory after the load, 20,000 records in use",
    unit: "MB",
    fixture,
    ours: memory.ours,
    rivals: [{ ...memory.protobuf, target: share(0.4) }, memory.tuned, memory.json],
  },
  {
    name: "hit",
    title: "get of 20,000 hot keys, each",
    unit: "ns",
    fixture,
    ours: source("cached-collections", "gets", "hit:snapshot"),
    rivals: [
      { ...source("Map over all rows", "gets", "hit:map"), target: share(1) },
      source("cached-collections, asking the collection", "gets", "hit:collection"),
    ],
  },
  {
    name: "miss",
    title: "get of keys that no row has, each",
    unit: "ns",
    fixture,
    ours: source("cached-collections", "gets", "miss:snapshot"),
    rivals: [
      { ...source("Map over all rows", "gets", "miss:map"), target: share(2.5) },
      source("cached-collections, asking the collection", "gets", "miss:collection"),
    ],
  },
  {
    name: "peers",
    title: "get of the same 20,000 keys through what people use, each",
    unit: "ns",
    fixture,
    ours: peers("cached-collections", "snapshot"),
    rivals: [
      peers("lru-cache", "lruCache"),
      { ...peers("bentocache, memory layer", "bentocache"), target: faster(50) },
      { ...peers("node-redis, client-side caching", "nodeRedis"), target: faster(50) },
      peers("node-redis, client-side caching, and JSON.parse", "nodeRedisParsed"),
    ],
  },
];
