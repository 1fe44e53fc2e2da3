/** How a kept state is written: a CRC-32 over the rest, then a line for the state and one before each head. */
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { KeptState, StoredManifest, VersionName } from "../store.js";
import { decodeStoredManifest, encodeStoredManifest } from "../stored-manifest.js";

/** The name of its file: the same for the same versions in any order. */
export function keptName(versions: readonly VersionName[]): string {
  const text = [...versions].sort().join(" ");
  return `state-${createHash("sha256").update(text).digest("hex").slice(0, 32)}`;
}

export function encodeKeptState({ heads, confirmedAtMs }: KeptState): Buffer {
  const parts: Uint8Array[] = [Buffer.from(`${confirmedAtMs}\n`, "latin1")];
  for (const [version, manifest] of heads) {
    const bytes = encodeStoredManifest(manifest);
    parts.push(Buffer.from(`${version} ${bytes.length}\n`, "latin1"), bytes);
  }
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(`${crc32(body)}\n`, "latin1"), body]);
}

/** Undefined when it is damaged. */
export function decodeKeptState(value: Buffer): KeptState | undefined {
  const [checksum, start] = lineAt(value, 0);
  const body = value.subarray(start);
  if (checksum !== String(crc32(body))) return undefined;
  const [confirmedAt, first] = lineAt(body, 0);
  const heads = new Map<VersionName, StoredManifest>();
  for (let at = first; at < body.length;) {
    const [line, begin] = lineAt(body, at);
    const [version = "", length = ""] = line.split(" ");
    const end = begin + Number(length);
    const manifest = decodeStoredManifest(body.subarray(begin, end));
    if (manifest === undefined) return undefined;
    heads.set(version as VersionName, manifest);
    at = end;
  }
  return { heads, confirmedAtMs: Number(confirmedAt) };
}

/** The line that begins there, and where the next one does. */
function lineAt(bytes: Buffer, start: number): readonly [line: string, next: number] {
  const end = bytes.indexOf(0x0a, start);
  return end < 0 ? ["", bytes.length] : [bytes.toString("latin1", start, end), end + 1];
}

/**
 * Whether `kept` is a later moment of the store than `state`: none of its heads is older, and one is newer.
 * States of two epochs cannot be compared; the one that a process comes with is then the later one.
 */
export function isLater(kept: KeptState, state: KeptState): boolean {
  let isNewer = false;
  for (const [version, head] of state.heads) {
    const other = kept.heads.get(version);
    if (other === undefined || other.epoch !== head.epoch) return false;
    if (other.revision < head.revision) return false;
    if (other.revision > head.revision) isNewer = true;
  }
  return isNewer;
}
