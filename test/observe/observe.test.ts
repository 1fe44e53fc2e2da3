/** What operators see: health, metrics, channels for tools, and one warning when nobody listens. */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { readFileSync } from "node:fs";
import { health, memoryStore, redisStore } from "cached-collections";
import { collectMetrics } from "cached-collections/prometheus";
import { Redis } from "ioredis";
import { Registry } from "prom-client";
import { expect, onTestFinished, test, vi } from "vitest";
import { stateOf } from "../../runtime/src/collection/collection.js";
import { pin, unpin } from "../../runtime/src/collection/pins.js";
import {
  atlas,
  AtlasDataset,
  COUNTRIES,
  CountryMapping,
  PLACES,
  type CountryInput,
} from "../support/atlas.js";
import { MemoryStore } from "../../runtime/src/store/memory/memory-store.js";
import { headOf, rewriteHead } from "../support/memory-faults.js";
import { observe } from "../support/observed-store.js";
import { freePort, startRedis } from "../support/redis-server.js";
import { until } from "../support/until.js";

const load = { country: () => COUNTRIES, place: () => PLACES, notice: () => [] };
const LABEL = 'entity="atlas.Country"';
const V = "Country:00000000000000a1";

/** The values of a registry's text, by metric and labels. */
async function valuesOf(registry: Registry): Promise<ReadonlyMap<string, number>> {
  const lines = (await registry.metrics()).split("\n").filter((line) => /^[a-z]/.test(line));
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(" ");
      return [line.slice(0, space), Number(line.slice(space + 1))] as const;
    }),
  );
}

test("health and metrics follow a collection from nothing over serving to an outage", async () => {
  const server = await startRedis();
  const client = new Redis(server.url);
  client.on("error", () => undefined);
  const store = redisStore(client, { prefix: "observed", commandTimeoutMs: 300 });
  onTestFinished(async () => {
    await store.close();
    client.disconnect();
    await server.stop();
  });
  const data = new AtlasDataset(store, { load, checkIntervalMs: 50 });
  const registry = new Registry();
  const stop = collectMetrics([data], { registry });
  data.on("failure", () => undefined);

  expect(health([data])).toMatchObject({
    ready: false,
    collections: [{ status: "empty" }, {}, {}],
  });
  expect((await valuesOf(registry)).get(`cached_collections_revision{${LABEL}}`)).toBe(0);

  await data.ready();
  const served = health([data], { maxAgeMs: 60_000 });
  expect(served.ready).toBe(true);
  expect(served.collections[0]).toMatchObject({ entity: "atlas.Country", revision: 1, records: 2 });
  expect(served.collections[0]?.sizeBytes).toBeGreaterThan(0);
  expect(data.country.get("FR")).toBe(data.country.get("FR"));
  const serving = await valuesOf(registry);
  expect(serving.get(`cached_collections_decoded_records_total{${LABEL}}`)).toBe(1);
  expect(serving.get(`cached_collections_revision{${LABEL}}`)).toBe(1);
  expect(serving.get(`cached_collections_records{${LABEL}}`)).toBe(2);
  expect(serving.get(`cached_collections_status{${LABEL},status="fresh"}`)).toBe(1);
  expect(serving.get(`cached_collections_reload_seconds_count{${LABEL}}`)).toBe(1);
  // The load that made it ready may end a moment later than ready().
  const pushes = `cached_collections_pushes_total{${LABEL},outcome="published"}`;
  await until("the push is counted", async () => (await valuesOf(registry)).get(pushes) === 1);

  await server.stop();
  await until("the outage is seen", () => data.status === "failing");
  expect(health([data]).ready).toBe(true);
  await until(
    "old data counts as not ready where that was asked for",
    () => !health([data], { maxAgeMs: 1 }).ready,
  );
  // Nothing is confirmed any more, so that it only grows; Prometheus counts in seconds.
  const [before] = health([data]).collections;
  const failing = await valuesOf(registry);
  const [after] = health([data]).collections;
  const ageMs = 1_000 * (failing.get(`cached_collections_age_seconds{${LABEL}}`) ?? Number.NaN);
  expect(ageMs).toBeGreaterThanOrEqual(before?.ageMs ?? Infinity);
  expect(ageMs).toBeLessThanOrEqual(after?.ageMs ?? 0);
  expect(failing.get(`cached_collections_status{${LABEL},status="failing"}`)).toBe(1);
  expect(failing.get(`cached_collections_status{${LABEL},status="fresh"}`)).toBe(0);
  const failures = `cached_collections_failures_total{${LABEL},code="ERR_STORE_UNAVAILABLE"}`;
  expect(failing.get(failures)).toBeGreaterThan(0);

  stop();
  expect(await registry.metrics()).toBe("\n");
  await data.close();
  expect(health([data])).toMatchObject({
    ready: false,
    collections: [{ status: "closed" }, {}, {}],
  });
});

test("measuring changes nothing: idle collections stay idle, and unheard failures are warned of", async () => {
  const data = memoryStore();
  const far = observe(data);
  const reader = new CountryMapping(far, { checkIntervalMs: 10 });
  const writer = new CountryMapping(data, { load: load.country });
  onTestFinished(async () => {
    await far.close();
    await data.close();
  });
  const registry = new Registry();
  collectMetrics([reader], { registry });
  const emitter = stateOf(reader).emitter;
  expect([emitter.hears("reload"), emitter.hears("failure")]).toEqual([false, false]);
  await writer.push();
  await reader.ready();
  const checks = far.count("check");
  await until("nobody has read it for long", () => far.count("check") > checks + 14);
  await writer.patch({ remove: ["FR"] });
  await until("it is left behind", () => reader.status === "stale");
  const later = far.count("check");
  await until("more checks", () => far.count("check") > later + 5);
  expect(reader.status).toBe("stale");
  const reloads = `cached_collections_reload_seconds_count{${LABEL}}`;
  expect((await valuesOf(registry)).get(reloads)).toBe(1);
  expect(reader.has("FR")).toBe(true);
  await until("the reload is counted", async () => (await valuesOf(registry)).get(reloads) === 2);
});

test("a pin is seen in what a push answers, in health and in the metrics, until it is undone", async () => {
  await using store = memoryStore();
  let rows: readonly CountryInput[] = COUNTRIES;
  const country = new CountryMapping(store, { load: () => rows });
  const registry = new Registry();
  collectMetrics([country], { registry });
  const seen = async (): Promise<readonly unknown[]> => {
    await country.pull();
    const [entry] = health([country]).collections;
    const metric = (await valuesOf(registry)).get(`cached_collections_pinned{${LABEL}}`);
    return [entry?.isPinned, metric];
  };
  expect(await country.push()).toMatchObject({ revision: 1, heldBack: false });
  expect(await seen()).toEqual([false, 0]);
  const { country: definition } = atlas();
  await pin(definition, store);
  expect(await country.push()).toMatchObject({ outcome: "identical", heldBack: false });
  rows = [...COUNTRIES, { code: "ES", name: "Spain" }];
  expect(await country.push()).toMatchObject({ outcome: "published", revision: 2, heldBack: true });
  const patch = { upsert: [{ code: "IT", name: "Italy" }] };
  expect(await country.patch(patch)).toMatchObject({ revision: 3, heldBack: true });
  expect(await seen()).toEqual([true, 1]);
  expect(country.size).toBe(COUNTRIES.length);
  await unpin(definition, store);
  expect(await seen()).toEqual([false, 0]);
  expect(country.size).toBe(COUNTRIES.length + 2);
});

test("metrics count what was fetched, how long a reload took, and each step back", async () => {
  const startedAt = performance.now();
  const shared = new MemoryStore();
  const far = observe(shared);
  onTestFinished(async () => {
    await far.close();
    await shared.close();
  });
  const reader = new CountryMapping(far, { checkIntervalMs: 40 });
  const registry = new Registry();
  const stop = collectMetrics([reader], { registry });
  const durationsMs: number[] = [];
  reader.on("reload", ({ durationMs }) => durationsMs.push(durationMs));
  const writer = new CountryMapping(shared, { load: load.country });
  await writer.push();
  await reader.ready();
  const read = async (name: string): Promise<number | undefined> =>
    (await valuesOf(registry)).get(`cached_collections_${name}{${LABEL}}`);
  const sizeBytes = health([reader]).collections[0]?.sizeBytes;
  expect(sizeBytes).toBeGreaterThan(0);
  expect(await read("segment_bytes")).toBe(sizeBytes);
  expect(await read("fetched_bytes_total")).toBe(sizeBytes);

  const before = await headOf(shared, V);
  await writer.patch({ remove: ["FR"] });
  await until("it is served", () => reader.revision === 2);
  expect(await read("fetched_bytes_total")).toBeGreaterThan(sizeBytes ?? Infinity);
  expect(await read("went_back_total")).toBe(undefined);
  await rewriteHead(shared, V, () => before);
  await until("it has gone back", () => reader.revision === 1);
  expect(await read("went_back_total")).toBe(1);
  const sumMs = durationsMs.reduce((sum, each) => sum + each, 0);
  expect(durationsMs).toHaveLength(3);
  expect(Math.min(...durationsMs)).toBeGreaterThan(0);
  expect(sumMs).toBeLessThan(performance.now() - startedAt);
  expect(1_000 * ((await read("reload_seconds_sum")) ?? Number.NaN)).toBeCloseTo(sumMs);
  stop();
});

test("what is given alone and in a data set is told of and counted once", async () => {
  await using store = memoryStore();
  const data = new AtlasDataset(store, { load });
  const registry = new Registry();
  const stop = collectMetrics([data, data.country], { registry });
  await data.ready();
  await data.push();
  data.country.get("FR");
  expect(health([data.country, data]).collections.map(({ entity }) => entity)).toEqual([
    "atlas.Country",
    "atlas.Place",
    "atlas.Notice",
  ]);
  const values = await valuesOf(registry);
  expect(values.get(`cached_collections_reload_seconds_count{${LABEL}}`)).toBe(1);
  expect(values.get(`cached_collections_pushes_total{${LABEL},outcome="identical"}`)).toBe(1);
  expect(values.get(`cached_collections_decoded_records_total{${LABEL}}`)).toBe(1);
  stop();
});

test("what is given open and closed is told of as open, whichever comes first", async () => {
  await using store = memoryStore();
  const [open, closed] = [
    new CountryMapping(store, { load: load.country }),
    new CountryMapping(store),
  ];
  await open.ready();
  await closed.ready();
  await closed.close();
  for (const given of [
    [open, closed],
    [closed, open],
  ]) {
    expect(health(given)).toMatchObject({ ready: true, collections: [{ records: 2 }] });
    expect(health(given).collections).toHaveLength(1);
  }
  await open.close();
  expect(health([open, closed])).toMatchObject({
    ready: false,
    collections: [{ status: "closed" }],
  });
});

/** The part of Grafana's model that is looked at. */
interface Dashboard {
  readonly schemaVersion: number;
  readonly panels: readonly {
    readonly id: number;
    readonly targets: readonly { readonly expr: string }[];
  }[];
}

test("the dashboard asks for every metric, and for none that does not exist; the page describes each", async () => {
  const registry = new Registry();
  collectMetrics([], { registry });
  const names = (await registry.getMetricsAsJSON()).map(({ name }) => name);
  const dashboard = readFileSync("docs/grafana-dashboard.json", "utf8");
  const asked = new Set(dashboard.match(/cached_collections_[a-z_]+/g));
  const known = new Set(
    names.flatMap((name) => [name, `${name}_bucket`, `${name}_count`, `${name}_sum`]),
  );
  expect([...asked].filter((name) => !known.has(name))).toEqual([]);
  const { panels, schemaVersion } = JSON.parse(dashboard) as Dashboard;
  const queries = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)).join("\n");
  const isShown = (name: string): boolean =>
    new RegExp(`\\b${name}(_bucket|_count|_sum)?\\{`).test(queries);
  expect(names.filter((name) => !isShown(name))).toEqual([]);
  expect(schemaVersion).toBeGreaterThanOrEqual(39);
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  // A query that names what nobody has is an empty panel: labels, too.
  const labels = new Set(["entity", "status", "outcome", "code", "le"]);
  for (const { expr } of panels.flatMap(({ targets }) => targets)) {
    expect(expr).toMatch(/cached_collections_[a-z_]+\{job=~"\$job", entity=~"\$entity"\}/);
    const grouped = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, by = ""]) => by.split(", "));
    expect(grouped.filter((label) => !labels.has(label))).toEqual([]);
  }
  const page = readFileSync("docs/observability.md", "utf8");
  expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});

test("tools hear of every event, whoever opened the collection", async () => {
  const heard: [string, unknown][] = [];
  const events = ["reload", "push", "stale", "recovered", "failure", "went-back"] as const;
  for (const event of events) {
    const listener = (message: unknown): void => void heard.push([event, message]);
    subscribe(`cached-collections:${event}`, listener);
    onTestFinished(() => void unsubscribe(`cached-collections:${event}`, listener));
  }
  const told = async (event: string): Promise<unknown> =>
    until(event, () => heard.find(([name]) => name === event)?.[1]);
  const shared = new MemoryStore();
  const store = observe(shared);
  onTestFinished(async () => {
    await store.close();
    await shared.close();
  });
  let countries = COUNTRIES;
  // A tool is no reader: a step back that comes after ten intervals without a read would wait for one.
  const country = new CountryMapping(store, {
    load: () => countries,
    checkIntervalMs: 40,
    eager: true,
  });
  // Tools are no listeners: without one the process would be warned.
  country.on("failure", () => undefined);
  await country.ready();
  const entity = "atlas.Country";
  expect(await told("reload")).toMatchObject({ entity, revision: 1, records: 2 });
  expect(await told("push")).toMatchObject({ entity, result: { outcome: "published" } });
  store.unreachable = true;
  expect(await told("failure")).toMatchObject({ entity, error: { code: "ERR_STORE_UNAVAILABLE" } });
  expect(await told("stale")).toMatchObject({ entity });
  store.unreachable = false;
  expect(await told("recovered")).toMatchObject({ entity });

  const before = await headOf(shared, V);
  countries = [...COUNTRIES, { code: "IT", name: "Italy" }];
  await country.push();
  heard.length = 0;
  await rewriteHead(shared, V, () => before);
  expect(await told("went-back")).toMatchObject({
    entity,
    from: { revision: 2 },
    to: { revision: 1 },
  });
  expect(await told("reload")).toMatchObject({ changes: { added: 0, changed: 0, removed: 1 } });
});

test("failures that nobody listens to are one warning a minute, with its code", async () => {
  const warnings: Error[] = [];
  const listener = (warning: Error): void => void warnings.push(warning);
  process.on("warning", listener);
  onTestFinished(() => void process.off("warning", listener));
  const client = new Redis({
    port: await freePort(),
    lazyConnect: true,
    retryStrategy: () => null,
  });
  client.on("error", () => undefined);
  const store = redisStore(client, { prefix: "unheard", commandTimeoutMs: 200 });
  const country = new CountryMapping(store, { checkIntervalMs: 20 });
  for (let attempt = 0; attempt < 3; attempt++) {
    await expect(country.pull()).rejects.toMatchObject({ code: "ERR_STORE_UNAVAILABLE" });
  }
  await until("the warning", () => warnings.length > 0);
  const ours = warnings.filter(({ name }) => name === "CachedCollectionsWarning");
  expect(ours).toHaveLength(1);
  expect(ours[0]).toMatchObject({ code: "ERR_STORE_UNAVAILABLE" });
  expect(ours[0]?.message).toContain('nobody listens to "failure"');

  // A minute later: one more, which says how many went unsaid.
  const actual = performance.now.bind(performance);
  const clock = vi.spyOn(performance, "now").mockImplementation(() => actual() + 60_000);
  onTestFinished(() => {
    clock.mockRestore();
  });
  await expect(country.pull()).rejects.toMatchObject({ code: "ERR_STORE_UNAVAILABLE" });
  const second = await until("the next warning", () => {
    return warnings.filter(({ name }) => name === "CachedCollectionsWarning")[1];
  });
  expect(second.message).toMatch(/nobody listens to "failure"; \d+ more since the last warning/);

  let failures = 0;
  country.on("failure", () => void failures++);
  await expect(country.pull()).rejects.toMatchObject({ code: "ERR_STORE_UNAVAILABLE" });
  expect(failures).toBeGreaterThan(0);
  await store.close();
});
