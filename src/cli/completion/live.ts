import { Command } from 'commander';
import type { ApiClient } from '../client/api-client.js';
import { addServerFlags, clientOf, type ServerFlags } from '../flags/client-flags.js';
import type { Live } from './complete.js';

/** Longest wait for a completion, milliseconds. */
const PATIENCE_MS = 1_500;
const RELEASES = 20;

/** Asks the server that the flags name. Every failure counts as an empty result. */
export function liveFrom(words: readonly string[]): Live {
  const ask = async <T>(what: (client: ApiClient) => Promise<readonly T[]>): Promise<readonly T[]> => {
    try {
      return await withinPatience(what(clientOf(serverFlagsOf(words))));
    } catch {
      // A message would appear in the middle of the user's typing.
      return [];
    }
  };
  return {
    canaries: async (namespace) => (await ask((client) => client.canaries(namespace))).map(({ name }) => name),
    namespaces: async () => {
      const all = await ask((client) => client.canaries(undefined));
      return [...new Set(all.map(({ namespace }) => namespace))].sort();
    },
    releases: async (namespace, canary) =>
      (await ask((client) => client.history(namespace, canary, RELEASES, false))).map(({ id }) => id),
  };
}

function serverFlagsOf(words: readonly string[]): ServerFlags {
  const command = addServerFlags(new Command()).allowUnknownOption().allowExcessArguments().exitOverride();
  command.configureOutput({ writeErr: () => undefined });
  return command.parse([...words], { from: 'user' }).opts<ServerFlags>();
}

async function withinPatience<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('too late')), PATIENCE_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
