/**
 * How much memory code asks for in typed arrays and buffers: what makes them is watched while it runs. V8 says nothing of
 * shared ones, and forgets those that it has collected.
 */
import { types } from "node:util";

const CONSTRUCTORS =
  `ArrayBuffer SharedArrayBuffer Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array
  Int32Array Uint32Array Float32Array Float64Array BigInt64Array BigUint64Array`.split(/\s+/);
const ALLOCATORS = ["alloc", "allocUnsafe", "allocUnsafeSlow"];

type Sized = ArrayBufferView | ArrayBufferLike;

let counted = 0;

/** Bytes so far, also of what is garbage now; they grow while `watchBuffers` watches. */
export function bytesOfBuffers(): number {
  return counted;
}

/** Watches until the function that it returns is called. */
export function watchBuffers(): () => void {
  const restore = [
    ...CONSTRUCTORS.map((name) => watch(globalThis, name)),
    ...ALLOCATORS.map((name) => watch(Buffer, name)),
  ];
  return () => {
    for (const each of restore) each();
  };
}

type Made = (new (...args: unknown[]) => Sized) & ((...args: unknown[]) => Sized);

function watch(holder: object, name: string): () => void {
  const original = Reflect.getOwnPropertyDescriptor(holder, name) as PropertyDescriptor;
  Object.defineProperty(holder, name, { ...original, value: watched(original.value as Made) });
  return () => void Object.defineProperty(holder, name, original);
}

function watched(original: Made): Made {
  const proxy = new Proxy(original, {
    construct(target, args: unknown[], newTarget) {
      const made = Reflect.construct(
        target,
        args,
        newTarget === proxy ? target : newTarget,
      ) as Sized;
      // A view of a buffer adds nothing to it.
      if (!types.isAnyArrayBuffer(args[0])) counted += made.byteLength;
      return made;
    },
    apply(target, self, args: unknown[]) {
      const made = Reflect.apply(target, self, args);
      counted += made.byteLength;
      return made;
    },
  });
  return proxy;
}
