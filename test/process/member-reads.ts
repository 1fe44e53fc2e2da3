/** The reads of a member process, all along and at every event: what they threw, how long they took, what they saw. */
import type { GeoDataset, GeoSnapshot } from "../../generated/geo.js";
import type { Report } from "./messages.js";

const READ_EVERY_MS = 5;
const EVENTS_KEPT = 200;

type Seen = Pick<Report, "mixed" | "reads" | "readErrors" | "slowestReadMs" | "names" | "events">;

export class MemberReads {
  readonly #geo: GeoDataset;
  readonly #errors: string[] = [];
  readonly #names: string[] = [];
  readonly #events: string[] = [];
  #reads = 0;
  #mixed = 0;
  #slowestMs = 0;

  constructor(geo: GeoDataset) {
    this.#geo = geo;
    for (const event of ["stale", "recovered", "went-back", "push"] as const) {
      geo.on(event, () => this.#note(event));
    }
    geo.on("failure", ({ error }) => this.#note(`failure ${error.code}`));
    geo.on("reload", ({ revision, isFallback }) =>
      this.#note(`reload ${revision}${isFallback ? " from the fallback" : ""}`),
    );
    setInterval(() => {
      if (geo.revision > 0) this.look();
    }, READ_EVERY_MS).unref();
  }

  seen(): Seen {
    return {
      mixed: this.#mixed,
      reads: this.#reads,
      readErrors: this.#errors,
      slowestReadMs: this.#slowestMs,
      names: this.#names,
      events: this.#events,
    };
  }

  look(): void {
    const start = performance.now();
    try {
      const name = this.#read(this.#geo.snapshot());
      if (name !== this.#names.at(-1)) this.#names.push(name);
    } catch (error) {
      this.#errors.push(String(error));
    }
    this.#reads++;
    this.#slowestMs = Math.max(this.#slowestMs, performance.now() - start);
  }

  #read(page: GeoSnapshot): string {
    const name = page.country.getOrThrow("FR").name;
    const region = `round ${page.region.getOrThrow({ country: "FR", code: "11" }).cities}`;
    const [first, last] = [page.city.get(1), page.city.get(page.city.size)];
    if (new Set([name, region, first?.name, last?.name]).size !== 1) this.#mixed++;
    return name;
  }

  #note(event: string): void {
    this.#events.push(event);
    if (this.#events.length > EVENTS_KEPT) this.#events.shift();
    if (this.#geo.revision > 0) this.look();
  }
}
