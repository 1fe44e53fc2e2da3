/**
 * What an input may cost. A limit is exceeded when three runs exceed it: what V8 compiles or collects meanwhile
 * would else be taken for the input's.
 */
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { bytesOfBuffers } from "./watch-buffers.js";

export interface Cost {
  /** Of arrays, maps, text and all else that V8 keeps or knows of, also of what could be collected again. */
  readonly heapBytes: number;
  /** Of typed arrays and buffers, shared ones too. */
  readonly bufferBytes: number;
  /** Of the processor: other processes do not add to it. */
  readonly cpuMs: number;
}

/** Bytes of memory for each byte of input. */
const MEMORY_FACTOR = 40;
/** The slowest take 10 ms. */
const CPU_MS = 250;
const RUNS = 3;
const NAMES = ["heapBytes", "bufferBytes", "cpuMs"] as const;

/** The limit of an input, beside what any costs. */
export function limitOf(input: Uint8Array, heapFloor: number, bufferFloor: number): Cost {
  const more = MEMORY_FACTOR * input.length;
  return { heapBytes: heapFloor + more, bufferBytes: bufferFloor + more, cpuMs: CPU_MS };
}

/** Runs it, once unless that costs more than such a result may; throws when all runs did. */
export function within<T>(run: () => T, limitFor: (result: T) => Cost): T {
  for (let left = RUNS; ; left--) {
    const before = spent();
    const result = run();
    const after = spent();
    const limit = limitFor(result);
    const excess = NAMES.find((name) => after[name] - before[name] > limit[name]);
    if (excess === undefined) return result;
    const cost = after[excess] - before[excess];
    if (left === 1) throw new Error(`${excess}: ${cost} where ${limit[excess]} is enough`);
  }
}

/** What is in use, in bytes, once all garbage is collected. */
export function liveBytes(): number {
  // The second one waits for the buffers that another thread frees after the first.
  collectGarbage();
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function spent(): Cost {
  const { used_heap_size, external_memory } = getHeapStatistics();
  const { user, system } = process.cpuUsage();
  return {
    heapBytes: used_heap_size + external_memory,
    bufferBytes: bytesOfBuffers(),
    cpuMs: (user + system) / 1000,
  };
}

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;
