/** Segments: chunks come back byte for byte, and live exactly as long as protocol.md says. */
import { expect } from "vitest";
import { eachStore } from "./each-store.js";
import {
  awkwardBytes,
  CITY,
  entryOf,
  headOf,
  manifestOf,
  publishNext,
  publishOne,
  randomId,
  requestOf,
  takeTicket,
  upload,
} from "./publications.js";

const UPLOAD_MS = 600_000;
const GRACE_MS = 900_000;

eachStore(
  "chunks come back byte for byte through another connection",
  async ({ schema, other }) => {
    const id = randomId();
    const every = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const shared = Buffer.from(new SharedArrayBuffer(1 << 20)).fill(every);
    await schema.putChunk(id, 0, awkwardBytes());
    await schema.putChunk(id, 1, shared);
    await schema.putChunk(id, 2, shared.subarray(7, 300));
    await schema.putChunk(id, 12, new Uint8Array([0]));
    expect(await other.getChunk(id, 0)).toEqual(awkwardBytes());
    expect(Buffer.compare((await other.getChunk(id, 1)) ?? every, shared)).toBe(0);
    expect(await other.getChunk(id, 2)).toEqual(Buffer.from(shared.subarray(7, 300)));
    expect(await other.chunkSizes(id, 4)).toEqual([6, 1 << 20, 293, 0]);
    expect(await other.chunkSizes(id, 0)).toEqual([]);
    expect(await other.getChunk(id, 3)).toBeUndefined();
    expect(await other.getChunk(randomId(), 0)).toBeUndefined();
    expect(await other.chunkSizes(randomId(), 2)).toEqual([0, 0]);
  },
);

eachStore("a chunk stored twice is the later one", async ({ schema }) => {
  const id = randomId();
  const reused = Buffer.from("first");
  await schema.putChunk(id, 0, reused);
  reused.fill("x");
  expect(await schema.getChunk(id, 0)).toEqual(Buffer.from("first"));
  await schema.putChunk(id, 0, Buffer.from("second"));
  expect(await schema.getChunk(id, 0)).toEqual(Buffer.from("second"));
});

eachStore("an upload lives ten minutes from its last chunk", async ({ schema, behind }) => {
  const { id } = await upload(schema, 1);
  const left = await behind.segmentLeftMs(id);
  expect(left).toBeLessThanOrEqual(UPLOAD_MS);
  expect(left).toBeGreaterThan(UPLOAD_MS - 10_000);
});

eachStore(
  "a published segment lives for ever, a late chunk changes neither it nor that",
  async (context) => {
    const { schema, behind } = context;
    const manifest = await publishNext(schema);
    const id = manifest.segments[0]?.id ?? "";
    expect(await behind.segmentLeftMs(id)).toBe(Infinity);
    await schema.putChunk(id, 0, Buffer.from("late"));
    await schema.putChunk(id, 7, Buffer.from("late"));
    expect(await behind.segmentLeftMs(id)).toBe(Infinity);
    expect(await schema.getChunk(id, 0)).toEqual(awkwardBytes("chunk 0"));
    expect(await schema.getChunk(id, 7)).toBeUndefined();
  },
);

eachStore(
  "segments live while head or history name them and 15 minutes longer",
  async (context) => {
    const { schema, behind } = context;
    const manifests = [];
    for (let revision = 1; revision <= 5; revision++) manifests.push(await publishNext(schema));
    const left = await Promise.all(
      manifests.map((manifest) => behind.segmentLeftMs(manifest.segments[0]?.id ?? "")),
    );
    expect(left.slice(1)).toEqual([Infinity, Infinity, Infinity, Infinity]);
    expect(left[0]).toBeLessThanOrEqual(GRACE_MS);
    expect(left[0]).toBeGreaterThan(GRACE_MS - 10_000);
  },
);

eachStore("a segment that the next manifest names again stays", async ({ schema, behind }) => {
  const first = await publishNext(schema);
  let head = first;
  for (let revision = 2; revision <= 6; revision++) {
    const ticket = await takeTicket(schema);
    const manifest = manifestOf(revision, [await upload(schema), ...first.segments]);
    const reply = await publishOne(schema, ticket, { manifest, builtOn: head.id, mode: "patch" });
    expect(reply.outcome).toBe("published");
    head = manifest;
  }
  expect(await behind.segmentLeftMs(first.segments[0]?.id ?? "")).toBe(Infinity);
});

eachStore("a rollback keeps the segments of the older manifest", async ({ schema, behind }) => {
  const old = await publishNext(schema);
  const recorded = (await schema.check([CITY])).versions.get(CITY)?.push;
  const head = await publishNext(schema);
  const ticket = await takeTicket(schema);
  const manifest = manifestOf(3, old.segments);
  const entry = entryOf({ manifest, builtOn: head.id, mode: "rollback" });
  expect((await schema.publish(requestOf(ticket, [entry]))).outcome).toBe("published");
  expect(await headOf(schema)).toEqual(manifest);
  expect((await schema.check([CITY])).versions.get(CITY)?.push?.source).toBe(recorded?.source);
  expect(await behind.segmentLeftMs(old.segments[0]?.id ?? "")).toBe(Infinity);
  expect(await behind.segmentLeftMs(head.segments[0]?.id ?? "")).toBe(Infinity);
});

eachStore(
  "a purge gives all segments of the version the grace time",
  async ({ schema, behind }) => {
    const manifests = [await publishNext(schema), await publishNext(schema)];
    await schema.purge(CITY);
    for (const manifest of manifests) {
      const left = await behind.segmentLeftMs(manifest.segments[0]?.id ?? "");
      expect(left).toBeLessThanOrEqual(GRACE_MS);
      expect(left).toBeGreaterThan(GRACE_MS - 10_000);
    }
  },
);

eachStore(
  "a sweep gives the grace time to what nobody names, and to nothing else",
  async (context) => {
    const { schema, behind } = context;
    const served = await publishNext(schema);
    const replaced = await publishNext(schema);
    const uploading = await upload(schema);
    const orphan = await upload(schema);
    await behind.keepSegment(orphan.id);
    expect(await schema.sweep()).toBe(1);
    expect(await schema.sweep()).toBe(0);
    expect(await behind.segmentLeftMs(orphan.id)).toBeLessThanOrEqual(GRACE_MS);
    expect(await behind.segmentLeftMs(uploading.id)).toBeLessThanOrEqual(UPLOAD_MS);
    for (const { segments } of [served, replaced]) {
      expect(await behind.segmentLeftMs(segments[0]?.id ?? "")).toBe(Infinity);
    }
  },
);

eachStore("an expired segment is gone, whoever looks", async ({ schema, other, behind }) => {
  const { id } = await upload(schema);
  await behind.expireSegment(id);
  expect(await other.getChunk(id, 0)).toBeUndefined();
  expect(await other.chunkSizes(id, 2)).toEqual([0, 0]);
});
