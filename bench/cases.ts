/**
 * What is measured and what is asked of it. A case compares our number with others' out of the same rounds;
 * its targets are those of the project's plan, and a case that falls short says so.
 */

/** One number out of one measuring process: `load-collection` gives `loadMs`, and so on. */
export interface Source {
  readonly label: string;
  /** A file of bench/children, without its ending. */
  readonly child: string;
  readonly number: string;
}

export interface Rival extends Source {
  /** What the ratio must be; absent where the number is shown for comparison only. */
  readonly target?: Target;
}

export interface Target {
  /** `faster`: rival / ours, at least; `share`: ours / rival, at most. */
  readonly kind: "faster" | "share";
  readonly limit: number;
}

export interface Case {
  /** What `npm run bench -- <regex>` matches. */
  readonly name: string;
  readonly title: string;
  readonly unit: "ms" | "MB" | "ns";
  readonly ours: Source;
  readonly rivals: readonly Rival[];
  /** Measured without Redis and the rows in it. */
  readonly isAlone?: true;
}

const faster = (limit: number): Target => ({ kind: "faster", limit });
const share = (limit: number): Target => ({ kind: "share", limit });

const source = (label: string, child: string, number: string): Source => ({ label, child, number });

function ofLoad(number: string): Record<"ours" | "protobuf" | "tuned" | "json", Source> {
  return {
    ours: source("cached-collections", "load-collection", number),
    protobuf: source("protobufjs + Map", "load-protobuf", number),
    tuned: source("protobuf tuned by hand + Map", "load-tuned-protobuf", number),
    json: source("JSON.parse + Map", "load-json", number),
  };
}

const load = ofLoad("loadMs");
const stall = ofLoad("stallMs");
const memory = ofLoad("rssBytes");
const peers = (label: string, number: string): Source => source(label, "peers", number);

export const CASES: readonly Case[] = [
  {
    name: "cold-load",
    title: "Cold load of all rows",
    unit: "ms",
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
    ours: stall.ours,
    rivals: [{ ...stall.protobuf, target: share(1 / 50) }, stall.tuned, stall.json],
  },
  {
    name: "memory",
    title: "Resident memory after the load, 20,000 records in use",
    unit: "MB",
    ours: memory.ours,
    rivals: [{ ...memory.protobuf, target: share(0.4) }, memory.tuned, memory.json],
  },
  {
    name: "hit",
    title: "get of 20,000 hot keys, each",
    unit: "ns",
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
    ours: peers("cached-collections", "snapshot"),
    rivals: [
      peers("lru-cache", "lruCache"),
      { ...peers("bentocache, memory layer", "bentocache"), target: faster(50) },
      { ...peers("node-redis, client-side caching", "nodeRedis"), target: faster(50) },
      peers("node-redis, client-side caching, and JSON.parse", "nodeRedisParsed"),
    ],
  },
];
