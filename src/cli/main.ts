#!/usr/bin/env node
import { Command } from 'commander';
import { messageOf } from '../errors.js';
import { allCommand, watchCommand, workerCommand } from './commands/engine.js';
import { loadTesterCommand } from './commands/loadtester.js';
import { version } from './version.js';

const program = new Command('serinus')
  .description('Progressive delivery for Kubernetes: every release is a durable Temporal workflow.')
  .version(version())
  .addCommand(allCommand())
  .addCommand(workerCommand())
  .addCommand(watchCommand())
  .addCommand(loadTesterCommand())
  .showHelpAfterError('(see --help)');

try {
  await program.parseAsync();
} catch (error) {
  console.error(`serinus: ${messageOf(error)}`);
  process.exitCode = 1;
}
