/** The processes of a history and the faults that befall them. */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy.js";
import type { Answer, Order } from "./messages.js";

const PROGRAM = fileURLToPath(new URL("../../dist/test/linear/member.js", import.meta.url));

/** A process and its own way to the server. */
export class HistoryProcess {
  readonly proxy: TcpProxy;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #orders = 0;

  private constructor(proxy: TcpProxy) {
    this.proxy = proxy;
    this.#child = fork(PROGRAM);
    this.#child.on("message", (message) => {
      const answer = message as Answer;
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
  }

  static async start(serverPort: number): Promise<HistoryProcess> {
    return new HistoryProcess(await startTcpProxy(serverPort));
  }

  tell(order: Order): Promise<Answer> {
    const id = ++this.#orders;
    const answered = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    this.#child.send({ id, order });
    return answered;
  }

  suspend(): void {
    this.#child.kill("SIGSTOP");
  }

  resume(): void {
    this.#child.kill("SIGCONT");
  }

  async end(): Promise<void> {
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await gone;
    await this.proxy.stop();
  }
}
