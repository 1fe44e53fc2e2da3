/**
 * The demo's source of truth: an SQLite database (through libsql) in a temporary folder, as a service's own
 * database would be. Rows are read through a cursor, never all at once.
 */
import Database from "libsql";
import type { PlainCity, PlainCountry } from "../data/plain-cities.js";

/** A row of the table `city`. */
export interface CityRow {
  readonly id: number;
  readonly name: string;
  readonly country: string;
  readonly adminCode: string | null;
  readonly featureCode: string;
  readonly population: number;
  readonly lat: number;
  readonly lon: number;
}

/** A region as a query gives it: what its cities add up to. */
export interface RegionRow {
  readonly country: string;
  readonly code: string;
  readonly cities: number;
  readonly population: number;
}

const TABLES = `
  PRAGMA journal_mode = WAL;
  CREATE TABLE country (code TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE city (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, country TEXT NOT NULL REFERENCES country (code), adminCode TEXT,
    featureCode TEXT NOT NULL, population INTEGER NOT NULL, lat REAL NOT NULL, lon REAL NOT NULL
  );
`;

/** How many rows go into one transaction. */
const BATCH = 5_000;

/** The demo's database. Open it once; `close` it at the end. */
export class DemoDatabase {
  readonly #sql: Database.Database;

  /** Creates the database and its empty tables in a new file. */
  constructor(path: string) {
    this.#sql = new Database(path);
    this.#sql.exec(TABLES);
  }

  /** Fills both tables, reporting after each batch how many cities are in. */
  async fill(
    countries: readonly PlainCountry[],
    cities: readonly PlainCity[],
    progress: (done: number) => void,
  ): Promise<void> {
    const country = this.#sql.prepare("INSERT INTO country VALUES (?, ?)");
    for (const { code, name } of countries) country.run(code, name);
    const city = this.#sql.prepare("INSERT INTO city VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    const insert = this.#sql.transaction((batch: readonly PlainCity[]) => {
      for (const { id, name, adminCode, featureCode, population, location, ...of } of batch) {
        const code = adminCode ?? null;
        city.run(id, name, of.country, code, featureCode, population, location.lat, location.lon);
      }
    });
    for (let start = 0; start < cities.length; start += BATCH) {
      insert(cities.slice(start, start + BATCH));
      progress(Math.min(start + BATCH, cities.length));
      await new Promise<void>((resume) => setImmediate(resume));
    }
  }

  /** A cursor over the countries, in key order. */
  countries(): Iterable<PlainCountry> {
    const select = this.#sql.prepare("SELECT code, name FROM country ORDER BY code");
    return select.iterate() as Iterable<PlainCountry>;
  }

  /** A cursor over the regions, in key order, added up from the cities. */
  regions(): Iterable<RegionRow> {
    const sql = `
      SELECT country, adminCode AS code, COUNT(*) AS cities, SUM(population) AS population
      FROM city WHERE adminCode IS NOT NULL GROUP BY country, adminCode ORDER BY country, adminCode`;
    return this.#sql.prepare(sql).iterate() as Iterable<RegionRow>;
  }

  /** A cursor over the cities, in key order: the cheapest order to publish. */
  cities(): Iterable<CityRow> {
    return this.#sql.prepare("SELECT * FROM city ORDER BY id").iterate() as Iterable<CityRow>;
  }

  /** Half a million people move to each of France's largest cities; returns how many rows changed. */
  growFrance(): number {
    const sql =
      "UPDATE city SET population = population + 500000 WHERE country = 'FR' AND population >= 100000";
    return this.#sql.prepare(sql).run().changes;
  }

  /** Gives up the smallest city and founds another, so that keys come and go; returns the name of the one gone. */
  replaceCity(): string {
    const smallest = "SELECT id, name FROM city ORDER BY population, id LIMIT 1";
    const gone = this.#sql.prepare(smallest).get() as Pick<CityRow, "id" | "name">;
    this.#sql.prepare("DELETE FROM city WHERE id = ?").run(gone.id);
    this.#sql
      .prepare(
        "INSERT INTO city VALUES (15000000, 'Port Example', 'FR', NULL, 'PPL', 1, 48.5, -4.5)",
      )
      .run();
    return gone.name;
  }

  close(): void {
    this.#sql.close();
  }
}
