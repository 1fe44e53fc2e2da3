/**
 * What the Redis store needs of a client. ioredis 5 and 6, its Cluster and iovalkey have it as they are; for
 * another client these eight members are the adapter.
 */
export interface RedisClient {
  /** `ready` when commands can be sent, `end` when the client will not connect again. */
  readonly status: string;
  readonly isCluster: boolean;
  /** What the client was made with. Without it all is the same, only large segments come more slowly. */
  readonly options?: object;
  /** Its socket, once it began to connect: what goes wrong on that after it was disconnected must not end the process. */
  readonly stream?: { on(event: "error", listener: (error: Error) => void): unknown };
  /**
   * Another client for the same servers, not connected yet. The store asks for neither an offline queue nor
   * automatic resending. `first` are the options, of a Cluster the start nodes (empty: the same); `second`
   * are the options of a Cluster.
   */
  duplicate(first?: object, second?: object): RedisClient;
  connect(): Promise<unknown>;
  /** Ends this connection and does not come back. */
  disconnect(): void;
  /** Sends a command; bulk replies are Buffers, missing ones null, integers numbers. */
  callBuffer(command: string, args: (string | Buffer | number)[]): Promise<unknown>;
  /** Of a Cluster: a client for each of its masters. Without it `push({ replicas })` works with one server only. */
  nodes?(role: "master"): readonly RedisClient[];
  subscribe(...channels: string[]): Promise<unknown>;
  on(event: "ready" | "end", listener: () => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "message", listener: (channel: string, text: string) => void): unknown;
}
