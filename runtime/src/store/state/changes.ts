/**
 * What there is to announce: the differences between two looks at a schema's fields. The memory store looks
 * after each transaction, the embedded one also when another process changed the file.
 */
import { decodeStoredManifest } from "../stored-manifest.js";
import type { Announcement, Subscriber, VersionName } from "../store.js";
import { entityOf } from "./state-fields.js";

export type Fields = ReadonlyMap<string, Buffer>;

/** The subscribers of one schema. */
export class ChangeWatch {
  readonly #subscribers = new Set<Subscriber>();
  #seen: Fields;

  constructor(fields: Fields) {
    this.#seen = new Map(fields);
  }

  get isWatched(): boolean {
    return this.#subscribers.size > 0;
  }

  add(subscriber: Subscriber): () => void {
    // An object of its own: the same subscriber given twice is two subscriptions.
    const own: Subscriber = {
      announced: (announcement) => subscriber.announced(announcement),
      reconnected: () => subscriber.reconnected(),
    };
    this.#subscribers.add(own);
    return () => void this.#subscribers.delete(own);
  }

  /** Announces what differs from the last look, each time in a turn of its own. */
  look(fields: Fields): void {
    const before = this.#seen;
    this.#seen = new Map(fields);
    for (const announcement of changesBetween(before, fields)) {
      this.#tell((subscriber) => subscriber.announced(announcement));
    }
  }

  reconnected(): void {
    this.#tell((subscriber) => subscriber.reconnected());
  }

  #tell(message: (subscriber: Subscriber) => void): void {
    for (const subscriber of this.#subscribers) {
      setImmediate(() => {
        if (this.#subscribers.has(subscriber)) message(subscriber);
      });
    }
  }
}

function changesBetween(before: Fields, after: Fields): readonly Announcement[] {
  const announcements = new Map<string, Announcement>();
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const [, kind, subject = ""] = CHANGING_FIELD.exec(name) ?? [];
    const old = before.get(name);
    const now = after.get(name);
    if (kind === undefined || (old === undefined ? now === undefined : now?.equals(old))) continue;
    announcements.set(
      subject,
      kind === "source"
        ? { entity: subject, version: undefined, manifestId: undefined }
        : announceVersion(subject as VersionName, before, after),
    );
  }
  return [...announcements.values()];
}

/** Every publication and purge changes one of these. */
const CHANGING_FIELD = /^(source|head|next|push|purged):(.+)$/;

function announceVersion(version: VersionName, before: Fields, after: Fields): Announcement {
  const head = after.get(`head:${version}`);
  const isServed = head !== undefined && before.get(`head:${version}`)?.equals(head) !== true;
  const published = isServed ? head : (after.get(`next:${version}`) ?? head);
  return {
    entity: entityOf(version),
    version,
    manifestId: decodeStoredManifest(published)?.id,
  };
}
