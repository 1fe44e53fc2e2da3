/** All rows in memory, as a producer's database has them, and random changes of some. */
import type { CityInput } from "../../generated/geo.js";
import { cityRows } from "./cities.js";
import { randomNumbers } from "./random.js";

/** So many rows change at a time. */
export const CHANGED_ROWS = 1000;

const MOST_PEOPLE = 1_000_000;

export class ChangingRows {
  /** In key order. */
  readonly rows: CityInput[];
  readonly #random: () => number;

  constructor(rows: number, seed: number) {
    this.rows = [...cityRows(rows)];
    this.#random = randomNumbers(seed);
  }

  /** Gives so many different rows, drawn at random, another population; returns them in key order. */
  change(count: number): CityInput[] {
    const places = new Set<number>();
    while (places.size < Math.min(count, this.rows.length)) {
      places.add(Math.floor(this.#random() * this.rows.length));
    }
    return [...places].sort((a, b) => a - b).map((place) => this.#changeAt(place));
  }

  changeAll(): void {
    for (let place = 0; place < this.rows.length; place++) this.#changeAt(place);
  }

  /** The same rows in a random order. */
  shuffled(): CityInput[] {
    const rows = [...this.rows];
    for (let last = rows.length - 1; last > 0; last--) {
      const other = Math.floor(this.#random() * (last + 1));
      const row = rows[last] as CityInput;
      rows[last] = rows[other] as CityInput;
      rows[other] = row;
    }
    return rows;
  }

  #changeAt(place: number): CityInput {
    const row = this.rows[place] as CityInput;
    const step = 1 + Math.floor(this.#random() * (MOST_PEOPLE - 1));
    const changed = { ...row, population: (row.population + step) % MOST_PEOPLE };
    this.rows[place] = changed;
    return changed;
  }
}
