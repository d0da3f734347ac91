import { Option, type Command } from 'commander';
import { isLoopback, type Authentication } from '../api/options.js';
import { list, port } from './options.js';
import { UsageError } from './usage.js';

/** Options of commands that serve the API. */
export interface ApiFlags {
  readonly host: string;
  readonly port: number;
  readonly auth?: 'none' | 'kubernetes';
  readonly audience: readonly string[];
}

/** Named so that no Service of Kubernetes can put a variable of the same name into a pod. */
export function addApiFlags(command: Command): Command {
  return command
    .addOption(new Option('--host <address>', 'where the API listens').default('127.0.0.1').env('SERINUS_LISTEN_HOST'))
    .addOption(
      new Option('--port <port>', 'port of the API; 0 takes any that is free')
        .default(8080)
        .env('SERINUS_LISTEN_PORT')
        .argParser(port),
    )
    .addOption(
      new Option(
        '--auth <kind>',
        'none: whoever reaches it may do everything; kubernetes: bearer tokens and RBAC (default: none on loopback, else kubernetes)',
      )
        .choices(['none', 'kubernetes'])
        .env('SERINUS_AUTH'),
    )
    .addOption(
      new Option('--audience <list>', 'audiences that tokens must be meant for (default: that of the API server)')
        .default([], 'none')
        .env('SERINUS_AUDIENCE')
        .argParser(list),
    );
}

/** @throws UsageError where it would be open to everybody in the network */
export function authenticationOf({ host, auth, audience }: ApiFlags): Authentication {
  const open = isLoopback(host);
  if (auth === 'none' && !open) {
    throw new UsageError(`--auth none is for loopback only: leave it out with --host ${host}, or use --host 127.0.0.1`);
  }
  return (auth ?? (open ? 'none' : 'kubernetes')) === 'none'
    ? { kind: 'none' }
    : { kind: 'kubernetes', audiences: audience };
}
