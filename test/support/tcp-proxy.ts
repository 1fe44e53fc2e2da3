/** A TCP proxy that breaks connections the way networks do, for tests of what happens then. */
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

/** Accepts connections on a free loopback port and passes them on to the target's port. */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const server = createServer({ allowHalfOpen: true });
  const proxy = new TcpProxy(server, targetPort);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return proxy;
}

type Pair = readonly [client: Socket, target: Socket];

export class TcpProxy {
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  #targetPort: number;
  #hole: "none" | "both" | "replies" = "none";
  #delayMs = 0;
  #mostReplyBytes = Infinity;
  #truncated = 0;
  #isRefusing = false;
  #isHolding = false;
  #deafTo: string | undefined;
  #seen = "";
  #waiting: (() => void)[] = [];

  constructor(server: Server, targetPort: number) {
    this.#server = server;
    this.#targetPort = targetPort;
    server.on("connection", (client) => {
      if (this.#isRefusing) client.destroy();
      else
        this.#join(
          client,
          connect({ port: this.#targetPort, host: "127.0.0.1", allowHalfOpen: true }),
        );
    });
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("it was stopped");
    return address.port;
  }

  /** From now on new connections lead to another server, as after a failover; those that exist are closed. */
  retarget(port: number): void {
    this.#targetPort = port;
    this.cut();
  }

  /** Closes all connections; new ones are accepted. */
  cut(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
  }

  /** Closes all connections, and new ones at once; `heal` ends it. */
  refuse(): void {
    this.#isRefusing = true;
    this.cut();
  }

  /** Nothing comes back any more once a client has sent `text`: the answer to that is the first that is lost. */
  loseAnswersFrom(text: string): void {
    this.#deafTo = text;
  }

  /** From now on nothing is passed in these directions, and no connection is closed; new ones suffer alike. */
  blackHole(directions: "both" | "replies"): void {
    this.#hole = directions;
  }

  /** From now on everything is passed so many milliseconds later, in both directions; `heal` ends it. */
  delay(ms: number): void {
    this.#delayMs = ms;
  }

  /** From now on a connection is closed after so many bytes of replies; `heal` ends it. */
  truncate(afterBytes: number): void {
    this.#mostReplyBytes = afterBytes;
  }

  /** How many connections were closed so. */
  get truncated(): number {
    return this.#truncated;
  }

  /** From now on what a server says arrives only when it has closed the connection, all at once. */
  holdReplies(): void {
    this.#isHolding = true;
  }

  get connections(): number {
    return this.#pairs.size;
  }

  /** Ends a black hole and closes nothing: connections that lost something stay as they are. */
  passAgain(): void {
    this.#hole = "none";
  }

  /** Passes everything again, on connections made from now on; those that lost something are closed. */
  heal(): void {
    this.#hole = "none";
    this.#delayMs = 0;
    this.#mostReplyBytes = Infinity;
    this.#isRefusing = false;
    this.#isHolding = false;
    this.#deafTo = undefined;
    this.cut();
  }

  /** How often clients sent `text` since the last call that asked for something sent. */
  sentTimes(text: string): number {
    const times = this.#seen.split(text).length - 1;
    this.#seen = "";
    return times;
  }

  /** Resolves when the bytes that clients sent since the last call contain `text`. */
  sent(text: string): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!this.#seen.includes(text)) return;
        this.#seen = "";
        this.#waiting = this.#waiting.filter((one) => one !== check);
        resolve();
      };
      this.#waiting.push(check);
      check();
    });
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.cut();
    await once(this.#server, "close");
  }

  #join(client: Socket, target: Socket): void {
    const pair: Pair = [client, target];
    this.#pairs.add(pair);
    const held: Buffer[] = [];
    let replyBytes = 0;
    client.on("data", (data) => {
      const text = data.toString("latin1");
      this.#seen += text;
      if (this.#deafTo !== undefined && text.includes(this.#deafTo)) this.#hole = "replies";
      for (const check of this.#waiting) check();
      if (this.#hole !== "both") this.#later(() => target.write(data));
    });
    target.on("data", (data) => {
      if (this.#hole !== "none") return;
      if (this.#isHolding) return void held.push(data);
      const passed = data.subarray(0, Math.max(0, this.#mostReplyBytes - replyBytes));
      replyBytes += data.length;
      if (passed.length === data.length) return this.#later(() => client.write(passed));
      this.#truncated++;
      this.#later(() => client.end(passed));
    });
    client.on("end", () => this.#later(() => target.end()));
    target.on("end", () => this.#later(() => client.end(Buffer.concat(held))));
    for (const socket of pair) {
      socket.on("error", () => undefined);
      socket.on("close", () => {
        this.#pairs.delete(pair);
        for (const other of pair) other.destroy();
      });
    }
  }

  /** In order: timers of one length fire in the order in which they were set. */
  #later(pass: () => unknown): void {
    if (this.#delayMs === 0) pass();
    else setTimeout(pass, this.#delayMs);
  }
}
