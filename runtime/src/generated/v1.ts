/**
 * The versioned door for generated code: all that a generated file may import. What is exported here keeps
 * working until the next major version, because a service may run newer runtime beside older generated code.
 */
export { FORMAT } from "../definition.js";
export type { EntityDefinition, DatasetDefinition } from "../definition.js";
export { Reader } from "../codec/reader.js";
export { Writer } from "../codec/writer.js";
export type {
  GroupView,
  Range,
  RecordList,
  SortedList,
  SortedView,
  TextRange,
  UniqueView,
} from "../snapshot/views.js";
