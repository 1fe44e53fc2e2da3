/** Sources, versions, purges, heartbeats and announcements. */
import { expect } from "vitest";
import type { Announcement } from "../../runtime/src/store/store.js";
import { until } from "../support/until.js";
import { eachStore } from "./each-store.js";
import {
  CITY,
  CITY_V2,
  COUNTRY,
  headOf,
  manifestOf,
  publishNext,
  publishOne,
  takeTicket,
  upload,
} from "./publications.js";

eachStore(
  "invalidating raises the entity's source for all its versions and no other's",
  async (context) => {
    const { schema, other } = context;
    await publishNext(schema);
    await publishNext(schema, { version: CITY_V2 });
    expect(await schema.invalidate(["City"])).toEqual(new Map([["City", 1]]));
    expect(await other.invalidate(["City", "Country"])).toEqual(
      new Map([
        ["City", 2],
        ["Country", 1],
      ]),
    );
    const { sources, versions } = await schema.check([CITY, CITY_V2, COUNTRY]);
    expect(sources).toEqual(
      new Map([
        ["City", 2],
        ["Country", 1],
      ]),
    );
    expect(versions.get(CITY)?.push?.source).toBe(0);
    expect(versions.get(CITY_V2)?.push?.source).toBe(0);
  },
);

eachStore("a source that was lost is restored, and never lowered", async ({ schema }) => {
  await schema.restoreSource("City", 5);
  expect((await schema.check([CITY])).sources.get("City")).toBe(5);
  const { seq } = await schema.check([CITY]);
  await schema.restoreSource("City", 4);
  await schema.restoreSource("City", 5);
  expect(await schema.check([CITY])).toMatchObject({ seq, sources: new Map([["City", 5]]) });
});

eachStore("a push that raises the source leaves its own version current", async ({ schema }) => {
  await publishNext(schema);
  await publishNext(schema, { version: CITY_V2 });
  await publishNext(schema, { raiseSource: true });
  const { sources, versions } = await schema.check([CITY, CITY_V2]);
  expect(sources.get("City")).toBe(1);
  expect(versions.get(CITY)?.push?.source).toBe(1);
  expect(versions.get(CITY_V2)?.push?.source).toBe(0);
});

eachStore(
  "a push that raises the source after an invalidation during its load stays stale",
  async (context) => {
    const { schema } = context;
    const head = await publishNext(schema);
    const ticket = await takeTicket(schema);
    await schema.invalidate(["City"]);
    const manifest = manifestOf(2, [await upload(schema)]);
    await publishOne(schema, ticket, { manifest, builtOn: head.id, source: 0, raiseSource: true });
    const { sources, versions } = await schema.check([CITY]);
    expect(sources.get("City")).toBe(2);
    expect(versions.get(CITY)?.push?.source).toBe(0);
  },
);

eachStore(
  "a patch that raises the source keeps its version as current as it was",
  async ({ schema }) => {
    await publishNext(schema);
    await publishNext(schema, { mode: "patch", raiseSource: true });
    expect((await schema.check([CITY])).versions.get(CITY)?.push?.source).toBe(1);
    await schema.invalidate(["City"]);
    await publishNext(schema, { mode: "patch", raiseSource: true, source: 2 });
    const { sources, versions } = await schema.check([CITY]);
    expect(sources.get("City")).toBe(3);
    // One behind, as before: who lays the patch over a load sees by how much it raised the source.
    expect(versions.get(CITY)?.push?.source).toBe(2);
  },
);

eachStore(
  "versions are listed newest publication first, with who uses them",
  async ({ schema, other }) => {
    expect(await schema.versions("City")).toEqual([]);
    await publishNext(schema);
    const older = (await schema.check([CITY])).versions.get(CITY)?.push?.atMs ?? 0;
    await until("a later time", () => Date.now() > older + 1);
    await publishNext(schema, { version: CITY_V2 });
    await publishNext(schema, { version: COUNTRY });
    await schema.heartbeat("process-1", [CITY, COUNTRY]);
    await other.heartbeat("process-2", [CITY]);
    await other.heartbeat("process-2", [CITY]);
    const listed = await other.versions("City");
    expect(listed.map(({ version, live }) => [version, live])).toEqual([
      [CITY_V2, 0],
      [CITY, 2],
    ]);
    expect(listed[1]?.state).toEqual((await schema.check([CITY])).versions.get(CITY));
  },
);

eachStore(
  "who takes back that it uses a version is not counted any more; others are",
  async ({ schema, other }) => {
    await publishNext(schema);
    await publishNext(schema, { version: CITY_V2 });
    await schema.heartbeat("process-1", [CITY, CITY_V2]);
    await other.heartbeat("process-2", [CITY]);
    const live = async (): Promise<unknown> =>
      Object.fromEntries((await schema.versions("City")).map((one) => [one.version, one.live]));
    await schema.leave("process-1", [CITY]);
    expect(await live()).toEqual({ [CITY]: 1, [CITY_V2]: 1 });
    await other.leave("process-1", [CITY, CITY_V2]);
    await other.leave("process-3", [CITY]);
    await other.leave("process-2", []);
    expect(await live()).toEqual({ [CITY]: 1, [CITY_V2]: 0 });
    await schema.leave("process-2", [CITY]);
    await schema.heartbeat("process-1", [CITY]);
    expect(await live()).toEqual({ [CITY]: 1, [CITY_V2]: 0 });
  },
);

eachStore(
  "a purged version is gone but for its mark, and the others stay",
  async ({ schema, other }) => {
    await publishNext(schema);
    const kept = await publishNext(schema, { version: CITY_V2 });
    await publishNext(schema);
    expect(await other.purge(CITY)).toBe(true);
    expect(await schema.purge(CITY)).toBe(false);
    expect(await schema.purge(COUNTRY)).toBe(false);
    const state = (await schema.check([CITY])).versions.get(CITY);
    expect(state).toEqual({ history: [], purgedAtMs: state?.purgedAtMs });
    expect(Math.abs((state?.purgedAtMs ?? 0) - Date.now())).toBeLessThan(10_000);
    expect((await schema.versions("City")).map(({ version }) => version)).toEqual([CITY_V2]);
    expect(await headOf(schema, CITY_V2)).toEqual(kept);
  },
);

eachStore(
  "what happens is announced to every connection that listens",
  async ({ schema, other }) => {
    const heard: Announcement[][] = [[], []];
    const stops = await Promise.all(
      [schema, other].map((one, index) =>
        one.subscribe({
          announced: (announcement) => heard[index]?.push(announcement),
          reconnected: () => undefined,
        }),
      ),
    );
    const first = await publishNext(schema);
    const second = await publishNext(other, { version: CITY_V2 });
    await schema.invalidate(["City"]);
    await other.purge(CITY);
    const expected = [
      { entity: "City", version: CITY, manifestId: first.id },
      { entity: "City", version: CITY_V2, manifestId: second.id },
      { entity: "City", version: undefined, manifestId: undefined },
      { entity: "City", version: CITY, manifestId: undefined },
    ];
    for (const announcements of heard) {
      // Two events of one version between two looks may be announced as one: the later.
      const last = expected[3];
      await until("the purge is announced", () =>
        announcements.some((one) => one.version === CITY && one.manifestId === undefined),
      );
      for (const one of announcements) expect(expected).toContainEqual(one);
      expect(announcements).toContainEqual(last);
      expect(announcements).toContainEqual(expected[1]);
      expect(announcements).toContainEqual(expected[2]);
    }
    for (const stop of stops) stop();
  },
);

eachStore(
  "identical content is announced as well: who waited is current now",
  async ({ schema, other }) => {
    const head = await publishNext(schema);
    await schema.invalidate(["City"]);
    const heard: Announcement[] = [];
    await other.subscribe({
      announced: (announcement) => heard.push(announcement),
      reconnected: () => undefined,
    });
    const ticket = await takeTicket(schema);
    await publishOne(schema, ticket, { mode: "same", manifest: head, builtOn: head.id, source: 1 });
    const announced = { entity: "City", version: CITY, manifestId: head.id };
    expect(await until("announced", () => heard[0])).toEqual(announced);
  },
);

eachStore("who stopped listening hears nothing more", async ({ schema }) => {
  const heard: { stopped: number; listening: number } = { stopped: 0, listening: 0 };
  const count = (who: keyof typeof heard) => ({
    announced: () => void heard[who]++,
    reconnected: () => undefined,
  });
  const stop = await schema.subscribe(count("stopped"));
  await schema.subscribe(count("listening"));
  stop();
  await publishNext(schema);
  await until("the other heard it", () => heard.listening > 0);
  expect(heard.stopped).toBe(0);
});
