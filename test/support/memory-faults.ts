/** What may befall a store's data, done to the memory store: loss of everything, a rollback, damaged bytes. */
import { randomBytes } from "node:crypto";
import { decodeManifest, encodeManifest } from "../../runtime/src/bytes/manifest.js";
import type { MemoryStore } from "../../runtime/src/store/memory/memory-store.js";
import { headField } from "../../runtime/src/store/state/state-fields.js";
import { encodeStoredManifest } from "../../runtime/src/store/stored-manifest.js";
import type { StoredManifest, VersionName } from "../../runtime/src/store/store.js";

const PACKAGE = "atlas";

/** As FLUSHALL does. */
export function flush(store: MemoryStore): void {
  const data = store.data(PACKAGE);
  for (const name of data.fieldNames()) data.deleteField(name);
  for (const name of data.timedNames("")) data.deleteTimed(name);
  for (const id of data.segmentIds()) data.deleteSegment(id);
}

/** What is small stays behind from now on; the returned function fails over to that, as if nothing was since. */
export function fallBehind(store: MemoryStore): () => void {
  const data = store.data(PACKAGE);
  const kept = data.fieldNames().map((name) => [name, data.field(name)] as const);
  return () => {
    for (const name of data.fieldNames()) data.deleteField(name);
    for (const [name, value] of kept) if (value !== undefined) data.setField(name, value);
  };
}

export async function headOf(
  store: MemoryStore,
  version: VersionName,
  packageName: string = PACKAGE,
): Promise<StoredManifest> {
  const { head } = (await store.schema(packageName).check([version])).versions.get(version) ?? {};
  if (head === undefined) throw new Error(`nothing is published of ${version}`);
  return head;
}

/** Publishes the head's segments again as a new revision, as an operator's rollback does. */
export async function republish(store: MemoryStore, version: VersionName): Promise<void> {
  const head = await headOf(store, version);
  const revision = head.revision + 1;
  const manifest = { ...decodeManifest(head.bytes), revision, origin: "rollback" as const };
  const schema = store.schema(PACKAGE);
  const nonce = randomBytes(16).toString("hex");
  const { state } = await schema.issueTicket(nonce, [version]);
  const entry = {
    version,
    mode: "rollback" as const,
    manifest: encodeManifest(manifest),
    builtOn: head.id,
    source: 0,
    raiseSource: false,
  };
  const reply = await schema.publish({ ticket: nonce, epoch: state.epoch ?? "", entries: [entry] });
  if (reply.outcome !== "published") throw new Error(`the rollback was answered ${reply.outcome}`);
}

/** Changes one byte of a chunk of the head's newest segment. */
export async function flipByte(
  store: MemoryStore,
  version: VersionName,
  at: number,
): Promise<void> {
  await rewriteChunk(store, version, (chunk) => {
    const place = at % chunk.length;
    chunk[place] = (chunk[place] ?? 0) ^ 0x10;
    return chunk;
  });
}

/** Puts other bytes in the place of the first chunk. */
export async function rewriteChunk(
  store: MemoryStore,
  version: VersionName,
  change: (chunk: Uint8Array) => Uint8Array,
): Promise<void> {
  const id = (await headOf(store, version)).segments[0]?.id ?? "";
  const data = store.data(PACKAGE);
  const chunk = data.chunk(id, 0);
  if (chunk === undefined) throw new Error("the segment has no chunk");
  data.putChunk(id, 0, change(Uint8Array.from(chunk)), Infinity);
}

/** The head's segment is gone, its manifest is not: as an eviction does. */
export async function evictSegment(store: MemoryStore, version: VersionName): Promise<void> {
  const id = (await headOf(store, version)).segments[0]?.id ?? "";
  store.data(PACKAGE).deleteSegment(id);
}

/** Puts another manifest in the place of the head, without the store's knowledge. */
export async function rewriteHead(
  store: MemoryStore,
  version: VersionName,
  change: (head: StoredManifest) => StoredManifest,
): Promise<void> {
  const head = change(await headOf(store, version));
  store.data(PACKAGE).setField(headField(version), encodeStoredManifest(head));
}
