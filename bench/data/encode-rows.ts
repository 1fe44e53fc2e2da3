/** Encoding alone, with what generated code encodes with: nothing compared, nothing indexed, nothing kept. */
import { Writer } from "cached-collections/generated/v1";
import type { CityInput } from "../../generated/geo.js";
import type { CityDefinition } from "./definition.js";

/** Encodes each row into the same small buffer; returns the bytes of all. */
export function encodeRows(definition: CityDefinition, rows: Iterable<CityInput>): number {
  const writer = Writer.create();
  let bytes = 0;
  for (const row of rows) {
    definition.encode(writer, row);
    bytes += writer.pos;
    writer.reset();
  }
  return bytes;
}
