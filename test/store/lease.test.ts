/** Leases: granted only to a need that the store itself sees, and to one process at a time. */
import { expect } from "vitest";
import type { LeaseRequest, SchemaStore } from "../../runtime/src/store/store.js";
import { until } from "../support/until.js";
import { eachStore } from "./each-store.js";
import { CITY, CITY_V2, manifestOf, publishNext, publishOne, takeTicket } from "./publications.js";

const MINUTE_MS = 60_000;

function leaseFor(
  token: string,
  need: LeaseRequest["need"] = { kind: "any" },
  ttlMs = MINUTE_MS,
): LeaseRequest {
  return { version: CITY, token, ttlMs, need };
}

eachStore(
  "an empty version needs a load, and one process is granted it",
  async ({ schema, other }) => {
    expect(await schema.acquireLease(leaseFor("a"))).toEqual({ outcome: "granted" });
    const held = await other.acquireLease(leaseFor("b"));
    expect(held).toMatchObject({
      outcome: "held",
      value: expect.stringMatching(/^a:\d+$/) as string,
    });
    const forMs = held.outcome === "held" ? held.forMs : 0;
    expect(forMs).toBeGreaterThan(MINUTE_MS - 10_000);
    expect(forMs).toBeLessThanOrEqual(MINUTE_MS);
  },
);

eachStore("who asks again after a lost reply has its lease", async ({ schema }) => {
  await schema.acquireLease(leaseFor("a"));
  expect(await schema.acquireLease(leaseFor("a"))).toEqual({ outcome: "granted" });
});

eachStore("a version that is served and current needs no load", async ({ schema }) => {
  await publishNext(schema);
  expect(await schema.acquireLease(leaseFor("a"))).toEqual({ outcome: "not-needed" });
  const need = { kind: "refresh", olderThanMs: MINUTE_MS } as const;
  expect(await schema.acquireLease(leaseFor("a", need))).toEqual({ outcome: "not-needed" });
});

eachStore(
  "a source that differs is a need, also a smaller one, until it is answered",
  async (context) => {
    const { schema, behind } = context;
    const head = await publishNext(schema);
    await schema.invalidate(["Country"]);
    expect((await schema.acquireLease(leaseFor("a"))).outcome).toBe("not-needed");
    await schema.invalidate(["City"]);
    expect((await schema.acquireLease(leaseFor("a"))).outcome).toBe("granted");
    await schema.releaseLease(CITY, "a");
    const ticket = await takeTicket(schema);
    await publishOne(schema, ticket, { mode: "same", manifest: head, builtOn: head.id, source: 1 });
    expect((await schema.acquireLease(leaseFor("a"))).outcome).toBe("not-needed");
    await behind.setField("source:City", Buffer.from("0"));
    expect((await schema.acquireLease(leaseFor("a"))).outcome).toBe("granted");
  },
);

eachStore("a named segment that is gone is a need", async ({ schema, behind }) => {
  const head = await publishNext(schema);
  await behind.expireSegment(head.segments[0]?.id ?? "");
  expect((await schema.acquireLease(leaseFor("a"))).outcome).toBe("granted");
});

eachStore("a damaged head is a need", async ({ schema, behind }) => {
  await publishNext(schema);
  await behind.setField(`head:${CITY}`, Buffer.from("damaged"));
  expect((await schema.acquireLease(leaseFor("a"))).outcome).toBe("granted");
});

eachStore(
  "a repair is granted for the head that was found damaged, not for another",
  async ({ schema }) => {
    const old = await publishNext(schema);
    const head = await publishNext(schema);
    const repair = (manifestId: string): LeaseRequest =>
      leaseFor("a", { kind: "repair", manifestId });
    expect((await schema.acquireLease(repair(old.id))).outcome).toBe("not-needed");
    expect((await schema.acquireLease(repair(head.id))).outcome).toBe("granted");
  },
);

eachStore("a refresh is granted when the last load is old enough", async ({ schema }) => {
  await publishNext(schema);
  const need = { kind: "refresh", olderThanMs: 20 } as const;
  const grant = async (): Promise<boolean> =>
    (await schema.acquireLease(leaseFor("a", need))).outcome === "granted";
  expect(await until("20 ms have passed at the store", grant)).toBe(true);
});

eachStore("patches do not put off a refresh", async ({ schema }) => {
  await publishNext(schema);
  const need = { kind: "refresh", olderThanMs: 50 } as const;
  const grant = async (): Promise<boolean> => {
    await publishNext(schema, { mode: "patch" });
    return (await schema.acquireLease(leaseFor("a", need))).outcome === "granted";
  };
  expect(await until("granted although patches go on", grant)).toBe(true);
});

eachStore(
  "renewing changes the value and keeps the lease; only its holder can",
  async ({ schema, other }) => {
    await schema.acquireLease(leaseFor("a"));
    const first = await valueOf(other);
    expect(first).toMatch(/^a:\d+$/);
    expect(await other.renewLease(CITY, "b", MINUTE_MS)).toBe(false);
    expect(await other.renewLease(CITY_V2, "a", MINUTE_MS)).toBe(false);
    expect(await schema.renewLease(CITY, "a", MINUTE_MS)).toBe(true);
    const second = await valueOf(other);
    expect(await schema.renewLease(CITY, "a", MINUTE_MS)).toBe(true);
    expect(new Set([first, second, await valueOf(other)]).size).toBe(3);
  },
);

eachStore(
  "a lease that was watched standing still is replaced, one that moved is not",
  async (context) => {
    const { schema, other } = context;
    await schema.acquireLease(leaseFor("a"));
    const first = await valueOf(other);
    expect(await other.replaceLease(leaseFor("b"), "a:7")).toMatchObject({ outcome: "held" });
    await schema.renewLease(CITY, "a", MINUTE_MS);
    const second = await valueOf(other);
    expect(await other.replaceLease(leaseFor("b"), first)).toMatchObject({ value: second });
    expect(await other.replaceLease(leaseFor("b"), second)).toEqual({ outcome: "granted" });
    expect(await schema.renewLease(CITY, "a", MINUTE_MS)).toBe(false);
    expect(await valueOf(schema, "a")).toMatch(/^b:/);
  },
);

eachStore("a lease that was given up and taken again is another one", async ({ schema, other }) => {
  await schema.acquireLease(leaseFor("a"));
  const first = await valueOf(other);
  await schema.releaseLease(CITY, "a");
  const givenUpMs = Date.now();
  await until("the clock went on", () => Date.now() > givenUpMs + 1);
  await schema.acquireLease(leaseFor("a"));
  expect(await other.replaceLease(leaseFor("b"), first)).toMatchObject({ outcome: "held" });
});

/** The lease as it is told to one who asks in vain. */
async function valueOf(schema: SchemaStore, token = "b"): Promise<string> {
  const reply = await schema.acquireLease(leaseFor(token));
  if (reply.outcome !== "held") throw new Error(`it was ${reply.outcome}`);
  return reply.value;
}

eachStore("a lease ends by itself", async ({ schema, other }) => {
  await schema.acquireLease(leaseFor("a", { kind: "any" }, 30));
  const taken = async (): Promise<boolean> =>
    (await other.acquireLease(leaseFor("b"))).outcome === "granted";
  expect(await until("the lease ended", taken)).toBe(true);
  expect(await schema.renewLease(CITY, "a", MINUTE_MS)).toBe(false);
});

eachStore(
  "a lease that was given up is free; only its holder can give it up",
  async ({ schema, other }) => {
    await schema.acquireLease(leaseFor("a"));
    await other.releaseLease(CITY, "b");
    expect(await other.acquireLease(leaseFor("b"))).toMatchObject({ outcome: "held" });
    await schema.releaseLease(CITY, "a");
    expect(await other.acquireLease(leaseFor("b"))).toEqual({ outcome: "granted" });
  },
);

eachStore(
  "after a failed load nobody loads for the backoff, and the code says why",
  async ({ schema, other }) => {
    await schema.acquireLease(leaseFor("a"));
    await other.failLease(CITY, "b", "ERR_LOADER", MINUTE_MS);
    expect(await other.acquireLease(leaseFor("b"))).toMatchObject({ outcome: "held" });
    await schema.failLease(CITY, "a", "ERR_LOADER", MINUTE_MS);
    for (const token of ["a", "b"]) {
      const reply = await other.acquireLease(leaseFor(token));
      expect(reply).toMatchObject({ outcome: "failed", code: "ERR_LOADER" });
    }
    expect(await schema.renewLease(CITY, "a", MINUTE_MS)).toBe(false);
    await schema.releaseLease(CITY, "failed");
    expect((await schema.acquireLease(leaseFor("failed"))).outcome).toBe("failed");
  },
);

eachStore("a backoff ends by itself", async ({ schema, other }) => {
  await schema.acquireLease(leaseFor("a"));
  await schema.failLease(CITY, "a", "ERR_LOADER", 30);
  const taken = async (): Promise<boolean> =>
    (await other.acquireLease(leaseFor("b"))).outcome === "granted";
  expect(await until("the backoff ended", taken)).toBe(true);
});

eachStore(
  "while pinned a missing segment of the next manifest is a need as well",
  async (context) => {
    const { schema, behind } = context;
    await publishNext(schema);
    const { encodeStoredManifest } = await import("../../runtime/src/store/stored-manifest.js");
    const next = manifestOf(2, [{ id: "0".repeat(32), chunks: 1 }]);
    await behind.setField(`next:${CITY}`, encodeStoredManifest(next));
    expect((await schema.acquireLease(leaseFor("a"))).outcome).toBe("granted");
  },
);
