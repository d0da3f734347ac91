import type { Command } from 'commander';
import { describeCommand } from './describe.js';
import { diffCommand } from './diff.js';
import { getCommand } from './get.js';
import { historyCommand } from './history.js';
import { orderCommands } from './orders.js';
import { rolloutCommand } from './rollout.js';
import { statusCommand } from './status.js';

/** Commands that talk to the API. */
export function clientCommands(): Command[] {
  return [
    getCommand(),
    describeCommand(),
    historyCommand(),
    diffCommand(),
    statusCommand(),
    rolloutCommand(),
    ...orderCommands(),
  ];
}
