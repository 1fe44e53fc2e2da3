/**
 * What the shared state logic needs of the memory and the embedded store: fields, small values that expire,
 * and segments, all of one schema and inside one transaction. Redis has the same logic as scripts.
 *
 * A value whose time is over is never seen, whether or not it was swept away yet.
 */
import type { FieldSource } from "./state-fields.js";

export interface StateTransaction extends FieldSource {
  /** Wall clock in milliseconds since 1970: for people and for `refreshEveryMs`, never for deadlines. */
  readonly nowMs: number;
  setField(name: string, value: string | Uint8Array): void;
  deleteField(name: string): void;
  fieldNames(): readonly string[];
  timed(name: string): TimedValue | undefined;
  setTimed(name: string, value: string, ttlMs: number): void;
  deleteTimed(name: string): void;
  timedNames(prefix: string): readonly string[];
  segment(id: string): SegmentInfo | undefined;
  segmentIds(): readonly string[];
  /** Creates the segment with this time to live if it is not there, else leaves its time alone. */
  putChunk(id: string, index: number, bytes: Uint8Array, ttlMs: number): void;
  chunk(id: string, index: number): Uint8Array | undefined;
  chunkSize(id: string, index: number): number;
  /** Undefined: for ever. */
  setSegmentTtl(id: string, ttlMs: number | undefined): void;
}

/** A ticket, a lease, a heartbeat. */
export interface TimedValue {
  readonly value: string;
  readonly leftMs: number;
}

export interface SegmentInfo {
  readonly chunks: number;
  /** False while it has a time to live. */
  readonly kept: boolean;
}
