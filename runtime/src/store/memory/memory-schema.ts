/** One schema's data in memory, and the transactions on it: they run to their end without interruption. */
import type { SegmentInfo, StateTransaction, TimedValue } from "../state/transaction.js";

interface Segment {
  readonly chunks: Map<number, Buffer>;
  /** On the monotonic clock. */
  untilMs: number;
}

export class MemorySchema implements StateTransaction {
  readonly #fields = new Map<string, Buffer>();
  readonly #timed = new Map<string, { readonly value: string; readonly untilMs: number }>();
  readonly #segments = new Map<string, Segment>();

  get nowMs(): number {
    return Date.now();
  }

  field(name: string): Buffer | undefined {
    return this.#fields.get(name);
  }

  setField(name: string, value: string | Uint8Array): void {
    this.#fields.set(name, Buffer.from(value));
  }

  deleteField(name: string): void {
    this.#fields.delete(name);
  }

  fieldNames(): readonly string[] {
    return [...this.#fields.keys()];
  }

  timed(name: string): TimedValue | undefined {
    const found = this.#timed.get(name);
    const leftMs = (found?.untilMs ?? 0) - performance.now();
    return found !== undefined && leftMs > 0 ? { value: found.value, leftMs } : undefined;
  }

  setTimed(name: string, value: string, ttlMs: number): void {
    this.#timed.set(name, { value, untilMs: performance.now() + ttlMs });
  }

  deleteTimed(name: string): void {
    this.#timed.delete(name);
  }

  timedNames(prefix: string): readonly string[] {
    return [...this.#timed.keys()].filter(
      (name) => name.startsWith(prefix) && this.timed(name) !== undefined,
    );
  }

  segment(id: string): SegmentInfo | undefined {
    const segment = this.#live(id);
    return segment && { chunks: segment.chunks.size, kept: segment.untilMs === Infinity };
  }

  segmentIds(): readonly string[] {
    return [...this.#segments.keys()].filter((id) => this.#live(id) !== undefined);
  }

  /** Milliseconds that the segment has left; Infinity for ever, 0 when it is not there. */
  segmentLeftMs(id: string): number {
    return Math.max(0, (this.#segments.get(id)?.untilMs ?? 0) - performance.now());
  }

  putChunk(id: string, index: number, bytes: Uint8Array, ttlMs: number): void {
    const segment = this.#live(id) ?? { chunks: new Map(), untilMs: performance.now() + ttlMs };
    // A copy: the caller may reuse its buffer.
    segment.chunks.set(index, Buffer.from(bytes));
    this.#segments.set(id, segment);
  }

  chunk(id: string, index: number): Uint8Array | undefined {
    return this.#live(id)?.chunks.get(index);
  }

  chunkSize(id: string, index: number): number {
    return this.chunk(id, index)?.byteLength ?? 0;
  }

  setSegmentTtl(id: string, ttlMs: number | undefined): void {
    const segment = this.#live(id);
    if (segment !== undefined) segment.untilMs = performance.now() + (ttlMs ?? Infinity);
  }

  deleteSegment(id: string): void {
    this.#segments.delete(id);
  }

  /** All fields as they are now. */
  get fields(): ReadonlyMap<string, Buffer> {
    return this.#fields;
  }

  /** Frees what expired. */
  sweep(): void {
    for (const id of this.#segments.keys()) if (!this.#live(id)) this.#segments.delete(id);
    for (const name of this.#timed.keys()) if (!this.timed(name)) this.#timed.delete(name);
  }

  #live(id: string): Segment | undefined {
    const segment = this.#segments.get(id);
    return segment !== undefined && segment.untilMs > performance.now() ? segment : undefined;
  }
}
