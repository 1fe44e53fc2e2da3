/**
 * How a manifest stands in a store's state: one header line that the publishing script can read without
 * knowing protobuf, then the manifest's bytes. The three stores write the same form, and the script in
 * redis/scripts reads it: change both together.
 *
 *     <id> <revision> <epoch> <segment>:<chunks>,<segment>:<chunks>\n<bytes>
 */
import type { SegmentRef, StoredManifest } from "./store.js";

export function encodeStoredManifest(manifest: StoredManifest): Buffer {
  const segments = manifest.segments.map((segment) => `${segment.id}:${segment.chunks}`).join(",");
  const header = `${manifest.id} ${manifest.revision} ${manifest.epoch} ${segments}\n`;
  return Buffer.concat([Buffer.from(header, "latin1"), manifest.bytes]);
}

/**
 * Undefined when nothing is there, and when the header is damaged: a head that nobody can follow counts as
 * no head, so that the next load replaces it.
 */
export function decodeStoredManifest(value: Buffer | undefined): StoredManifest | undefined {
  if (value === undefined) return undefined;
  const end = value.indexOf(0x0a);
  const header = HEADER.exec(value.toString("latin1", 0, Math.max(end, 0)));
  if (header === null) return undefined;
  const [, id = "", revision = "", epoch = "", list = ""] = header;
  const segments = decodeSegments(list);
  const number = Number(revision);
  if (segments === undefined || !Number.isSafeInteger(number)) return undefined;
  return { id, revision: number, epoch, segments, bytes: value.subarray(end + 1) };
}

const HEADER = /^([!-~]+) (\d+) ([!-~]+) ([!-~]*)$/;
const SEGMENT = /^([^:]+):(\d+)$/;

function decodeSegments(list: string): readonly SegmentRef[] | undefined {
  const segments: SegmentRef[] = [];
  for (const item of list.split(",").filter((text) => text !== "")) {
    const [, id, chunks] = SEGMENT.exec(item) ?? [];
    if (id === undefined || !Number.isSafeInteger(Number(chunks))) return undefined;
    segments.push({ id, chunks: Number(chunks) });
  }
  return segments;
}
