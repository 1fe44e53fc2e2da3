/**
 * Names that a schema cannot use, fixed for a major version: what the collections, JavaScript and the generated
 * code need for themselves, plus room to grow. A test compares them with the members that the runtime has.
 */

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Members of every object that a view, a reference or a data set's property would hide. */
const OBJECT_MEMBERS = `
  constructor hasOwnProperty isPrototypeOf propertyIsEnumerable toJSON toLocaleString toString valueOf then`;

/** Refused as the name of a view or a reference: they become members of snapshots and collections. */
export const RESERVED_MEMBERS: ReadonlySet<string> = words(`${OBJECT_MEMBERS}
  ageMs all answerOf any at ceiling close core count definition derive entity entries epoch every
  fallback filter find first floor forEach get getOrThrow group has hash history index indexOf info
  invalidate isEmpty keys last length list load map name of off on once options order package patch
  pin prune pull purge push query range ready reduce refresh reload revision rollback schema select
  size slice snapshot snapshotOf some sort sorted stats status store stream sum unique unpin
  validate values version versions where with`);

/** Refused as an entity's property in a data set: members of data sets and their snapshots. */
export const RESERVED_PROPERTIES: ReadonlySet<string> = words(`${OBJECT_MEMBERS}
  ageMs answerOf close collections cores definition derive entities entries fallback get hash
  history info invalidate load of off on once options optionsOf package patch pin prune pull purge
  push query ready refresh reload revision revisions rollback schema snapshot snapshotOf stats
  status store unpin validate version versions`);

/** Refused as a field's name: a plain object cannot hold them as data. */
export const RESERVED_FIELDS: ReadonlySet<string> = words("__proto__ constructor");
