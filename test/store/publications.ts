/** Short ways to say what is uploaded and published, for tests of stores. */
import { createHash, randomBytes } from "node:crypto";
import type {
  PublishEntry,
  PublishReply,
  PublishRequest,
  SchemaStore,
  SegmentRef,
  StoredManifest,
  VersionName,
} from "../../runtime/src/store/store.js";

export const CITY: VersionName = "City:0123456789abcdef";
export const CITY_V2: VersionName = "City:fedcba9876543210";
export const COUNTRY: VersionName = "Country:00112233445566ff";
export const EPOCH: string = "e0".repeat(16);

export const randomId = (): string => randomBytes(16).toString("hex");

/** Chunk bytes that a store could mistake for text: zeros, line ends, what is no UTF-8. */
export const awkwardBytes = (text = ""): Buffer =>
  Buffer.concat([Buffer.from([0, 0xff, 0x0a, 0x0d, 0xc3, 0x28]), Buffer.from(text)]);

export function manifestOf(
  revision: number,
  segments: readonly SegmentRef[] = [],
  epoch: string = EPOCH,
): StoredManifest {
  const bytes = awkwardBytes(`${revision} ${randomId()}`);
  const id = createHash("sha256").update(bytes).digest("hex").slice(0, 32);
  return { id, revision, epoch, segments, bytes };
}

/** Uploads a segment of that many chunks. */
export async function upload(schema: SchemaStore, chunks = 2): Promise<SegmentRef> {
  const id = randomId();
  for (let index = 0; index < chunks; index++) {
    await schema.putChunk(id, index, awkwardBytes(`chunk ${index}`));
  }
  return { id, chunks };
}

export async function takeTicket(
  schema: SchemaStore,
  version: VersionName = CITY,
): Promise<string> {
  const { ticket } = await schema.issueTicket(randomId(), [version]);
  return ticket.nonce;
}

export function entryOf(
  entry: Pick<PublishEntry, "manifest"> & Partial<PublishEntry>,
): PublishEntry {
  return {
    version: CITY,
    mode: "load",
    builtOn: undefined,
    source: 0,
    raiseSource: false,
    ...entry,
  };
}

export function publishOne(
  schema: SchemaStore,
  ticket: string,
  entry: Pick<PublishEntry, "manifest"> & Partial<PublishEntry>,
): Promise<PublishReply> {
  return schema.publish(requestOf(ticket, [entryOf(entry)]));
}

export function requestOf(
  ticket: string,
  entries: readonly PublishEntry[],
  epoch: string = EPOCH,
): PublishRequest {
  return { ticket, epoch, entries };
}

/** Takes a ticket, uploads a segment and publishes it as the next revision. */
export async function publishNext(
  schema: SchemaStore,
  entry: Partial<PublishEntry> = {},
): Promise<StoredManifest> {
  const version = entry.version ?? CITY;
  const ticket = await takeTicket(schema, version);
  const before = (await schema.check([version])).versions.get(version);
  const current = before?.next ?? before?.head;
  const manifest = manifestOf((current?.revision ?? 0) + 1, [await upload(schema)]);
  const reply = await publishOne(schema, ticket, { manifest, builtOn: current?.id, ...entry });
  if (reply.outcome !== "published") throw new Error(`not published but ${reply.outcome}`);
  return manifest;
}

export async function headOf(
  schema: SchemaStore,
  version: VersionName = CITY,
): Promise<StoredManifest | undefined> {
  return (await schema.check([version])).versions.get(version)?.head;
}
