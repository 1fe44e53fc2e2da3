/** The Date of a record's timestamp: shared by all who read the record, so its setters throw. */

export class RecordDate extends Date {
  constructor(ms: number) {
    super(ms);
    Object.freeze(this);
  }

  override setTime(): never {
    return refuse();
  }
  override setMilliseconds(): never {
    return refuse();
  }
  override setUTCMilliseconds(): never {
    return refuse();
  }
  override setSeconds(): never {
    return refuse();
  }
  override setUTCSeconds(): never {
    return refuse();
  }
  override setMinutes(): never {
    return refuse();
  }
  override setUTCMinutes(): never {
    return refuse();
  }
  override setHours(): never {
    return refuse();
  }
  override setUTCHours(): never {
    return refuse();
  }
  override setDate(): never {
    return refuse();
  }
  override setUTCDate(): never {
    return refuse();
  }
  override setMonth(): never {
    return refuse();
  }
  override setUTCMonth(): never {
    return refuse();
  }
  override setFullYear(): never {
    return refuse();
  }
  override setUTCFullYear(): never {
    return refuse();
  }

  /** Annex B of ECMAScript; TypeScript does not list it. */
  setYear(): never {
    return refuse();
  }
}

function refuse(): never {
  throw new TypeError("a record's timestamp is shared and cannot be set: copy it, new Date(value)");
}
