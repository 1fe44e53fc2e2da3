/** Pins: what is served stays, and what is published is held back until the pin is gone. */
import { expect } from "vitest";
import type {
  Announcement,
  PublishReply,
  SchemaStore,
  VersionState,
} from "../../runtime/src/store/store.js";
import { until } from "../support/until.js";
import { eachStore } from "./each-store.js";
import {
  CITY,
  COUNTRY,
  entryOf,
  headOf,
  manifestOf,
  publishNext,
  publishOne,
  requestOf,
  takeTicket,
  upload,
} from "./publications.js";

async function stateOf(schema: SchemaStore): Promise<VersionState | undefined> {
  return (await schema.check([CITY])).versions.get(CITY);
}

/** Pins what is served. */
async function pinHead(schema: SchemaStore): Promise<PublishReply> {
  const head = await headOf(schema);
  if (head === undefined) throw new Error("nothing is published");
  const ticket = await takeTicket(schema);
  const pin = { mode: "pin" as const, manifest: head, next: head, builtOn: head.id };
  return publishOne(schema, ticket, pin);
}

async function unpin(schema: SchemaStore): Promise<PublishReply> {
  const next = (await stateOf(schema))?.next;
  if (next === undefined) throw new Error("it is not pinned");
  const ticket = await takeTicket(schema);
  return publishOne(schema, ticket, { mode: "unpin", manifest: next, builtOn: next.id });
}

eachStore("what is pinned stays, and the last push is served after it", async ({ schema }) => {
  const first = await publishNext(schema);
  expect((await pinHead(schema)).outcome).toBe("published");
  const second = await publishNext(schema);
  const third = await publishNext(schema);
  expect(await stateOf(schema)).toMatchObject({ head: first, next: third, history: [] });
  expect((await unpin(schema)).outcome).toBe("published");
  const after = await stateOf(schema);
  expect(after).toMatchObject({ head: third, history: [first] });
  expect(after?.next).toBeUndefined();
  expect(second.revision).toBe(2);
});

eachStore("a pin to an older revision serves that under a new manifest", async ({ schema }) => {
  const first = await publishNext(schema);
  const second = await publishNext(schema);
  const manifest = manifestOf(3, first.segments);
  const next = manifestOf(4, second.segments);
  const ticket = await takeTicket(schema);
  const entry = { mode: "pin" as const, manifest, next, builtOn: second.id };
  expect((await publishOne(schema, ticket, entry)).outcome).toBe("published");
  expect((await publishOne(schema, ticket, entry)).outcome).toBe("already");
  expect(await stateOf(schema)).toMatchObject({ head: manifest, next, history: [second, first] });
  await unpin(schema);
  expect(await headOf(schema)).toEqual(next);
});

eachStore(
  "a pin keeps the record of the last load, and the segments of both",
  async ({ schema, behind }) => {
    const first = await publishNext(schema);
    const before = (await stateOf(schema))?.push;
    await pinHead(schema);
    expect((await stateOf(schema))?.push).toEqual(before);
    const second = await publishNext(schema);
    for (const { segments } of [first, second]) {
      expect(await behind.segmentLeftMs(segments[0]?.id ?? "")).toBe(Infinity);
    }
    const third = await publishNext(schema);
    expect(await behind.segmentLeftMs(second.segments[0]?.id ?? "")).toBeLessThan(Infinity);
    expect(await behind.segmentLeftMs(third.segments[0]?.id ?? "")).toBe(Infinity);
  },
);

eachStore("a pin whose next manifest is not whole is refused", async ({ schema }) => {
  const head = await publishNext(schema);
  const ticket = await takeTicket(schema);
  const next = manifestOf(2, [{ id: "0".repeat(32), chunks: 1 }]);
  const entry = { mode: "pin" as const, manifest: head, next, builtOn: head.id };
  expect((await publishOne(schema, ticket, entry)).outcome).toBe("incomplete");
  expect((await stateOf(schema))?.next).toBeUndefined();
});

eachStore("a pin that was decided on another head is refused, all of it", async ({ schema }) => {
  const old = await publishNext(schema);
  await publishNext(schema);
  const country = await publishNext(schema, { version: COUNTRY });
  const ticket = await takeTicket(schema);
  const entries = [
    entryOf({
      version: COUNTRY,
      mode: "pin",
      manifest: country,
      next: country,
      builtOn: country.id,
    }),
    entryOf({ mode: "pin", manifest: old, next: old, builtOn: old.id }),
  ];
  const reply = await schema.publish(requestOf(ticket, entries));
  expect(reply).toMatchObject({ outcome: "moved", version: CITY });
  const state = await schema.check([COUNTRY, CITY]);
  expect([...state.versions.values()].map(({ next }) => next)).toEqual([undefined, undefined]);
});

eachStore("a load that began before a pin is published into it", async ({ schema }) => {
  const first = await publishNext(schema);
  const ticket = await takeTicket(schema);
  await pinHead(schema);
  const manifest = manifestOf(2, [await upload(schema)]);
  expect((await publishOne(schema, ticket, { manifest, builtOn: first.id })).outcome).toBe(
    "published",
  );
  expect(await stateOf(schema)).toMatchObject({ head: first, next: manifest });
});

eachStore("pins and unpins are announced with what is served then", async ({ schema, other }) => {
  const first = await publishNext(schema);
  const second = await publishNext(schema);
  const heard: Announcement[] = [];
  const stop = await other.subscribe({
    announced: (announcement) => heard.push(announcement),
    reconnected: () => undefined,
  });
  const manifest = manifestOf(3, first.segments);
  const next = manifestOf(4, second.segments);
  const ticket = await takeTicket(schema);
  await publishOne(schema, ticket, { mode: "pin", manifest, next, builtOn: second.id });
  await until("the pin is heard", () => heard.some(({ manifestId }) => manifestId === manifest.id));
  await unpin(schema);
  await until("the unpin is heard", () => heard.some(({ manifestId }) => manifestId === next.id));
  expect(new Set(heard.map(({ version }) => version))).toEqual(new Set([CITY]));
  stop();
});
