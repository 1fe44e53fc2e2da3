/**
 * Names inside generated code that no user sees. Types begin with capitals and these do not, so they can only
 * clash with one another, with JavaScript's words, and inside functions with fields.
 */
import { propertyName } from "../names.js";
import type { Schema } from "../model.js";

/** JavaScript's words, in strict code and modules, and globals that generated functions use. */
const WORDS = `
  arguments as async await break case catch class const continue debugger default delete do else enum eval
  export extends false finally for function get globalThis if implements import in instanceof interface let new null of
  package private protected public return set static super switch this throw true try type typeof undefined
  var void while with yield`
  .trim()
  .split(/\s+/);

/** Parameters and variables of generated functions; `cc` is the runtime. */
const OWN = ["cc", "r", "w", "row", "end", "tag", "value", "record"];

const TAKEN: ReadonlySet<string> = new Set([...WORDS, ...OWN]);

/** The variable for a field: its name, with an underscore where that means something else. */
export function localName(field: string): string {
  // A field may have the name of a function or a constant.
  const clashes = TAKEN.has(field) || isFunction(field) || isConstant(field);
  return clashes ? `${field}_` : field;
}

/** Functions of a schema are `defineCity`, `encodeCity` and `decodeCity`. */
function isFunction(name: string): boolean {
  return /^(?:define|encode|decode)[A-Z]/.test(name);
}

const SUFFIXES = ["Fields", "Numbers", "Schema"] as const;

function isConstant(name: string): boolean {
  return SUFFIXES.some((suffix) => name.endsWith(suffix));
}

/** The module's constants by what they are for. */
export interface Constants {
  /** `geoSchema`: the data set's definition. */
  readonly dataset: string;
  /** `locationFields`: a value type's field names. */
  readonly fields: (name: string) => string;
  /** `featureCodeNumbers`: an enum's wire numbers. */
  readonly numbers: (name: string) => string;
}

/** Chooses constants' names: one for `URLRule`, another for `UrlRule`. */
export function chooseConstants(schema: Schema): Constants {
  const stems = new Map<string, string>();
  const taken = new Set<string>();
  for (const { name } of [...schema.types, ...schema.enums]) {
    let stem = propertyName(name);
    // Not `encodeCityFields`, which the function for an entity CityFields is called.
    while (taken.has(stem) || isFunction(stem)) stem += "_";
    stems.set(name, stem);
    taken.add(stem);
  }
  const stem = (name: string): string => stems.get(name) ?? propertyName(name);
  return {
    dataset: `${propertyName(schema.name)}Schema`,
    fields: (name) => `${stem(name)}Fields`,
    numbers: (name) => `${stem(name)}Numbers`,
  };
}
