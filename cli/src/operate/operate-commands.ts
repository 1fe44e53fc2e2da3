/** All commands on collections. */
import type { Command } from "commander";
import { pinSpec, rollbackSpec, unpinSpec } from "./heads-commands.js";
import { invalidateSpec } from "./invalidate-command.js";
import { operateCommand } from "./operate-command.js";
import { pushSpec } from "./push-command.js";
import { pruneSpec, purgeSpec } from "./remove-commands.js";
import { statusSpec } from "./status-command.js";

/** `exit` is told the exit code. */
export function operateCommands(exit: (code: number) => void): readonly Command[] {
  return [
    operateCommand(statusSpec, exit),
    operateCommand(pushSpec, exit),
    operateCommand(invalidateSpec, exit),
    operateCommand(pinSpec, exit),
    operateCommand(rollbackSpec, exit),
    operateCommand(unpinSpec, exit),
    operateCommand(pruneSpec, exit),
    operateCommand(purgeSpec, exit),
  ];
}
