/** A TCP proxy that breaks connections the way networks do, for tests of what happens then. */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

export interface TcpProxy {
  readonly port: number;
  /** Closes all connections; new ones are accepted. */
  cut(): void;
  /** From now on nothing is passed in these directions, and no connection is closed; new ones suffer alike. */
  blackHole(directions: "both" | "replies"): void;
  /** Passes everything again and closes nothing: connections that lost something stay as they are. */
  passAgain(): void;
  /** Passes everything again, on connections made from now on; those that lost something are closed. */
  heal(): void;
  /** Resolves when the bytes that clients sent since the last call contain `text`. */
  sent(text: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const pairs = new Set<readonly [client: Socket, target: Socket]>();
  let hole: "none" | "both" | "replies" = "none";
  let seen = "";
  let waiting: (() => void)[] = [];
  const server = createServer((client) => {
    const target = connect(targetPort, "127.0.0.1");
    const pair = [client, target] as const;
    pairs.add(pair);
    client.on("data", (data) => {
      seen += data.toString("latin1");
      for (const check of waiting) check();
      if (hole !== "both") target.write(data);
    });
    target.on("data", (data) => {
      if (hole === "none") client.write(data);
    });
    for (const socket of pair) {
      socket.on("error", () => undefined);
      socket.on("close", () => {
        pairs.delete(pair);
        for (const other of pair) other.destroy();
      });
    }
  });
  const cut = (): void => {
    for (const pair of pairs) for (const socket of pair) socket.destroy();
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port was given");
  return {
    port: address.port,
    cut,
    blackHole: (directions) => {
      hole = directions;
    },
    passAgain: () => {
      hole = "none";
    },
    heal: () => {
      hole = "none";
      cut();
    },
    sent: (text) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (!seen.includes(text)) return;
          seen = "";
          waiting = waiting.filter((one) => one !== check);
          resolve();
        };
        waiting.push(check);
        check();
      }),
    stop: async () => {
      server.close();
      cut();
      await once(server, "close");
    },
  };
}
