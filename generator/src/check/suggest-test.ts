/** The test of `where` that is meant by what other query languages write. */
import { nearest } from "./nearest.js";

export const OPERATORS = ["in", "not", "gt", "gte", "lt", "lte", "exists"] as const;

/** Names by what to write instead: in small letters, without the `$`, `_` and `-` that some languages have. */
const ELSEWHERE: readonly (readonly [string, readonly string[]])[] = [
  ["write the value itself: { field: value }", ["eq", "equal", "equals", "is", "=", "==", "==="]],
  ["write not", ["ne", "neq", "notequal", "notequals", "isnot", "!=", "!==", "<>"]],
  ["write { in: [ ... ] }", ["inarray", "oneof", "anyof"]],
  ["write { not: [ ... ] }", ["nin", "notin", "notinarray", "noneof"]],
  ["write gt", [">", "greaterthan", "morethan"]],
  ["write gte", [">=", "ge", "geq", "min"]],
  ["write lt", ["<", "lessthan"]],
  ["write lte", ["<=", "le", "leq", "max"]],
  ["write { gte: from, lte: to }", ["between"]],
  ["write { exists: false }", ["isnull"]],
  ["write { exists: true }", ["isnotnull"]],
];

/** The fix for a test that does not exist. */
export function suggestTest(name: string): string {
  const plain = name.toLowerCase().replaceAll(/[$_-]/g, "");
  const elsewhere = ELSEWHERE.find(([, names]) => names.includes(plain));
  if (elsewhere !== undefined) return elsewhere[0];
  const near = nearest(name, OPERATORS);
  // A guess between gt and gte, which are as near to `get`, would change what is asked.
  const isOnly = near === nearest(name, OPERATORS.toReversed());
  return near !== undefined && isOnly ? `write ${near}` : `the tests are: ${OPERATORS.join(", ")}`;
}
