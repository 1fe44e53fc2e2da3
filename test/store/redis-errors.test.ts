/** What the texts of servers and of ioredis mean: which failures are tried again, and which are for good. */
import { expect, test } from "vitest";
import {
  isNoScript,
  isWrongServer,
  kindOfFailure,
  type FailureKind,
} from "../../runtime/src/store/redis/redis-errors.js";
import { DeadlineError } from "../../runtime/src/store/redis/deadline.js";

function reply(message: string): Error {
  return Object.assign(new Error(message), { name: "ReplyError" });
}

/** As Redis says them, each code of protocol.md's list. */
const REFUSALS: readonly string[] = [
  "READONLY You can't write against a read only replica.",
  "LOADING Redis is loading the dataset in memory",
  "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
  "CLUSTERDOWN The cluster is down",
  "MOVED 5798 127.0.0.1:7001",
  "ASK 5798 127.0.0.1:7001",
  "TRYAGAIN Multiple keys request during rehashing of slot",
  "EXECABORT Transaction discarded because of previous errors.",
  "NOSCRIPT No matching script. Please use EVAL.",
  "NOREPLICAS Not enough good replicas to write.",
  "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.",
  "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.",
  "OOM command not allowed when used memory > 'maxmemory'.",
];

test.each(REFUSALS)("refused for now: %s", (message) => {
  expect(kindOfFailure(reply(message))).toBe("refused");
  // Redis 6.2 gives it like that when a command in a script is refused.
  const inScripts = [
    `ERR Error running script (call to f_0a1b): @user_script:12: @user_script: 12: -${message}`,
    `ERR Error running script (call to f_0a1b): @user_script:1: -${message}`,
    `ERR Error running script (call to f_0a1b): @enable_strict_lua:15: user_script:3: -${message}`,
  ];
  expect(inScripts.map((text) => kindOfFailure(reply(text)))).toEqual(Array(3).fill("refused"));
});

const OTHERS: readonly (readonly [FailureKind, Error])[] = [
  ["refused", reply("ERR Script attempted to access a non local key in a cluster node")],
  ["refused", new Error("Too many Cluster redirections. Last error: ReplyError: ASK 1 :7001")],
  ["unsent", new Error("Stream isn't writeable and enableOfflineQueue options is false")],
  ["unsent", new Error("Cluster isn't ready and enableOfflineQueue options is false")],
  ["unknown", new Error("Connection is closed.")],
  ["unknown", new Error("read ECONNRESET")],
  ["unknown", new DeadlineError("no reply to EVALSHA in time")],
  ["final", reply("NOPERM this user has no permissions to run the 'evalsha' command")],
  ["final", reply("WRONGTYPE Operation against a key holding the wrong kind of value")],
  ["final", reply("BUSYGROUP Consumer Group name already exists")],
  ["final", reply("ERR a value that says OOM or -BUSY of itself")],
  [
    "final",
    reply("ERR Error running script (call to f_0a1b): @user_script:1: -WRONGTYPE Operation"),
  ],
  [
    "final",
    reply("ERR Error running script (call to f_0a1b): @user_script:1: attempt to index nil"),
  ],
];

test.each(OTHERS)("%s: %s", (kind, error) => {
  expect(kindOfFailure(error)).toBe(kind);
});

test("another connection is made where the server is no master, not where it only waits", () => {
  const isWrong = (code: string): boolean => isWrongServer(reply(`${code} says the server`));
  expect(REFUSALS.map((each) => each.split(" ")[0] ?? "").filter(isWrong)).toEqual([
    "READONLY",
    "MASTERDOWN",
  ]);
  const inScript = "ERR Error running script (call to f_0a1b): @user_script:1: -READONLY You can't";
  expect(isWrongServer(reply(inScript))).toBe(true);
  expect(REFUSALS.filter((each) => isNoScript(reply(each)))).toHaveLength(1);
});
