/** The embedded store in a directory of its own, for the tests that every store has to pass. */
import { embeddedStore, type Store } from "cached-collections";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  loadLibsql,
  type Database,
  type SqlValue,
} from "../../runtime/src/store/embedded/libsql.js";
import { monotonicMs } from "../../runtime/src/store/embedded/monotonic-clock.js";
import { FILE_NAME } from "../../runtime/src/store/embedded/tables.js";
import type { BehindTheStore, StoreFixture } from "./store-fixture.js";

export async function embeddedFixture(): Promise<StoreFixture> {
  const path = await mkdtemp(join(tmpdir(), "cached-collections-embedded-"));
  const openDatabase = await loadLibsql("test");
  const stores: Store[] = [];
  let database: Database | undefined;
  const open = (): Database => {
    database ??= openDatabase(join(path, FILE_NAME));
    database.exec("PRAGMA busy_timeout = 5000");
    return database;
  };
  const connect = (): Store => {
    const store = embeddedStore({ path });
    stores.push(store);
    return store;
  };
  // The hand behind the store may be the first to reach for the tables.
  await connect().schema("first").check([]);
  return {
    connect,
    behind: (packageName) => behindEmbedded(packageName, open),
    end: async () => {
      database?.close();
      for (const store of stores) await store.close();
      await rm(path, { recursive: true, force: true });
    },
  };
}

function behindEmbedded(packageName: string, open: () => Database): BehindTheStore {
  const change = (sql: string, ...values: readonly SqlValue[]): Promise<void> => {
    open()
      .prepare(sql)
      .run(packageName, ...values);
    return Promise.resolve();
  };
  const endTimed = "UPDATE timed SET until_ms = 0 WHERE package = ? AND name = ?";
  // Of one whose time is over the row stays until it is swept: it must not come back to life.
  const setSegment = (value: string): string =>
    `UPDATE segments SET until_ms = ${value} WHERE package = ? AND id = ?
      AND (until_ms IS NULL OR until_ms > 0)`;
  return {
    segmentLeftMs: (id) => Promise.resolve(segmentLeftMs(open(), packageName, id)),
    expireSegment: (id) => change(setSegment("0"), id),
    expireTicket: (nonce) => change(endTimed, `ticket:${nonce}`),
    expireLease: (version) => change(endTimed, `lease:${version}`),
    setField: (name, value) =>
      change("INSERT OR REPLACE INTO fields VALUES (?, ?, ?)", name, value),
    keepSegment: (id) => change(setSegment("NULL"), id),
  };
}

function segmentLeftMs(database: Database, packageName: string, id: string): number {
  const found = database
    .prepare("SELECT until_ms FROM segments WHERE package = ? AND id = ?")
    .get(packageName, id) as { readonly until_ms: number | null } | undefined;
  if (found === undefined) return 0;
  return found.until_ms === null ? Infinity : Math.max(0, found.until_ms - monotonicMs());
}
