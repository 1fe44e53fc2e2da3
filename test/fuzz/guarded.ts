/** What must hold of any inputs, one or many: they come to an end, and leave JavaScript as it was. */
import { createContext, Script } from "node:vm";
import { checkBuiltIns } from "./built-ins.js";
import { watchBuffers } from "./watch-buffers.js";

/** Inputs of a turn take a tenth of a second; this is for machines with much else to do. */
const DEADLINE_MS = 60_000;

/**
 * Runs them, with their buffers watched; returns the result. What has not ended in time, be it in a loop, in a regular
 * expression or waiting for another thread, is ended with an error.
 */
export function guarded<T>(run: () => T, deadlineMs: number = DEADLINE_MS): T {
  const stopWatching = watchBuffers();
  let result: T;
  try {
    realm["run"] = run;
    result = CALL.runInContext(realm, { timeout: deadlineMs }) as T;
  } finally {
    stopWatching();
  }
  checkBuiltIns();
  return result;
}

const realm = createContext();
const CALL = new Script("run()");
