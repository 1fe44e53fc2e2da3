#!/usr/bin/env node
import { main } from "../dist/main.js";

// Who reads the output may have read enough, as head has.
process.stdout.on("error", (error) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});
process.exitCode = await main(process.argv.slice(2));
// What an app opened for a command, a pool of connections for instance, would keep the process alive.
process.stdout.write("", () => {
  process.stderr.write("", () => {
    process.exit();
  });
});
