/**
 * How many decoded records a collection keeps, over all segments of its revisions. Beyond the bound it lets
 * some go: a reference that does not keep them alive stays, so that a record that anybody still holds comes
 * back as the same object, and so does one that is used again before the garbage collector has run. That
 * second chance stands for "used lately": reads note nothing, so they cost what they cost without a bound, and
 * the hottest records stand in front of the key tables besides. Everything here happens between turns of the
 * event loop, in slices: a loop that reads on without a pause keeps what it reads, as references of this kind
 * demand until the end of a turn.
 */
import { inSlices, type Steps } from "../bytes/steps.js";

/** A decoded record of seven fields takes 170 to 180 bytes: 350 MB of them. */
export const MOST_DECODED = 2_000_000;

/** What remembers records: a segment's. */
export interface RemembersRecords {
  /** How many records it keeps alive. */
  readonly kept: number;
  /** Lets some go, at most so many and about a thousand, others each time. */
  letSomeGo(most: number): void;
  /** Forgets the records that are gone; returns how many are let go and not gone. */
  forgetGone(): Steps<number>;
}

/** What remembers arrays of records: a snapshot. */
export interface RemembersArrays {
  /** Keeps arrays only while somebody holds them, until they are asked for again. */
  letArraysGo(): Steps<void>;
}

/** Says that the collector has run since records were let go: what is registered here was garbage at once. */
const whenCollected = new FinalizationRegistry<WeakRef<RecordMemory>>((memory) => {
  memory.deref()?.startForgetting();
});

export class RecordMemory {
  /** How many records were decoded so far: those let go and decoded again count again. */
  decoded = 0;
  readonly #limits: Map<object, number> = new Map();
  #most = MOST_DECODED;
  /** At least as many as are kept: segments that go do not say so. */
  #kept = 0;
  #isLettingGo = false;
  #segments: readonly WeakRef<RemembersRecords>[] = [];
  #snapshots: readonly WeakRef<RemembersArrays>[] = [];

  /** The most records that are kept: the least that anybody asked for. */
  get most(): number {
    return this.#most;
  }

  /** Bounds it for as long as the owner has the collection open. */
  limit(owner: object, most: number): void {
    this.#limits.set(owner, most);
    this.#most = Math.min(...this.#limits.values());
    this.#look();
  }

  unlimit(owner: object): void {
    this.#limits.delete(owner);
    if (this.#limits.size > 0) this.#most = Math.min(...this.#limits.values());
  }

  addSegment(segment: RemembersRecords): void {
    this.#segments = withLiving(this.#segments, segment);
  }

  addSnapshot(snapshot: RemembersArrays): void {
    this.#snapshots = withLiving(this.#snapshots, snapshot);
  }

  /** One more record is kept. */
  added(): void {
    this.#kept++;
    if (this.#kept > this.#most) this.#look();
  }

  /** The garbage collector has run. */
  startForgetting(): void {
    setImmediate(() => void inSlices(this.#forgetGone()));
  }

  #look(): void {
    if (this.#kept <= this.#most || this.#isLettingGo) return;
    this.#isLettingGo = true;
    setImmediate(() => void inSlices(this.#letGo()));
  }

  *#letGo(): Steps<void> {
    const segments = living(this.#segments);
    const count = (): number => (this.#kept = segments.reduce((sum, { kept }) => sum + kept, 0));
    if (count() > this.#most) {
      for (const snapshot of living(this.#snapshots)) yield* snapshot.letArraysGo();
      // An eighth of the bound at a time, so that arrays are not looked at again and again.
      const enough = Math.floor(this.#most * (7 / 8));
      while (count() > enough) {
        segments.reduce((a, b) => (b.kept > a.kept ? b : a)).letSomeGo(this.#kept - enough);
        yield;
      }
      this.#awaitCollector();
    }
    this.#isLettingGo = false;
  }

  *#forgetGone(): Steps<void> {
    let left = 0;
    for (const segment of living(this.#segments)) left += yield* segment.forgetGone();
    if (left > 0) this.#awaitCollector();
  }

  #awaitCollector(): void {
    whenCollected.register({}, new WeakRef(this));
  }
}

function living<T extends object>(all: readonly WeakRef<T>[]): readonly T[] {
  return all.flatMap((each) => each.deref() ?? []);
}

function withLiving<T extends object>(all: readonly WeakRef<T>[], added: T): readonly WeakRef<T>[] {
  return [...all.filter((each) => each.deref() !== undefined), new WeakRef(added)];
}
