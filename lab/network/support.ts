import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ServerCommand } from '../servers/server-spec.js';

const script = fileURLToPath(new URL('enter.sh', import.meta.url));
const TRIAL_MS = 10_000;

/** Whether this machine lets us have a network of our own, and if not, why. */
export type Support = { readonly possible: true } | { readonly possible: false; readonly why: string };

let known: Support | undefined;

/** Tries it once, with the very steps that a lab would take. */
export function ownNetworkSupport(): Support {
  known ??= tryIt();
  return known;
}

function tryIt(): Support {
  if (process.platform !== 'linux') return { possible: false, why: 'only Linux has network namespaces' };
  const { file, args } = inOwnNetwork({ file: 'true', args: [] });
  const { status, stderr, error } = spawnSync(file, args, { encoding: 'utf8', timeout: TRIAL_MS });
  if (status === 0) return { possible: true };
  const [line = ''] = (error?.message ?? stderr).trim().split('\n');
  return { possible: false, why: line === '' ? `unshare ended with ${status}` : line };
}

/**
 * The command that runs a command in a network of its own. Root stays whoever it is; anybody else is root in there, in a
 * user namespace, for only so may routes be set.
 */
export function inOwnNetwork({ file, args }: Pick<ServerCommand, 'file' | 'args'>): ServerCommand {
  const flags = process.getuid?.() === 0 ? ['--net'] : ['--net', '--map-root-user'];
  return { file: 'unshare', args: [...flags, '--', '/bin/sh', script, file, ...args] };
}
