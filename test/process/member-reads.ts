/** The reads of a member process, all along and at every event: what they threw, how long they took, what they saw. */
import type { GeoDataset, GeoSnapshot } from "../../generated/geo.js";
import type { Report } from "./messages.js";

const READ_EVERY_MS = 5;
const EVENTS_KEPT = 200;
/** One look in so many reads everything. */
const VIEWS_EVERY = 20;

type Seen = Pick<Report, "mixed" | "reads" | "readErrors" | "slowestReadMs" | "names" | "events">;

export class MemberReads {
  readonly #geo: GeoDataset;
  readonly #errors: string[] = [];
  readonly #names: string[] = [];
  readonly #events: string[] = [];
  #reads = 0;
  #mixed = 0;
  #slowestMs = 0;
  #held: { readonly page: GeoSnapshot; readonly name: string } | undefined;

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
      const page = this.#geo.snapshot();
      const name = this.#read(page);
      if (name === this.#names.at(-1)) return;
      this.#names.push(name);
      // Whoever keeps a snapshot goes on reading what it was.
      if (this.#held !== undefined && this.#read(this.#held.page) !== this.#held.name)
        this.#mixed++;
      this.#held = { page, name };
    } catch (error) {
      this.#errors.push(String(error));
    } finally {
      this.#reads++;
      this.#slowestMs = Math.max(this.#slowestMs, performance.now() - start);
    }
  }

  /** By keys, of all three collections; each must say the same. */
  #read(page: GeoSnapshot): string {
    const { country, region, city } = page;
    const { name } = country.getOrThrow("FR");
    const said = `round ${region.getOrThrow({ country: "FR", code: "11" }).cities}`;
    const isSame =
      said === name && city.get(1)?.name === name && city.get(city.size)?.name === name;
    // Fifty processes look every 5 ms: views when there is something new, and now and then.
    const isThorough = name !== this.#names.at(-1) || this.#reads % VIEWS_EVERY === 0;
    if (!isSame || (isThorough && !viewsSay(name, page))) this.#mixed++;
    return name;
  }

  #note(event: string): void {
    this.#events.push(event);
    if (this.#events.length > EVENTS_KEPT) this.#events.shift();
    if (this.#geo.revision > 0) this.look();
  }
}

/** Whether references and views say the same as well. */
function viewsSay(name: string, { country, region, city }: GeoSnapshot): boolean {
  const first = city.getOrThrow(1);
  const inRegion = { country: "FR", adminCode: "11" };
  // Patches of tests leave the first city and the last alone; the first is the smallest.
  const lists = [city.byCountry.list("FR"), city.byRegion.list(inRegion), city.byPopulation];
  const names = [
    country.byName.at(0)?.name,
    city.homeCountry(first)?.name,
    `round ${city.region(first)?.cities}`,
    `round ${region.byCountry.list("FR").at(0)?.cities}`,
    ...lists.map((list) => list.at(city.size - 1)?.name),
  ];
  return names.every((each) => each === name);
}
