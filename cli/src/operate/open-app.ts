/** Opens the user's app for one command: finds the config file, imports what its `app` names, closes the stores. */
import { CONFIG_NAMES, findConfig, loadConfig } from "../config-file.js";
import { problemError, slashed } from "../problem.js";
import { unitsOf, type AppUnit } from "./app.js";

export interface App {
  readonly units: readonly AppUnit[];
  /** Ends what the stores connected. What else the app opened stays. */
  close(): Promise<void>;
}

/** Throws a ProblemError when there is no config, no app, or nothing in it. */
export async function openApp(config: string | undefined): Promise<App> {
  const found = config ?? findConfig(".");
  if (found === undefined) {
    const fact = `there is no ${CONFIG_NAMES.join(", ")} here, which would say where your collections are`;
    throw problemError({ code: "app-missing", fact, fix: `write one: ${EXAMPLE}` });
  }
  const path = slashed(found);
  const { app } = await loadConfig(found, "once");
  if (app === undefined) {
    throw problemError({ code: "app-missing", path, fact: "it has no app", fix: `add ${EXAMPLE}` });
  }
  const exports = await imported(app, path);
  const units = unitsOf(exports);
  if (units.length === 0) {
    const names = Object.keys(exports).join(", ") || "nothing";
    const fact = `app gives no data set and no collection; it gives ${names}`;
    const fix = "export them from the module that it imports";
    throw problemError({ code: "app-empty", path, fact, fix });
  }
  return { units, close: () => closeStores(units) };
}

const EXAMPLE = 'app: () => import("./src/collections.js"), the module that exports them';

async function imported(app: () => Promise<object>, path: string): Promise<object> {
  let exports: unknown;
  try {
    exports = await app();
  } catch (error) {
    const fix = "correct it there; the module only has to make collections, not to await them";
    const fact = `app throws: ${describe(error)}`;
    throw problemError({ code: "app-load", path, fact, fix }, { cause: error });
  }
  if (typeof exports === "object" && exports !== null) return exports;
  const fact = `app gives ${exports === null ? "null" : typeof exports}, not the exports of a module`;
  throw problemError({ code: "app-empty", path, fact, fix: `write ${EXAMPLE}` });
}

/** What was thrown, and where, if that is a file of the app. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const frame = error.stack?.split("\n").find((line) => /^ +at /.test(line));
  const where = frame === undefined || /node:|node_modules/.test(frame) ? "" : `,${frame.slice(3)}`;
  return `${error.name}: ${error.message}${where}`;
}

async function closeStores(units: readonly AppUnit[]): Promise<void> {
  const stores = new Set(units.map(({ store }) => store));
  await Promise.all([...stores].map(async (store) => store.close()));
}
