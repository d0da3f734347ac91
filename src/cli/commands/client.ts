import type { Command } from 'commander';
import { describeCommand } from '../client/describe.js';
import { diffCommand } from '../client/diff.js';
import { getCommand } from '../client/get.js';
import { historyCommand } from '../client/history.js';
import { orderCommands } from '../client/orders.js';
import { rolloutCommand } from '../client/rollout.js';
import { statusCommand } from '../client/status.js';

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
