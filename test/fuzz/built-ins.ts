/** What JavaScript brings along: no input may change a property of it, on a prototype or elsewhere. */
import { runInNewContext } from "node:vm";

type Properties = ReadonlyMap<PropertyKey, PropertyDescriptor>;

interface State {
  readonly prototype: unknown;
  readonly properties: Properties;
}

const ASPECTS = ["value", "get", "set", "writable", "enumerable", "configurable"] as const;
/** What has prototypes that no global names. */
const NAMELESS = [
  [].values(),
  new Map().keys(),
  new Set().keys(),
  "".matchAll(/./g),
  ""[Symbol.iterator](),
  function* (): Generator {},
  async function* (): AsyncGenerator {},
  async (): Promise<void> => {},
];
const GLOBALS = Reflect.ownKeys(globalThis).length;
const STATES = statesFrom([...builtIns(), Buffer, URL, TextDecoder, ...NAMELESS]);

/** Throws when one has another prototype or property than when this file was loaded, or when there is a new global. */
export function checkBuiltIns(): void {
  if (Reflect.ownKeys(globalThis).length !== GLOBALS) throw new Error("another number of globals");
  for (const [object, { prototype, properties }] of STATES) {
    if (Reflect.getPrototypeOf(object) !== prototype) throw new Error("a prototype was exchanged");
    if (Reflect.ownKeys(object).length !== properties.size)
      throw new Error("a property was added to a built-in, or taken away");
    for (const [key, before] of properties) {
      const now = Reflect.getOwnPropertyDescriptor(object, key);
      if (ASPECTS.some((aspect) => !Object.is(now?.[aspect], before[aspect])))
        throw new Error(`the built-in property ${String(key)} was changed`);
    }
  }
}

/** The values of those globals that every realm has. */
function builtIns(): unknown[] {
  const names = runInNewContext("Object.getOwnPropertyNames(globalThis)") as string[];
  return names
    .filter((name) => name !== "globalThis")
    .map((name): unknown => Reflect.get(globalThis, name));
}

/** All objects and functions that can be reached from these. */
function statesFrom(roots: readonly unknown[]): ReadonlyMap<object, State> {
  const states = new Map<object, State>();
  const left = [...roots];
  while (left.length > 0) {
    const object = left.pop();
    if ((typeof object !== "object" && typeof object !== "function") || object === null) continue;
    if (states.has(object)) continue;
    const prototype = Reflect.getPrototypeOf(object);
    const properties = new Map(
      Reflect.ownKeys(object).map((key) => [
        key,
        Reflect.getOwnPropertyDescriptor(object, key) as PropertyDescriptor,
      ]),
    );
    states.set(object, { prototype, properties });
    left.push(prototype);
    for (const property of properties.values())
      for (const aspect of ["value", "get", "set"] as const) left.push(property[aspect]);
  }
  return states;
}
