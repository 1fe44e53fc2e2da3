export { FORMAT } from "./definition.js";
export { memoryStore } from "./store/memory/memory-store.js";
export type { Store } from "./store/store.js";
