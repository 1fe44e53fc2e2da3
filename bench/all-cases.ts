/** All cases by group, in the order of docs/performance.md. `load` is the README's table. */
import type { Case } from "./case.js";
import { CODEC_CASES } from "./codecs/cases.js";
import { CODEGEN_CASES } from "./codegen/cases.js";
import { DELTA_CASES } from "./deltas/cases.js";
import { HOLLOW_CASES } from "./hollow/cases.js";
import { MEMORY_CASES } from "./memory/cases.js";
import { PAUSE_CASES } from "./pauses/cases.js";
import { VIEW_CASES } from "./views/cases.js";
import { LOAD_CASES } from "./load/cases.js";
import { WORKER_CASES } from "./workers/cases.js";

/** What runs when no case is named. */
export const README_CASES: readonly Case[] = LOAD_CASES;

export const ALL_CASES: readonly Case[] = [
  ...LOAD_CASES,
  ...HOLLOW_CASES,
  ...DELTA_CASES,
  ...PAUSE_CASES,
  ...MEMORY_CASES,
  ...WORKER_CASES,
  ...CODEC_CASES,
  ...VIEW_CASES,
  ...CODEGEN_CASES,
];
