/**
 * What lists that give out an array of all their records have in common: it is the same one each time. Where
 * memory is short they keep it only while somebody holds it.
 */
export abstract class ArrayMemo<R> {
  #array: readonly R[] | undefined;
  #letGo: WeakRef<readonly R[]> | undefined;

  toArray(): readonly R[] {
    return this.#array ?? this.keep(this.arrayInUse ?? this.makeArray());
  }

  /** Keeps the array only while somebody holds it, until it is asked for again. */
  letArrayGo(): void {
    if (this.#array === undefined) return;
    this.#letGo = new WeakRef(this.#array);
    this.#array = undefined;
  }

  /** The array, if somebody asked for it and it is not gone. */
  protected get arrayInUse(): readonly R[] | undefined {
    return this.#array ?? this.#letGo?.deref();
  }

  protected keep(array: readonly R[]): readonly R[] {
    this.#array = array;
    this.#letGo = undefined;
    return array;
  }

  /** A frozen array of all records. */
  protected abstract makeArray(): readonly R[];
}
