#!/usr/bin/env node
import { main } from "../dist/main.js";

// Who reads the output may have read enough, as head has: a command goes on to its end all the same.
process.stdout.on("error", (error) => {
  if (error.code !== "EPIPE") throw error;
});
// What an app leaves unhandled is an error, and not what 1 says.
process.on("uncaughtException", (error) => {
  console.error(error);
  process.exit(2);
});
process.exitCode = await main(process.argv.slice(2));
// What an app opened for a command, a pool of connections for instance, would keep the process alive.
process.stdout.write("", () => {
  process.stderr.write("", () => {
    process.exit();
  });
});
