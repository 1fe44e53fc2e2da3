/** How the changes that a reload event tells are counted. */
import { describe, expect, test, vi } from "vitest";
import { changesBetween } from "../../runtime/src/collection/follow/changes-between.js";
import { atOnce } from "../../runtime/src/bytes/steps.js";
import { countChanges } from "../../runtime/src/snapshot/count-changes.js";
import { coreOf, type SnapshotCore } from "../../runtime/src/snapshot/snapshot-core.js";
import { MemoryStore } from "../../runtime/src/store/memory/memory-store.js";
import { atlas, CountryMapping, type CountryInput } from "../support/atlas.js";
import { observe } from "../support/observed-store.js";
import { BLANK_THING, SURE_FIELDS, thingDefinition, type Thing } from "../support/thing.js";

vi.mock(import("../../runtime/src/collection/follow/changes-between.js"), { spy: true });

describe("the changes that a reload tells are counted", () => {
  test("once a revision, also where validate saw it first and it is laid anew over what is served", async () => {
    await using store = new MemoryStore();
    let name = "one";
    const load = () => [{ code: "FR", name }];
    const countries = new CountryMapping(store, { load, validate: () => undefined });
    await countries.push();
    const told: unknown[] = [];
    countries.on("reload", ({ changes }) => told.push(changes));
    vi.mocked(changesBetween).mockClear();
    for (name of ["two", "three"]) await countries.push();
    expect(told).toEqual(Array(2).fill({ added: 0, changed: 1, removed: 0 }));
    expect(changesBetween).toHaveBeenCalledTimes(2);
  });

  test("not at all where a key does not decode; that is a failure once somebody reads the record", async () => {
    await using store = new MemoryStore();
    let rows: CountryInput[] = [{ code: "FR", name: "France" }];
    const writer = new CountryMapping(store, { load: () => rows }, writingNonsense());
    await writer.push();
    await using far = observe(store, { background: false });
    const reader = new CountryMapping(far);
    await reader.pull();
    const told: unknown[] = [];
    reader.on("reload", ({ changes }) => told.push(changes));
    rows = [
      { code: "FR", name: "France!" },
      { code: "IT", name: "" },
    ];
    await writer.push();
    await reader.pull();
    expect([told, reader.status]).toEqual([[undefined], "fresh"]);
    expect(() => reader.get("IT")).toThrow(expect.objectContaining({ code: "ERR_BAD_RECORD" }));
    expect(reader.status).toBe("failing");
  });

  test("under NaN as under any other key", () => {
    const key = SURE_FIELDS.filter(({ name }) => name === "real");
    const coreWith = (text: string): SnapshotCore<Thing> =>
      coreOf(thingDefinition(key, []), [{ ...BLANK_THING, real: Number.NaN, text }]);
    const [before, after] = [coreWith("a"), coreWith("b")];
    const changes = atOnce(countChanges(before.parts, after.parts, key));
    expect(changes).toEqual({ added: 0, changed: 1, removed: 0 });
  });
});

/** A build that writes what is no message for a country without a name, and reads only its own. */
function writingNonsense(): ReturnType<typeof atlas> {
  const schema = atlas();
  const country: typeof schema.country = {
    ...schema.country,
    encode: (writer, row) => {
      schema.country.encode(writer, row);
      if (row.name === "") writer.uint32(7);
    },
    decode: (reader, end) => {
      const isNonsense = reader.buf[end - 1] === 7;
      const record = schema.country.decode(reader, isNonsense ? end - 1 : end);
      reader.pos = end;
      return record;
    },
  };
  return { ...schema, country };
}
