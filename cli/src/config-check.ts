/** Checks what a config file exports: its author may write JavaScript, or be mistaken. All that is wrong is told at once. */
import { closestMatch } from "leven";
import type { Config, Target } from "./config.js";
import { ProblemError, type Problem } from "./problem.js";

/** What a target has, with what one would write there. */
const EXAMPLES: Readonly<Record<keyof Target, string>> = {
  folder: "packages/geo",
  schemas: "schema",
  out: "generated",
};
const TARGET_KEYS = Object.keys(EXAMPLES);
const CONFIG_KEYS: readonly string[] = [...TARGET_KEYS, "targets", "app"];
/** More edits than these are no slip. */
const MAX_EDITS = 3;

type Report = (code: Problem["code"], fact: string, fix: string) => void;
type Value = Readonly<Record<string, unknown>>;

/** The value as a config; throws with all problems when it is none. `path` is the file's, for messages. */
export function checkConfig(value: unknown, path: string): Config {
  const problems: Problem[] = [];
  const report: Report = (code, fact, fix) => problems.push({ code, path, fact, fix });
  if (isObject(value)) checkMembers(report, value);
  else {
    const fact =
      value === undefined
        ? "there is no default export"
        : `the default export is ${kindOf(value)}, not an object`;
    report("config-type", fact, 'write export default defineConfig({ schemas: "schema" })');
  }
  if (problems.length > 0) throw new ProblemError(problems);
  return value as Config;
}

function checkMembers(report: Report, config: Value): void {
  checkKeys(report, config, CONFIG_KEYS, "a config");
  checkTarget(report, config, "");
  const { app, targets } = config;
  if (app !== undefined && typeof app !== "function") {
    const fix = 'write app: () => import("./src/collections.js")';
    report("config-type", `app is ${kindOf(app)}, not a function`, fix);
  }
  if (targets !== undefined) checkTargets(report, targets, config);
}

function checkTargets(report: Report, targets: unknown, config: Value): void {
  const fix = 'write targets: [{ schemas: "schema", out: "generated" }]';
  if (!Array.isArray(targets)) {
    report("config-type", `targets is ${kindOf(targets)}, not an array`, fix);
    return;
  }
  if (targets.length === 0) report("config-type", "targets is empty", fix);
  for (const key of TARGET_KEYS.filter((name) => config[name] !== undefined)) {
    report("config-type", `${key} stands beside targets`, `move ${key} into each of the targets`);
  }
  for (const [index, target] of (targets as readonly unknown[]).entries()) {
    const name = `targets[${index}]`;
    if (isObject(target)) {
      checkKeys(report, target, TARGET_KEYS, name);
      checkTarget(report, target, `${name}.`);
    } else {
      report("config-type", `${name} is ${kindOf(target)}, not an object`, fix);
    }
  }
}

function checkTarget(report: Report, target: Value, before: string): void {
  for (const [key, example] of Object.entries(EXAMPLES)) {
    const value = target[key];
    const fix = `write ${key}: "${example}"`;
    if (value === undefined) continue;
    if (typeof value !== "string") {
      report("config-type", `${before}${key} is ${kindOf(value)}, not a text`, fix);
    } else if (value.trim() === "") {
      report("config-type", `${before}${key} is empty`, fix);
    }
  }
}

function checkKeys(report: Report, value: Value, known: readonly string[], name: string): void {
  for (const key of Object.keys(value).filter((each) => !known.includes(each))) {
    const near = closestMatch(key, known, { maxDistance: Math.min(MAX_EDITS, key.length - 1) });
    const fix = near === undefined ? `write one of ${known.join(", ")}` : `write ${near}`;
    report("config-unknown-key", `${name} has no "${key}"`, fix);
  }
}

function isObject(value: unknown): value is Value {
  return kindOf(value) === "an object";
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (value instanceof Promise) return "a promise";
  const type = typeof value === "string" ? "text" : typeof value;
  return type === "undefined" ? type : `${type === "object" ? "an" : "a"} ${type}`;
}
