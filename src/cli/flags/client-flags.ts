import { readFileSync } from 'node:fs';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { parseGoDuration } from '../../crds/duration.js';
import { messageOf } from '../../errors.js';
import { UsageError } from '../usage.js';
import { version } from '../version.js';
import { ApiClient } from '../client/api-client.js';

/** Options of every command that talks to the API. */
export interface ServerFlags {
  readonly server: string;
  readonly token?: string;
  readonly tokenFile?: string;
}

export interface NamespaceFlags {
  readonly namespace: string;
}

export type Format = 'table' | 'wide' | 'json' | 'yaml' | 'name';

export interface OutputFlags {
  readonly output: Format;
}

export function addServerFlags(command: Command): Command {
  const server = new Option('--server <url>', 'URL of the Serinus API').default('http://127.0.0.1:8080');
  return addTokenFlags(command.addOption(server.env('SERINUS_SERVER').argParser(serverUrl)));
}

/** For commands that work without a server; used only where it is named. */
export function addOptionalServerFlags(command: Command, description: string): Command {
  return addTokenFlags(command.addOption(new Option('--server <url>', description).argParser(serverUrl)));
}

function addTokenFlags(command: Command): Command {
  return command
    .addOption(new Option('--token <token>', 'bearer token; others can see it in the list of processes'))
    .addOption(new Option('--token-file <path>', 'file with the token (default: the variable SERINUS_TOKEN)'));
}

export function addNamespaceFlag(command: Command): Command {
  return command.addOption(
    new Option('-n, --namespace <name>', 'namespace of the Canary')
      .default('default')
      .env('SERINUS_NAMESPACE')
      .argParser(namespaceName),
  );
}

export function addOutputFlag(command: Command, formats: readonly Exclude<Format, 'table'>[]): Command {
  return command.addOption(
    new Option('-o, --output <format>', 'for programs, or more of it')
      .choices(formats)
      .default('table', 'text for people'),
  );
}

export interface LiveFlags extends ServerFlags, OutputFlags {
  readonly untilEnd?: boolean;
  /** Milliseconds; for ever where undefined. */
  readonly timeout?: number;
}

export function addLiveFlags(command: Command): Command {
  return command
    .option('--until-end', 'stop when the release under way has ended; the exit code says how it ended')
    .addOption(
      new Option(
        '--timeout <duration>',
        'give up after this, such as 10m; the release goes on (default: never)',
      ).argParser(duration),
    );
}

export function duration(text: string): number | undefined {
  const ms = parseGoDuration(text);
  if (ms === undefined || ms < 0) throw new InvalidArgumentError('It must be a duration such as 90s or 10m.');
  return ms === 0 ? undefined : ms;
}

/** @throws UsageError where the token can't be read */
export function clientOf(flags: ServerFlags): ApiClient {
  return new ApiClient({ server: flags.server, token: tokenOf(flags), userAgent: `serinus-cli/${version()}` });
}

function tokenOf({ token, tokenFile }: ServerFlags): string | undefined {
  if (token !== undefined && tokenFile !== undefined) throw new UsageError('use either --token or --token-file');
  const text = tokenFile === undefined ? (token ?? process.env['SERINUS_TOKEN']) : readToken(tokenFile);
  return text === undefined || text.trim() === '' ? undefined : text.trim();
}

function readToken(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`--token-file can't be read: ${messageOf(error)}`);
  }
}

function serverUrl(text: string): string {
  const protocol = URL.canParse(text) ? new URL(text).protocol : '';
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new InvalidArgumentError('It must be a URL such as http://127.0.0.1:8080.');
  }
  return text;
}

/** As Kubernetes has them (RFC 1123). */
export function namespaceName(text: string): string {
  if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text)) {
    throw new InvalidArgumentError('It must be the name of a namespace, such as shop.');
  }
  return text;
}
