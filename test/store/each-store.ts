/** Tests that every store has to pass: one sentence, three stores. */
import type { Store } from "cached-collections";
import { afterAll, expect, test } from "vitest";
import type { SchemaStore } from "../../runtime/src/store/store.js";
import { embeddedFixture } from "./embedded-fixture.js";
import { memoryFixture } from "./memory-fixture.js";
import { redisFixture } from "./redis-fixture.js";
import type { BehindTheStore, StoreFixture } from "./store-fixture.js";

export const STORE_KINDS: Readonly<Record<string, () => Promise<StoreFixture>>> = {
  memory: memoryFixture,
  embedded: embeddedFixture,
  redis: redisFixture,
};

export interface StoreContext {
  /** A schema without any history. */
  readonly schema: SchemaStore;
  /** The same schema through another connection. */
  readonly other: SchemaStore;
  readonly packageName: string;
  readonly behind: BehindTheStore;
  readonly connect: () => Store;
}

/** Declares a test for each kind of store; they share a server or directory per test file. */
export function eachStore(sentence: string, body: (context: StoreContext) => Promise<void>): void {
  for (const [kind, start] of Object.entries(STORE_KINDS)) {
    test(`${kind}: ${sentence}`, async () => {
      const fixture = fixtures.get(kind) ?? start();
      fixtures.set(kind, fixture);
      expect.hasAssertions();
      await body(contextIn(await fixture));
    });
  }
}

const fixtures = new Map<string, Promise<StoreFixture>>();
let schemas = 0;

afterAll(async () => {
  for (const fixture of fixtures.values()) await (await fixture).end();
});

function contextIn(fixture: StoreFixture): StoreContext {
  const packageName = `geo${++schemas}`;
  return {
    schema: fixture.connect().schema(packageName),
    other: fixture.connect().schema(packageName),
    packageName,
    behind: fixture.behind(packageName),
    connect: () => fixture.connect(),
  };
}
