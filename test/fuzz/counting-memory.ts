/** How much memory for typed arrays some code asks for: their constructors are watched while it runs. */

const WATCHED = [
  "SharedArrayBuffer",
  "ArrayBuffer",
  "Uint8Array",
  "Uint32Array",
  "Int32Array",
  "Float64Array",
] as const;

/** Bytes for each element when a constructor is given a number. */
const SIZES: Readonly<Record<(typeof WATCHED)[number], number>> = {
  SharedArrayBuffer: 1,
  ArrayBuffer: 1,
  Uint8Array: 1,
  Uint32Array: 4,
  Int32Array: 4,
  Float64Array: 8,
};

/** Runs it; returns its result and the bytes that it set aside, also those it let go again. */
export function countingMemory<T>(run: () => T): { result: T; bytes: number } {
  let bytes = 0;
  const restore = WATCHED.map((name) => {
    const original = Reflect.get(globalThis, name) as new (...args: unknown[]) => object;
    const watched = new Proxy(original, {
      construct(target, args: unknown[], newTarget) {
        if (typeof args[0] === "number") bytes += args[0] * SIZES[name];
        const made: unknown = Reflect.construct(
          target,
          args,
          newTarget === watched ? target : newTarget,
        );
        return made as object;
      },
    });
    Reflect.set(globalThis, name, watched);
    return () => void Reflect.set(globalThis, name, original);
  });
  try {
    return { result: run(), bytes };
  } finally {
    for (const each of restore) each();
  }
}
