/** Publishing: every outcome that protocol.md names, the same for the three stores. */
import { expect } from "vitest";
import { encodeStoredManifest } from "../../runtime/src/store/stored-manifest.js";
import { eachStore } from "./each-store.js";
import {
  CITY,
  COUNTRY,
  entryOf,
  EPOCH,
  headOf,
  manifestOf,
  publishNext,
  publishOne,
  randomId,
  requestOf,
  takeTicket,
  upload,
} from "./publications.js";

eachStore(
  "a first load is served, with its manifest byte for byte, its record and the store's new epoch",
  async ({ schema }) => {
    const { ticket, state } = await schema.issueTicket(randomId(), [CITY]);
    expect(state).toEqual({
      epoch: undefined,
      seq: 1,
      versions: new Map([[CITY, { history: [] }]]),
      sources: new Map([["City", 0]]),
    });
    const manifest = manifestOf(1, [await upload(schema, 3)]);
    const before = Date.now();
    const reply = await publishOne(schema, ticket.nonce, { manifest });
    expect(reply).toEqual({ outcome: "published", seq: 2 });
    const after = await schema.check([CITY, COUNTRY]);
    expect(after.epoch).toBe(EPOCH);
    expect(after.seq).toBe(2);
    expect(after.versions.get(COUNTRY)).toEqual({ history: [] });
    const { head, push, history } = after.versions.get(CITY) ?? {};
    expect(head).toEqual(manifest);
    expect(history).toEqual([]);
    expect(push).toEqual({ load: 1, void: 2, source: 0, atMs: push?.atMs });
    expect(Math.abs((push?.atMs ?? 0) - before)).toBeLessThan(5000);
  },
);

eachStore("the last three replaced manifests are kept, newest first", async ({ schema }) => {
  for (let revision = 1; revision <= 5; revision++) await publishNext(schema);
  const state = (await schema.check([CITY])).versions.get(CITY);
  expect(state?.head?.revision).toBe(5);
  expect(state?.history.map((manifest) => manifest.revision)).toEqual([4, 3, 2]);
});

eachStore(
  "publishing again after a lost reply is recognised, also when others published since",
  async ({ schema }) => {
    const ticket = await takeTicket(schema);
    const manifest = manifestOf(1, [await upload(schema)]);
    const request = requestOf(ticket, [entryOf({ manifest })]);
    expect((await schema.publish(request)).outcome).toBe("published");
    expect((await schema.publish(request)).outcome).toBe("already");
    for (let revision = 2; revision <= 6; revision++) await publishNext(schema);
    expect((await schema.publish(request)).outcome).toBe("already");
    expect((await headOf(schema))?.revision).toBe(6);
  },
);

eachStore(
  "a manifest in the history is recognised although its ticket is gone",
  async ({ schema, behind }) => {
    const ticket = await takeTicket(schema);
    const manifest = manifestOf(1, [await upload(schema)]);
    await publishOne(schema, ticket, { manifest });
    await publishNext(schema);
    await behind.expireTicket(ticket);
    const reply = await publishOne(schema, ticket, { manifest });
    expect(reply).toMatchObject({ outcome: "already", version: CITY });
  },
);

eachStore(
  "identical content records its ticket and source and makes no revision",
  async ({ schema }) => {
    const manifest = await publishNext(schema);
    await schema.invalidate(["City"]);
    const ticket = await takeTicket(schema);
    const request = requestOf(ticket, [
      entryOf({ mode: "same", manifest, builtOn: manifest.id, source: 1 }),
    ]);
    expect(await schema.publish(request)).toMatchObject({ outcome: "published" });
    const state = (await schema.check([CITY])).versions.get(CITY);
    expect(state?.head).toEqual(manifest);
    expect(state?.history).toEqual([]);
    expect(state?.push).toMatchObject({ load: 4, void: 5, source: 1 });
    expect(await schema.publish(request)).toMatchObject({ outcome: "already" });
  },
);

eachStore("a load that began before a published one began is superseded", async ({ schema }) => {
  const early = await takeTicket(schema);
  const late = await takeTicket(schema);
  const manifest = manifestOf(1, [await upload(schema)]);
  await publishOne(schema, late, { manifest });
  const own = { manifest: manifestOf(2, [await upload(schema)]), builtOn: manifest.id };
  expect(await publishOne(schema, early, own)).toEqual({
    outcome: "superseded",
    version: CITY,
    seq: 3,
  });
  expect(await headOf(schema)).toEqual(manifest);
});

eachStore(
  "a load that began after a published one began and before it was published is late",
  async ({ schema }) => {
    const first = await takeTicket(schema);
    const second = await takeTicket(schema);
    const manifest = manifestOf(1, [await upload(schema)]);
    await publishOne(schema, first, { manifest });
    const own = { manifest: manifestOf(2, [await upload(schema)]), builtOn: manifest.id };
    expect((await publishOne(schema, second, own)).outcome).toBe("late");
    const again = await takeTicket(schema);
    expect((await publishOne(schema, again, own)).outcome).toBe("published");
  },
);

eachStore("identical content voids tickets like any load", async ({ schema }) => {
  const manifest = await publishNext(schema);
  const early = await takeTicket(schema);
  const same = await takeTicket(schema);
  await publishOne(schema, same, { mode: "same", manifest, builtOn: manifest.id });
  const own = { manifest: manifestOf(2, [await upload(schema)]), builtOn: manifest.id };
  expect((await publishOne(schema, early, own)).outcome).toBe("superseded");
});

eachStore("a ticket that the store does not know is lost", async ({ schema }) => {
  const manifest = manifestOf(1, [await upload(schema)]);
  expect(await publishOne(schema, randomId(), { manifest })).toEqual({
    outcome: "lost",
    version: CITY,
    seq: 0,
  });
  expect(await headOf(schema)).toBeUndefined();
});

eachStore("a ticket's time can be over", async ({ schema, behind }) => {
  const ticket = await takeTicket(schema);
  await behind.expireTicket(ticket);
  const manifest = manifestOf(1, [await upload(schema)]);
  expect((await publishOne(schema, ticket, { manifest })).outcome).toBe("lost");
});

eachStore("asking for a ticket again gives the same one", async ({ schema }) => {
  const nonce = randomId();
  const first = await schema.issueTicket(nonce, [CITY]);
  await takeTicket(schema);
  expect((await schema.issueTicket(nonce, [CITY])).ticket).toEqual(first.ticket);
});

eachStore("the newest loads under way are known until one is published", async ({ schema }) => {
  const loads = async (): Promise<readonly number[] | undefined> =>
    (await schema.check([CITY])).versions.get(CITY)?.loads;
  const begin = async (): Promise<number> =>
    (await schema.issueTicket(randomId(), [CITY], [CITY])).ticket.seq;
  await publishNext(schema);
  expect(await loads()).toBe(undefined);
  const nonce = randomId();
  const { ticket, state } = await schema.issueTicket(nonce, [CITY, COUNTRY], [CITY]);
  expect(state.versions.get(CITY)?.loads).toEqual([ticket.seq]);
  expect(state.versions.get(COUNTRY)?.loads).toBe(undefined);
  await schema.issueTicket(nonce, [CITY], [CITY]);
  await publishNext(schema, { mode: "patch" });
  const later = [await begin(), await begin(), await begin()];
  expect(await loads()).toEqual([ticket.seq, ...later]);
  later.push(await begin());
  expect(await loads()).toEqual(later);
  await publishNext(schema);
  expect(await loads()).toBe(undefined);
  await begin();
  await publishNext(schema, { mode: "same" });
  expect(await loads()).toBe(undefined);
  await begin();
  await publishNext(schema, { mode: "rollback" });
  expect(await loads()).toBe(undefined);
  await begin();
  await schema.purge(CITY);
  expect(await loads()).toBe(undefined);
});

eachStore(
  "a head that is not the one built on has moved, for loads and patches",
  async ({ schema }) => {
    const first = await publishNext(schema);
    const ticket = await takeTicket(schema);
    const mine = { manifest: manifestOf(2, [await upload(schema)]), builtOn: first.id };
    const patched = await publishNext(schema, { mode: "patch" });
    for (const mode of ["load", "patch", "rollback"] as const) {
      expect((await publishOne(schema, ticket, { ...mine, mode })).outcome).toBe("moved");
    }
    const rebased = { ...mine, builtOn: patched.id };
    expect((await publishOne(schema, ticket, rebased)).outcome).toBe("published");
  },
);

eachStore(
  "built on nothing where something is, or on something where nothing is, has moved",
  async ({ schema }) => {
    const ticket = await takeTicket(schema);
    const manifest = manifestOf(1, [await upload(schema)]);
    const onSomething = { manifest, builtOn: randomId() };
    expect((await publishOne(schema, ticket, onSomething)).outcome).toBe("moved");
    await publishNext(schema, { mode: "patch" });
    expect((await publishOne(schema, ticket, { manifest })).outcome).toBe("moved");
  },
);

eachStore("another epoch than the store's has moved", async ({ schema }) => {
  const first = await publishNext(schema);
  const ticket = await takeTicket(schema);
  const manifest = manifestOf(2, [await upload(schema)], randomId());
  const entry = entryOf({ manifest, builtOn: first.id });
  const reply = await schema.publish(requestOf(ticket, [entry], manifest.epoch));
  expect(reply.outcome).toBe("moved");
});

eachStore(
  "a named segment with missing or additional chunks, or none at all, is incomplete",
  async ({ schema }) => {
    const ticket = await takeTicket(schema);
    const segment = await upload(schema, 2);
    for (const wrong of [
      { ...segment, chunks: 3 },
      { ...segment, chunks: 1 },
      { id: randomId(), chunks: 1 },
    ]) {
      const manifest = manifestOf(1, [segment, wrong]);
      expect((await publishOne(schema, ticket, { manifest })).outcome).toBe("incomplete");
    }
    expect(await headOf(schema)).toBeUndefined();
    const manifest = manifestOf(1, [segment]);
    expect((await publishOne(schema, ticket, { manifest })).outcome).toBe("published");
  },
);

eachStore(
  "an upload whose time ran out before publication is incomplete",
  async ({ schema, behind }) => {
    const ticket = await takeTicket(schema);
    const segment = await upload(schema);
    await behind.expireSegment(segment.id);
    const manifest = manifestOf(1, [segment]);
    expect((await publishOne(schema, ticket, { manifest })).outcome).toBe("incomplete");
    await schema.putChunk(segment.id, 0, Buffer.from("only the first again"));
    expect((await publishOne(schema, ticket, { manifest })).outcome).toBe("incomplete");
  },
);

eachStore(
  "identical content over a damaged segment is incomplete, so that it is repaired",
  async ({ schema, behind }) => {
    const manifest = await publishNext(schema);
    for (const segment of manifest.segments) await behind.expireSegment(segment.id);
    const ticket = await takeTicket(schema);
    const same = { mode: "same", manifest, builtOn: manifest.id } as const;
    expect((await publishOne(schema, ticket, same)).outcome).toBe("incomplete");
  },
);

eachStore("several entries are published together or not at all", async ({ schema }) => {
  const ticket = await takeTicket(schema);
  const city = entryOf({ manifest: manifestOf(1, [await upload(schema)]) });
  const missing = { id: randomId(), chunks: 1 };
  const country = entryOf({ version: COUNTRY, manifest: manifestOf(1, [missing]) });
  expect(await schema.publish(requestOf(ticket, [city, country]))).toEqual({
    outcome: "incomplete",
    version: COUNTRY,
    seq: 1,
  });
  expect((await schema.check([CITY, COUNTRY])).versions.get(CITY)).toEqual({ history: [] });
  const whole = { ...country, manifest: manifestOf(1, [await upload(schema)]) };
  expect((await schema.publish(requestOf(ticket, [city, whole]))).outcome).toBe("published");
  const { versions, seq } = await schema.check([CITY, COUNTRY]);
  expect(versions.get(CITY)?.head).toEqual(city.manifest);
  expect(versions.get(COUNTRY)?.head).toEqual(whole.manifest);
  expect(versions.get(CITY)?.push?.void).toBe(seq);
  expect(versions.get(COUNTRY)?.push?.void).toBe(seq);
});

eachStore(
  "a patch voids no tickets and leaves the record of the last load alone",
  async ({ schema }) => {
    await publishNext(schema);
    const recorded = (await schema.check([CITY])).versions.get(CITY)?.push;
    const open = await takeTicket(schema);
    const patched = await publishNext(schema, { mode: "patch", source: 99 });
    expect((await schema.check([CITY])).versions.get(CITY)?.push).toEqual(recorded);
    const load = { manifest: manifestOf(3, [await upload(schema)]), builtOn: patched.id };
    expect((await publishOne(schema, open, load)).outcome).toBe("published");
  },
);

eachStore("a purge voids the tickets issued until then", async ({ schema }) => {
  await publishNext(schema);
  const ticket = await takeTicket(schema);
  await schema.purge(CITY);
  const manifest = manifestOf(1, [await upload(schema)]);
  expect((await publishOne(schema, ticket, { manifest })).outcome).toBe("late");
  await publishNext(schema);
  expect((await schema.check([CITY])).versions.get(CITY)?.purgedAtMs).toBeUndefined();
});

eachStore(
  "while there is a next manifest publications replace that one",
  async ({ schema, behind }) => {
    const served = await publishNext(schema);
    const pinned = manifestOf(2, [await upload(schema)]);
    await behind.setField(`next:${CITY}`, encodeStoredManifest(pinned));
    const ticket = await takeTicket(schema);
    const manifest = manifestOf(3, [await upload(schema)]);
    const onHead = { manifest, builtOn: served.id };
    expect((await publishOne(schema, ticket, onHead)).outcome).toBe("moved");
    const onNext = { manifest, builtOn: pinned.id };
    expect((await publishOne(schema, ticket, onNext)).outcome).toBe("published");
    const state = (await schema.check([CITY])).versions.get(CITY);
    expect(state).toMatchObject({ head: served, next: manifest, history: [] });
    expect(await behind.segmentLeftMs(pinned.segments[0]?.id ?? "")).toBeLessThan(901_000);
    await behind.expireTicket(ticket);
    await behind.expireTicket(ticket);
    expect((await publishOne(schema, ticket, onNext)).outcome).toBe("already");
  },
);

eachStore(
  "a head whose header is damaged counts as none and is replaced by the next load",
  async ({ schema, behind }) => {
    await publishNext(schema);
    for (const damaged of ["", "\n", "abc 1", "0123 x e0 a:1\nbytes", "0123 1 e0 a:1,b\nbytes"]) {
      await behind.setField(`head:${CITY}`, Buffer.from(damaged));
      expect(await headOf(schema)).toBeUndefined();
      const ticket = await takeTicket(schema);
      const manifest = manifestOf(1, [await upload(schema)]);
      expect((await publishOne(schema, ticket, { manifest })).outcome).toBe("published");
      expect(await headOf(schema)).toEqual(manifest);
    }
  },
);

eachStore("a collection without segments can be published", async ({ schema }) => {
  const ticket = await takeTicket(schema);
  const manifest = manifestOf(1, []);
  expect((await publishOne(schema, ticket, { manifest })).outcome).toBe("published");
  expect(await headOf(schema)).toEqual(manifest);
});

eachStore(
  "an elected loader whose lease is another's, failed or gone publishes nothing",
  async ({ schema, behind }) => {
    const manifest = manifestOf(1, [await upload(schema)]);
    const ticket = await takeTicket(schema);
    const entry = { manifest, leaseToken: "mine" };
    expect((await publishOne(schema, ticket, entry)).outcome).toBe("lease-lost");
    const need = { kind: "any" } as const;
    await schema.acquireLease({ version: CITY, token: "other", ttlMs: 60_000, need });
    expect((await publishOne(schema, ticket, entry)).outcome).toBe("lease-lost");
    await schema.failLease(CITY, "other", "ERR_LOADER", 60_000);
    expect((await publishOne(schema, ticket, entry)).outcome).toBe("lease-lost");
    const asFailed = { ...entry, leaseToken: "failed" };
    expect((await publishOne(schema, ticket, asFailed)).outcome).toBe("lease-lost");
    await behind.expireLease(CITY);
    await schema.acquireLease({ version: CITY, token: "mine", ttlMs: 60_000, need });
    await schema.renewLease(CITY, "mine", 60_000);
    expect((await publishOne(schema, ticket, entry)).outcome).toBe("published");
    await schema.releaseLease(CITY, "mine");
  },
);

eachStore("schemas of other packages are not seen", async ({ schema, connect, packageName }) => {
  await publishNext(schema);
  const another = connect().schema(`${packageName}x`);
  expect(await headOf(another)).toBeUndefined();
  expect(await another.versions("City")).toEqual([]);
});
