/**
 * Other processes and threads that take part in a measurement: a producer beside the consumer, a server beside the
 * load. They are asked for one thing at a time and answer with numbers; what they hold is theirs.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { parentPort, Worker } from "node:worker_threads";
import type { Numbers } from "./child.js";

/** What a partner can be asked for, by name. */
export type Tasks = Readonly<Record<string, (argument: number) => Numbers | Promise<Numbers>>>;

interface Question {
  readonly task: string;
  readonly argument: number;
}

type Answer = { readonly numbers: Numbers } | { readonly error: string };

export interface Partner {
  /** Rejects when the task failed, or the process ended. */
  ask(task: string, argument?: number): Promise<Numbers>;
  stop(): Promise<void>;
}

/** Starts the compiled file beside `from`, `startPartner(import.meta.url, "./producer.js", url)`. */
export function startPartner(from: string, file: string, ...args: readonly string[]): Partner {
  const started = fork(fileURLToPath(new URL(file, from)), args, {
    execArgv: ["--expose-gc"],
    // Our own output is the numbers alone.
    stdio: ["ignore", 2, 2, "ipc"],
  });
  const ended = once(started, "exit").then(() => {
    throw new Error(`${file} ended with ${started.exitCode ?? started.signalCode}`);
  });
  ended.catch(() => undefined);
  const ask = async (task: string, argument = 0): Promise<Numbers> => {
    const answered = once(started, "message") as Promise<[Answer]>;
    started.send({ task, argument } satisfies Question);
    const [answer] = await Promise.race([answered, ended]);
    if ("error" in answer) throw new Error(`${file} could not ${task}: ${answer.error}`);
    return answer.numbers;
  };
  const stop = async (): Promise<void> => {
    if (started.connected) started.disconnect();
    await ended.catch(() => undefined);
  };
  return { ask, stop };
}

/** The same as a thread of this process. */
export function startThread(from: string, file: string, workerData: unknown): Partner {
  const started = new Worker(new URL(file, from), { workerData });
  const ask = async (task: string, argument = 0): Promise<Numbers> => {
    const answered = once(started, "message") as Promise<[Answer]>;
    started.postMessage({ task, argument } satisfies Question);
    const [answer] = await answered;
    if ("error" in answer) throw new Error(`${file} could not ${task}: ${answer.error}`);
    return answer.numbers;
  };
  return { ask, stop: async () => void (await started.terminate()) };
}

/** In the partner: answers until the process that asks is done, then closes what it opened. */
export function answer(tasks: Tasks, close: () => Promise<void> | void): void {
  (parentPort ?? process).on("message", (question: Question) => void reply(tasks, question));
  process.once("disconnect", () => void close());
}

async function reply(tasks: Tasks, { task, argument }: Question): Promise<void> {
  const answer = await answerTo(tasks, task, argument);
  if (parentPort === null) process.send?.(answer);
  else parentPort.postMessage(answer);
}

async function answerTo(tasks: Tasks, task: string, argument: number): Promise<Answer> {
  try {
    const todo = tasks[task];
    if (todo === undefined) throw new Error("no such task");
    return { numbers: await todo(argument) };
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
