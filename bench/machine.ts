/** What a reader must know about the machine to judge the numbers. */
import { arch, cpus, platform, release, totalmem } from "node:os";

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
  readonly node: string;
  readonly redis: string;
}

/** This machine. `redis` is the version of the server that the run uses. */
export function thisMachine(redis: string): Machine {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    memoryBytes: totalmem(),
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    redis,
  };
}

/** One line for people. */
export function describeMachine(machine: Machine): string {
  const gib = Math.round(machine.memoryBytes / 2 ** 30);
  return `${machine.cpu}, ${machine.cores} cores, ${gib} GiB; ${machine.system}; Node.js ${machine.node}, Redis ${machine.redis}`;
}
