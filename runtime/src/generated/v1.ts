/**
 * The versioned door for generated code: all that a generated file may import. What is exported here keeps
 * working until the next major version, because a service may run newer runtime beside older generated code.
 */
export { FORMAT } from "../definition.js";
export type { AnyEntityDefinition, DatasetDefinition, EntityDefinition } from "../definition.js";
export { missing } from "../codec/bad-record.js";
export {
  checkBool,
  checkBytes,
  checkDouble,
  checkFloat,
  checkInt32,
  checkString,
  checkUint32,
} from "../codec/check-scalar.js";
export { compareDecimals, compareText } from "../codec/compare-text.js";
export { checkDate, readDate } from "../codec/date.js";
export { checkDecimal, readDecimal } from "../codec/decimal.js";
export { checkEnum, enumNumbers, readEnum, type EnumNumbers } from "../codec/enum.js";
export {
  checkInt64,
  checkSafeInt64,
  checkSafeUint64,
  checkUint64,
  readInt64,
  readInt64Number,
  readInt64Text,
  readUint64,
  readUint64Number,
  readUint64Text,
  writeInt64,
  writeUint64,
  type Int64Input,
} from "../codec/int64.js";
export { checkJson, readJson, type Json, type JsonInput } from "../codec/json.js";
export { frozenList, readPacked, writeList, writePacked } from "../codec/list.js";
export { frozenMap, readEntry, writeMap, type GrowingMap, type MapInput } from "../codec/map.js";
export {
  boolKeys,
  int32Keys,
  int64Keys,
  stringKeys,
  uint32Keys,
  uint64Keys,
} from "../codec/map-keys.js";
export { writeMessage } from "../codec/message.js";
export { FieldNames, own } from "../codec/names.js";
export {
  putBool,
  putBytes,
  putDate,
  putDecimal,
  putDouble,
  putFloat,
  putInt32,
  putInt64,
  putSafeInt64,
  putSafeUint64,
  putString,
  putUint32,
  putUint64,
} from "../codec/put.js";
export { checkEnd, Reader } from "../codec/reader.js";
export {
  checkTimestamp,
  readTimestamp,
  readTimestampMs,
  writeTimestamp,
  type Timestamp,
  type TimestampInput,
} from "../codec/timestamp.js";
export { Writer } from "../codec/writer.js";
export { Dataset } from "../collection/dataset.js";
export { Mapping } from "../collection/mapping.js";
export type { CollectionOptions, DatasetOptions } from "../collection/options.js";
export { Sequence } from "../collection/sequence.js";
export { coresOf, DatasetCores, DatasetSnapshot } from "../snapshot/dataset-snapshot.js";
export { getAll } from "../snapshot/get-all.js";
export { MappingSnapshot, type MappingReader } from "../snapshot/mapping-snapshot.js";
export { SequenceSnapshot, type SequenceReader } from "../snapshot/sequence-snapshot.js";
export type { SnapshotCore } from "../snapshot/snapshot-core.js";
export type {
  GroupView,
  Range,
  RecordList,
  SortedList,
  SortedView,
  TextRange,
  UniqueView,
} from "../snapshot/views.js";
export type { Store } from "../store/store.js";
export { field, group, sorted, unique } from "./describe.js";
export { freeze, noBytes, type Bytes, type RowsByName } from "./globals.js";
