/** One schema's state inside one transaction of the database; its statements are made once per opening. */
import type { SegmentInfo, StateTransaction, TimedValue } from "../state/transaction.js";
import { monotonicMs } from "./monotonic-clock.js";
import type { Statements } from "./statements.js";

export class EmbeddedTransaction implements StateTransaction {
  readonly #package: string;
  readonly #statements: Statements;

  constructor(packageName: string, statements: Statements) {
    this.#package = packageName;
    this.#statements = statements;
  }

  get nowMs(): number {
    return Date.now();
  }

  field(name: string): Buffer | undefined {
    const found = this.#statements.field.get(this.#package, name);
    return (found as { readonly value: Buffer } | undefined)?.value;
  }

  setField(name: string, value: string | Uint8Array): void {
    this.#statements.setField.run(this.#package, name, Buffer.from(value));
  }

  deleteField(name: string): void {
    this.#statements.deleteField.run(this.#package, name);
  }

  fieldNames(): readonly string[] {
    return [...this.fields().keys()];
  }

  /** All of them; there are a few per version. */
  fields(): ReadonlyMap<string, Buffer> {
    const rows = this.#statements.fields.all(this.#package);
    // Unlike `get`, `all` of libsql gives blobs as ArrayBuffers.
    const typed = rows as { readonly name: ArrayBuffer; readonly value: ArrayBuffer }[];
    return new Map(typed.map(({ name, value }) => [textOf(name), Buffer.from(value)]));
  }

  timed(name: string): TimedValue | undefined {
    const now = monotonicMs();
    const found = this.#statements.timed.get(this.#package, name, now, now) as
      { readonly value: Buffer; readonly until_ms: number } | undefined;
    return found && { value: String(found.value), leftMs: found.until_ms - now };
  }

  setTimed(name: string, value: string, ttlMs: number): void {
    const now = monotonicMs();
    this.#statements.setTimed.run(this.#package, name, value, now, Math.ceil(now + ttlMs));
  }

  deleteTimed(name: string): void {
    this.#statements.deleteTimed.run(this.#package, name);
  }

  timedNames(prefix: string): readonly string[] {
    const now = monotonicMs();
    const rows = this.#statements.timedNames.all(this.#package, now, now);
    const names = (rows as { readonly name: ArrayBuffer }[]).map(({ name }) => textOf(name));
    return names.filter((name) => name.startsWith(prefix));
  }

  segment(id: string): SegmentInfo | undefined {
    const now = monotonicMs();
    const found = this.#statements.segment.get(this.#package, id, now, now) as
      { until_ms: number | null } | undefined;
    if (found === undefined) return undefined;
    const count = this.#statements.chunkCount.get(this.#package, id) as
      { chunks: number } | undefined;
    return { chunks: count?.chunks ?? 0, kept: found.until_ms === null };
  }

  segmentIds(): readonly string[] {
    const rows = this.#statements.segmentIds.all(this.#package);
    const ids = (rows as { readonly id: ArrayBuffer }[]).map(({ id }) => textOf(id));
    return ids.filter((id) => this.segment(id) !== undefined);
  }

  putChunk(id: string, index: number, bytes: Uint8Array, ttlMs: number): void {
    if (this.segment(id) === undefined) {
      // Remains of an expired one must not count as chunks of this one.
      this.#statements.deleteChunks.run(this.#package, id);
      const now = monotonicMs();
      this.#statements.setSegment.run(this.#package, id, now, now + ttlMs);
    }
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#statements.putChunk.run(this.#package, id, index, view);
  }

  chunk(id: string, index: number): Uint8Array | undefined {
    if (this.segment(id) === undefined) return undefined;
    return (this.#statements.chunk.get(this.#package, id, index) as { bytes: Buffer } | undefined)
      ?.bytes;
  }

  chunkSize(id: string, index: number): number {
    if (this.segment(id) === undefined) return 0;
    const found = this.#statements.chunkSize.get(this.#package, id, index) as
      { size: number } | undefined;
    return found?.size ?? 0;
  }

  setSegmentTtl(id: string, ttlMs: number | undefined): void {
    if (this.segment(id) === undefined) return;
    const now = monotonicMs();
    const until = ttlMs === undefined ? null : now + ttlMs;
    this.#statements.setSegment.run(this.#package, id, now, until);
  }
}

/** What is no UTF-8, in a damaged file, becomes a name that nobody asks for. */
function textOf(bytes: ArrayBuffer): string {
  return Buffer.from(bytes).toString();
}
