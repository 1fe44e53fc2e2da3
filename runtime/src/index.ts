/**
 * What services import: the stores, `derive`, the error class, and the types of what generated classes take
 * and give. Generated code has a door of its own, `cached-collections/generated/v1`.
 */
export { derive } from "./collection/derive.js";
export { attachedStore } from "./collection/threads/attached-store.js";
export { shareStore } from "./collection/threads/share-store.js";
export { NotReplicatedError } from "./collection/publish/confirm-replicas.js";
export { CachedCollectionsError, type ErrorCode } from "./errors.js";
export type { FallbackOptions } from "./store/fallback/file-fallback.js";
export { embeddedStore, type EmbeddedStoreOptions } from "./store/embedded/embedded-store.js";
export { memoryStore } from "./store/memory/memory-store.js";
export { redisStore, type RedisStoreOptions } from "./store/redis/redis-store.js";
export type { RedisClient } from "./store/redis/redis-client.js";
export type { Store } from "./store/store.js";

export type {
  CollectionEvent,
  CollectionEvents,
  RecordChanges,
  RevisionInfo,
} from "./collection/events.js";
export type { CollectionStatus } from "./collection/follow/followed-version.js";
export type { AtLeast } from "./collection/await-push.js";
export type { PublishedRevision } from "./collection/follow/published-revision.js";
export type { PullOptions, ReadyOptions } from "./collection/handle.js";
export type { PushOptions } from "./collection/publish/confirm-replicas.js";
export type {
  CollectionOptions,
  DatasetLoader,
  DatasetOptions,
  DatasetPatch,
  DatasetPatchSource,
  Into,
  LoadContext,
  Loader,
  LoadReason,
  Patch,
  PatchContext,
  PatchSource,
  Rows,
} from "./collection/options.js";
export type {
  AnyPushResult,
  DatasetPushResult,
  PushOutcome,
  PushResult,
} from "./collection/publish/push-result.js";
export type {
  DatasetPinOptions,
  DatasetRollbackOptions,
  PinOptions,
  RevisionsByName,
  RollbackOptions,
} from "./collection/pins.js";
export type { KeptRevision, PruneOptions, VersionInfo } from "./collection/versions.js";
export {
  health,
  type AnyCollection,
  type CollectionHealth,
  type Health,
  type HealthOptions,
} from "./observe/health.js";
export type { MappingReader } from "./snapshot/mapping-snapshot.js";
export type { SequenceReader } from "./snapshot/sequence-snapshot.js";
export type {
  GroupView,
  Range,
  RecordList,
  SortedList,
  SortedView,
  TextRange,
  UniqueView,
} from "./snapshot/views.js";
