import type { CanarySummary } from '../../api/schema/canary.js';
import { EXIT } from './exit-codes.js';
import { CommandFailed } from './failed.js';

interface Lists {
  canaries(namespace: string | undefined): Promise<readonly CanarySummary[]>;
}

/** The Canary doesn't exist there; for users who may list all namespaces the message names the right one. */
export async function notHere(client: Lists, name: string, namespace: string): Promise<CommandFailed> {
  const message = `there is no Canary "${name}" in namespace "${namespace}"`;
  return new CommandFailed(EXIT.error, message, await elsewhere(client, name));
}

/** @returns undefined where there is none of that name, or it is unknown */
export async function elsewhere(client: Lists, name: string): Promise<string | undefined> {
  const all = await client.canaries(undefined).catch(() => []);
  const [home, ...more] = all.filter((canary) => canary.name === name).map((canary) => canary.namespace);
  if (home === undefined) return undefined;
  const where = more.length === 0 ? `it is in namespace "${home}"` : `there are ones in ${[home, ...more].join(', ')}`;
  return `${where}: use -n ${home}`;
}

/** The Canary's name in a refusal by the API. */
export function unknownCanaryIn(message: string): string | undefined {
  return /^there is no Canary "([^"]+)" in namespace "/.exec(message)?.[1];
}
