/**
 * Metrics for Prometheus through prom-client, an optional peer: this file is a door of its own,
 * `cached-collections/prometheus`, so that nobody else needs that package. Hits are free and so not counted.
 */
import { Counter, Gauge, Histogram, register, type Registry } from "prom-client";
import { stateOf } from "../collection/collection.js";
import type { CollectionEvent, CollectionEvents } from "../collection/events.js";
import { health, type AnyCollection, type CollectionHealth } from "./health.js";

export interface MetricsOptions {
  /** Default: prom-client's own. */
  readonly registry?: Registry;
}

const STATUSES = ["empty", "fresh", "stale", "failing", "closed"] as const;

/** From a patch in memory to a large collection over a slow network, in seconds. */
const RELOAD_BUCKETS = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60];

/**
 * Registers the metrics of these collections and data sets, all named `cached_collections_...` and labelled with
 * `entity`. Call it once for a registry: prom-client refuses a second metric of one name. Returns what takes
 * them out again. Documented, with a dashboard, in docs/observability.md.
 */
export function collectMetrics(
  collections: readonly AnyCollection[],
  { registry = register }: MetricsOptions = {},
): () => void {
  const names = [
    ...gauges(collections, registry),
    statusGauge(collections, registry),
    decodeCounter(collections, registry),
  ];
  const { listeners, names: counted } = counters(registry);
  for (const collection of collections) {
    for (const attach of listeners) attach(collection, "watch");
  }
  return () => {
    for (const name of [...names, ...counted]) registry.removeSingleMetric(name);
    for (const collection of collections) {
      for (const detach of listeners) detach(collection, "unwatch");
    }
  };
}

/** Numbers that are read when Prometheus asks. */
const READINGS: readonly (readonly [
  name: string,
  help: string,
  read: (of: CollectionHealth) => number,
])[] = [
  ["revision", "The revision that is served; 0 when none is.", ({ revision }) => revision],
  ["records", "Records in the revision that is served.", ({ records }) => records],
  ["segment_bytes", "Size of the segments that are served.", ({ sizeBytes }) => sizeBytes],
  [
    "age_seconds",
    "Time since what is served was last confirmed as the newest.",
    ({ ageMs }) => ageMs / 1000,
  ],
  [
    "pinned",
    "1 while a pin holds back what is published, 0 otherwise.",
    ({ isPinned }) => (isPinned ? 1 : 0),
  ],
];

function gauges(collections: readonly AnyCollection[], registry: Registry): string[] {
  return READINGS.map(([reading, help, read]) => {
    const name = `cached_collections_${reading}`;
    const gauge = new Gauge({
      name,
      help,
      labelNames: ["entity"],
      registers: [registry],
      collect: () => {
        for (const each of health(collections).collections) {
          gauge.set({ entity: each.entity }, read(each));
        }
      },
    });
    return name;
  });
}

function statusGauge(collections: readonly AnyCollection[], registry: Registry): string {
  const name = "cached_collections_status";
  const gauge = new Gauge({
    name,
    help: "1 for the status that the collection has, 0 for the others.",
    labelNames: ["entity", "status"],
    registers: [registry],
    collect: () => {
      for (const { entity, status: current } of health(collections).collections) {
        for (const status of STATUSES) {
          gauge.set({ entity, status }, status === current ? 1 : 0);
        }
      }
    },
  });
  return name;
}

function decodeCounter(collections: readonly AnyCollection[], registry: Registry): string {
  const name = "cached_collections_decoded_records_total";
  const counter = new Counter({
    name,
    help: "Records decoded, on first use or after they were let go.",
    labelNames: ["entity"],
    registers: [registry],
    collect: () => {
      counter.reset();
      for (const { entity, decodedRecords } of health(collections).collections) {
        counter.inc({ entity }, decodedRecords);
      }
    },
  });
  return name;
}

/** Begins or ends to watch a collection, which does nothing else for its sake. */
type Attach = (collection: AnyCollection, how: "watch" | "unwatch") => void;

/** An event is counted once, also when an entity is watched twice: alone and in a data set. */
function listener<E extends CollectionEvent>(
  event: E,
  count: (payload: CollectionEvents[E]) => void,
): Attach {
  const counted = new WeakSet<CollectionEvents[E]>();
  const once = (payload: CollectionEvents[E]): void => {
    if (counted.has(payload)) return;
    counted.add(payload);
    count(payload);
  };
  return (collection, how) => stateOf(collection).emitter[how](event, once);
}

function counters(registry: Registry): { listeners: readonly Attach[]; names: readonly string[] } {
  const reloadSeconds = new Histogram({
    name: "cached_collections_reload_seconds",
    help: "From the check that found a revision to its being served.",
    labelNames: ["entity"],
    buckets: RELOAD_BUCKETS,
    registers: [registry],
  });
  const count = <L extends string>(name: string, help: string, ...labelNames: L[]): Counter<L> =>
    new Counter({ name: `cached_collections_${name}`, help, labelNames, registers: [registry] });
  const fetched = count("fetched_bytes_total", "Bytes of segments fetched.", "entity");
  const pushes = count("pushes_total", "Pushes of this process.", "entity", "outcome");
  const failures = count("failures_total", "What did not work.", "entity", "code");
  const backwards = count("went_back_total", "Steps back after the store lost data.", "entity");
  return {
    listeners: [
      listener("reload", ({ entity, durationMs, fetchedBytes }) => {
        reloadSeconds.observe({ entity }, durationMs / 1000);
        fetched.inc({ entity }, fetchedBytes);
      }),
      listener("push", ({ entity, result: { outcome } }) => pushes.inc({ entity, outcome })),
      listener("failure", ({ entity, error: { code } }) => failures.inc({ entity, code })),
      listener("went-back", ({ entity }) => backwards.inc({ entity })),
    ],
    names: [
      "cached_collections_reload_seconds",
      ...["fetched_bytes", "pushes", "failures", "went_back"].map(
        (name) => `cached_collections_${name}_total`,
      ),
    ],
  };
}
