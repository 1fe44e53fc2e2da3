/** Random operations on a store, likely enough to meet each other: few versions, tickets, tokens and segments. */
import type {
  LeaseReply,
  LeaseRequest,
  PublishEntry,
  SchemaState,
  SchemaStore,
  SegmentRef,
  StoredManifest,
  VersionName,
  VersionState,
} from "../../runtime/src/store/store.js";
import { encodeStoredManifest } from "../../runtime/src/store/stored-manifest.js";
import { Random } from "../support/random.js";
import { awkwardBytes } from "./publications.js";
import type { BehindTheStore } from "./store-fixture.js";

export interface Subject {
  readonly schema: SchemaStore;
  readonly behind: BehindTheStore;
}

export interface Operation {
  readonly name: string;
  /** The reply without times. */
  readonly run: (subject: Subject) => Promise<unknown>;
}

/** What all stores hold, without times. */
export interface Description {
  readonly state: unknown;
  readonly manifests: ReadonlyMap<VersionName, readonly StoredManifest[]>;
  readonly segments: readonly string[];
  readonly listed: readonly unknown[];
}

const VERSIONS: readonly VersionName[] = ["City:aa", "City:bb", "Country:cc"];
const ENTITIES = ["City", "Country"];
const EPOCHS = ["e1", "e1", "e1", "e1", "e1", "e1", "e1", "e2"];
const TOKENS = ["t1", "t2"];

export class RandomOperations {
  readonly #random: Random;
  readonly #kinds: readonly (() => Operation)[];
  readonly #segments: SegmentRef[] = [];
  readonly #manifests: StoredManifest[] = [];
  readonly #watched = new WeakMap<SchemaStore, Map<string, string>>();
  #tickets: string[] = [];
  #current: ReadonlyMap<VersionName, readonly StoredManifest[]> = new Map();

  constructor(seed: number) {
    this.#random = new Random(seed);
    const weights: readonly (readonly [number, () => Operation])[] = [
      [6, () => this.#issueTicket()],
      [5, () => this.#putChunks()],
      [12, () => this.#publish()],
      [4, () => this.#acquireLease()],
      [2, () => this.#changeLease()],
      [2, () => this.#changeSource()],
      [1, () => this.#purge()],
      [1, () => this.#sweep()],
      [2, () => this.#heartbeat()],
      [2, () => this.#behindTheStore()],
      [1, () => this.#readChunk()],
    ];
    this.#kinds = weights.flatMap(([weight, kind]) => Array.from({ length: weight }, () => kind));
  }

  next(): Operation {
    return this.#random.pick(this.#kinds)();
  }

  /** What the stores agreed on becomes what later operations build on. */
  learn(description: Description | undefined): void {
    this.#current = description?.manifests ?? new Map();
  }

  async describe({ schema, behind }: Subject): Promise<Description> {
    const state = await schema.check(VERSIONS);
    const listed = [];
    for (const entity of ENTITIES) listed.push(...(await schema.versions(entity)));
    return {
      state: withoutTimes(state),
      manifests: new Map([...state.versions].map(([version, of]) => [version, manifestsOf(of)])),
      segments: await Promise.all(
        this.#segments.slice(-20).map(async ({ id }) => lifeOf(await behind.segmentLeftMs(id))),
      ),
      listed: listed
        .map(({ version, live }) => `${version} ${live}`)
        .toSorted((a, b) => a.localeCompare(b)),
    };
  }

  #issueTicket(): Operation {
    const known = this.#tickets.length > 0 && this.#random.chance(0.1);
    const nonce = known ? this.#random.pick(this.#tickets) : this.#random.id();
    this.#tickets = [nonce, ...this.#tickets].slice(0, 4);
    const loading = VERSIONS.filter(() => this.#random.chance(0.4));
    return {
      name: `issueTicket ${nonce} to load ${loading.join(" and ")}`,
      run: async ({ schema }) => {
        const { ticket, state } = await schema.issueTicket(nonce, VERSIONS, loading);
        return { ticket, state: withoutTimes(state) };
      },
    };
  }

  #putChunks(): Operation {
    const again = this.#segments.length > 0 && this.#random.chance(0.3);
    const segment = again
      ? this.#random.pick(this.#segments)
      : { id: this.#random.id(), chunks: 1 + this.#random.integer(3) };
    if (!again) this.#segments.push(segment);
    const skipped = this.#random.chance(0.1) ? this.#random.integer(3) : -1;
    const bytes = awkwardBytes(this.#random.id());
    return {
      name: `putChunks ${segment.id} of ${segment.chunks} without ${skipped}`,
      run: async ({ schema }) => {
        for (let index = 0; index < segment.chunks; index++) {
          if (index !== skipped) await schema.putChunk(segment.id, index, bytes);
        }
        return schema.chunkSizes(segment.id, 4);
      },
    };
  }

  #readChunk(): Operation {
    const id = this.#segments.length > 0 ? this.#random.pick(this.#segments).id : "none";
    return {
      name: `getChunk ${id}`,
      run: async ({ schema }) => hex(await schema.getChunk(id, this.#segments.length % 3)),
    };
  }

  #publish(): Operation {
    const versions = this.#random.chance(0.2) ? VERSIONS.slice(1) : [this.#random.pick(VERSIONS)];
    const entries = versions.map((version) => this.#entry(version));
    const ticket = this.#tickets.length > 0 ? this.#random.pick(this.#tickets) : "none";
    const epoch = this.#random.pick(EPOCHS);
    const what = entries.map(({ version, mode, builtOn }) => `${version} ${mode} on ${builtOn}`);
    return {
      name: `publish ${what.join(", ")} with ${ticket} in ${epoch}`,
      run: ({ schema }) => schema.publish({ ticket, epoch, entries }),
    };
  }

  #entry(version: VersionName): PublishEntry {
    const random = this.#random;
    const current = this.#current.get(version) ?? [];
    const base = random.chance(0.85) ? current[0] : random.pick([undefined, ...current]);
    const modes = ["load", "load", "load", "same", "patch", "rollback", "pin", "unpin"] as const;
    const wanted = random.pick(modes);
    const mode = base === undefined && ["same", "unpin"].includes(wanted) ? "load" : wanted;
    const lease = random.chance(0.2) ? { leaseToken: random.pick(TOKENS) } : {};
    const isThere = mode === "same" || mode === "unpin" || (mode === "pin" && random.chance(0.5));
    return {
      version,
      mode,
      ...(mode === "pin" && {
        next: random.chance(0.5) ? (base ?? this.#manifest()) : this.#manifest(),
      }),
      manifest: isThere && base !== undefined ? base : this.#manifest(),
      builtOn: base?.id,
      source: random.integer(4),
      raiseSource: random.chance(0.2),
      ...lease,
    };
  }

  #manifest(): StoredManifest {
    const random = this.#random;
    if (this.#manifests.length > 0 && random.chance(0.1)) return random.pick(this.#manifests);
    const recent = this.#segments.slice(-4);
    const segments = recent.length > 0 ? [random.pick(recent)] : [];
    const older = this.#segments.length > 0 && random.chance(0.2);
    const named = older ? [...segments, random.pick(this.#segments)] : segments;
    const id = random.id();
    const revision = random.integer(100);
    const manifest = { id, revision, epoch: "e1", segments: named, bytes: awkwardBytes(id) };
    this.#manifests.push(manifest);
    return manifest;
  }

  #acquireLease(): Operation {
    const random = this.#random;
    const version = random.pick(VERSIONS);
    const head = this.#current.get(version)?.[0]?.id ?? "none";
    const need = random.pick<LeaseRequest["need"]>([
      { kind: "any" },
      { kind: "repair", manifestId: random.pick([head, "none"]) },
      { kind: "refresh", olderThanMs: random.pick([0, 1_000_000_000]) },
    ]);
    const request = { version, token: random.pick(TOKENS), ttlMs: 3_600_000, need };
    const isWatched = random.chance(0.3);
    return {
      name: `acquireLease ${version} ${request.token} ${need.kind}${isWatched ? " watched" : ""}`,
      run: async ({ schema }) => {
        const watched = isWatched ? this.#watchedIn(schema).get(version) : undefined;
        const reply =
          watched === undefined
            ? await schema.acquireLease(request)
            : await schema.replaceLease(request, watched);
        if (reply.outcome === "held") this.#watchedIn(schema).set(version, reply.value);
        return leaseWithoutTimes(reply);
      },
    };
  }

  /** The leases as the store told them last: each counts from a time of its own. */
  #watchedIn(schema: SchemaStore): Map<string, string> {
    const watched = this.#watched.get(schema) ?? new Map<string, string>();
    this.#watched.set(schema, watched);
    return watched;
  }

  #changeLease(): Operation {
    const version = this.#random.pick(VERSIONS);
    const token = this.#random.pick(TOKENS);
    return this.#random.pick<Operation>([
      {
        name: `renewLease ${version} ${token}`,
        run: ({ schema }) => schema.renewLease(version, token, 3_600_000),
      },
      {
        name: `releaseLease ${version} ${token}`,
        run: ({ schema }) => schema.releaseLease(version, token),
      },
      {
        name: `failLease ${version} ${token}`,
        run: ({ schema }) => schema.failLease(version, token, "ERR_LOADER", 3_600_000),
      },
    ]);
  }

  #changeSource(): Operation {
    const entity = this.#random.pick(ENTITIES);
    const atLeast = this.#random.integer(8);
    return this.#random.pick<Operation>([
      { name: `invalidate ${entity}`, run: ({ schema }) => schema.invalidate([entity]) },
      { name: "invalidate all", run: ({ schema }) => schema.invalidate(ENTITIES) },
      {
        name: `restoreSource ${entity} ${atLeast}`,
        run: ({ schema }) => schema.restoreSource(entity, atLeast),
      },
    ]);
  }

  #purge(): Operation {
    const version = this.#random.pick(VERSIONS);
    return { name: `purge ${version}`, run: ({ schema }) => schema.purge(version) };
  }

  #sweep(): Operation {
    return { name: "sweep", run: ({ schema }) => schema.sweep() };
  }

  #heartbeat(): Operation {
    const process = this.#random.pick(["p1", "p2", "p3"]);
    const version = this.#random.pick(VERSIONS);
    return this.#random.pick<Operation>([
      {
        name: `heartbeat ${process} ${version}`,
        run: ({ schema }) => schema.heartbeat(process, [version]),
      },
      {
        name: `leave ${process} ${version}`,
        run: ({ schema }) => schema.leave(process, [version]),
      },
    ]);
  }

  #behindTheStore(): Operation {
    const random = this.#random;
    const version = random.pick(VERSIONS);
    const ticket = this.#tickets[0] ?? "none";
    const segment = this.#segments.length > 0 ? random.pick(this.#segments).id : "none";
    const pinned = this.#current.get(version)?.[0];
    return random.pick<Operation>([
      { name: `expireTicket ${ticket}`, run: ({ behind }) => behind.expireTicket(ticket) },
      { name: `expireLease ${version}`, run: ({ behind }) => behind.expireLease(version) },
      { name: `expireSegment ${segment}`, run: ({ behind }) => behind.expireSegment(segment) },
      { name: `keepSegment ${segment}`, run: ({ behind }) => behind.keepSegment(segment) },
      {
        name: `damage head ${version}`,
        run: ({ behind }) => behind.setField(`head:${version}`, Buffer.from("damaged")),
      },
      {
        name: `pin ${version}`,
        run: async ({ behind }) =>
          pinned && behind.setField(`next:${version}`, encodeStoredManifest(pinned)),
      },
    ]);
  }
}

/** What a publication would build on comes first. */
function manifestsOf({ head, next, history }: VersionState): readonly StoredManifest[] {
  return [next, head, ...history].filter((manifest) => manifest !== undefined);
}

function withoutTimes(state: SchemaState): unknown {
  const versions = [...state.versions].map(([version, of]) => ({
    version,
    manifests: [of.head, of.next, ...of.history].map(describeManifest),
    push: of.push && [of.push.load, of.push.void, of.push.source, of.push.atMs > 0],
    loads: of.loads,
    purged: of.purgedAtMs !== undefined,
  }));
  return { epoch: state.epoch, seq: state.seq, sources: [...state.sources], versions };
}

function describeManifest(manifest: StoredManifest | undefined): unknown {
  return manifest && [manifest.id, manifest.revision, manifest.segments, hex(manifest.bytes)];
}

function leaseWithoutTimes(reply: LeaseReply): unknown {
  if (!("forMs" in reply)) return reply;
  const token = reply.outcome === "held" ? { value: reply.value.split(":")[0] } : {};
  return { ...reply, ...token, forMs: reply.forMs > 0 };
}

function lifeOf(leftMs: number): string {
  if (leftMs === Infinity) return "kept";
  return leftMs === 0 ? "gone" : "ending";
}

function hex(bytes: Uint8Array | undefined): string | undefined {
  return bytes && Buffer.from(bytes).toString("hex");
}
