/** Following a reference that leads to several records. */
import type { MappingReader } from "./mapping-snapshot.js";

/** The records of these keys, in their order; those that do not exist are left out. Frozen. */
export function getAll<K, R>(mapping: MappingReader<K, R>, keys: Iterable<K>): readonly R[] {
  const records: R[] = [];
  for (const key of keys) {
    const record = mapping.get(key);
    if (record !== undefined) records.push(record);
  }
  return Object.freeze(records);
}
