/**
 * A script whose loader never ends, and which has nothing else that keeps it alive: it says how each call ended.
 * `node hung-loader-child.js <what it calls> [<directory of an embedded store>]`
 */
import { embeddedStore, memoryStore } from "cached-collections";
import { writeSync } from "node:fs";
import { CountryMapping } from "../../generated/geo.js";

const [called = "", path] = process.argv.slice(2);
const store = path === undefined ? memoryStore() : embeddedStore({ path });
const rows = [{ code: "FR", name: "France" }];
const never = (): Promise<never> => new Promise(() => undefined);
const loadTimeoutMs = called === "background load" ? 600_000 : 400;
const stuck = new CountryMapping(store, { load: never, loadTimeoutMs });

async function say(call: Promise<unknown>): Promise<void> {
  const end = await call.then(
    () => "resolved",
    (error: unknown) => String((error as { readonly code?: unknown }).code),
  );
  writeSync(1, `${end}\n`);
}

const calls: Readonly<Record<string, () => Promise<void>>> = {
  ready: () => say(stuck.ready()),
  push: () => say(stuck.push()),
  "push during a load in the background": async () => {
    await say(stuck.ready({ timeoutMs: 50 }));
    await say(stuck.push());
  },
  patch: async () => {
    await new CountryMapping(store, { load: () => rows }).push();
    await say(stuck.patch(never));
  },
  pull: async () => {
    await new CountryMapping(store, { load: () => rows }).push();
    await say(stuck.pull());
  },
  "background load": () => say(stuck.ready({ timeoutMs: 50 })),
};
await calls[called]?.();
