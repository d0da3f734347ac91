import { BlockList, isIP } from 'node:net';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { RateLimits } from '../../api/auth/limits.js';
import { isLoopback, type Authentication } from '../../api/options.js';
import { addLinkFlags, type LinkFlags } from './link-flags.js';
import { addLoginFlags, oidcSettingsOf, type LoginFlags } from './login-flags.js';
import { list, port } from './engine-flags.js';
import { addSlackFlags, type SlackFlags } from './slack-flags.js';
import { UsageError } from '../usage.js';

/** Options of commands that serve the API. */
export interface ApiFlags extends LoginFlags, LinkFlags, SlackFlags {
  readonly host: string;
  readonly port: number;
  readonly auth?: Authentication['kind'];
  readonly audience: readonly string[];
  readonly rateLimit: number;
  readonly rateLimitChanges: number;
  readonly rateLimitLogins: number;
  readonly trustedProxies: readonly string[];
}

/** Named so that no Kubernetes Service can put a variable of the same name into a pod. */
export function addApiFlags(command: Command): Command {
  command
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
        'none: whoever reaches it may do everything; kubernetes: bearer tokens and RBAC; oidc: the same, and logins with a browser (default: oidc with --oidc-issuer-url, else none on loopback, else kubernetes)',
      )
        .choices(['none', 'kubernetes', 'oidc'])
        .env('SERINUS_AUTH'),
    )
    .addOption(
      new Option('--audience <list>', 'audiences that tokens must be meant for (default: that of the API server)')
        .default([], 'none')
        .env('SERINUS_AUDIENCE')
        .argParser(list),
    );
  return addSlackFlags(addLinkFlags(addLimitFlags(addLoginFlags(command))));
}

function addLimitFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--rate-limit <count>', 'requests of one user a minute, for each process; 0 for no limit')
        .default(1_200)
        .env('SERINUS_RATE_LIMIT')
        .argParser(count),
    )
    .addOption(
      new Option('--rate-limit-changes <count>', 'requests of one user a minute that change something')
        .default(120)
        .env('SERINUS_RATE_LIMIT_CHANGES')
        .argParser(count),
    )
    .addOption(
      new Option(
        '--rate-limit-logins <count>',
        'logins, uses of links, and wrong tokens from one address a minute, each counted apart',
      )
        .default(60)
        .env('SERINUS_RATE_LIMIT_LOGINS')
        .argParser(count),
    )
    .addOption(
      new Option('--trusted-proxies <list>', 'addresses and networks whose X-Forwarded-… headers are believed')
        .default([], 'none')
        .env('SERINUS_TRUSTED_PROXIES')
        .argParser(networks),
    );
}

/** @throws UsageError where everybody in the network would have access */
export function authenticationOf(flags: ApiFlags): Authentication {
  const { host, auth, audience, oidcIssuerUrl } = flags;
  const open = isLoopback(host);
  if (auth === 'none' && !open) {
    throw new UsageError(`--auth none is for loopback only: leave it out with --host ${host}, or use --host 127.0.0.1`);
  }
  const kind = auth ?? (oidcIssuerUrl !== undefined ? 'oidc' : open ? 'none' : 'kubernetes');
  if (kind === 'none' && flags.trustedProxies.length > 0) {
    throw new UsageError('--trusted-proxies needs authentication: with --auth none no request may come by a proxy');
  }
  if (kind === 'none') return { kind };
  return kind === 'oidc' ? { kind, audiences: audience, oidc: oidcSettingsOf(flags) } : { kind, audiences: audience };
}

/** On one's own machine, without authentication, there are no users to distinguish. */
export function limitsOf(flags: ApiFlags, { kind }: Authentication): { readonly limits?: RateLimits } {
  if (kind === 'none') return {};
  const { rateLimit: requests, rateLimitChanges: changes, rateLimitLogins: logins } = flags;
  return { limits: { requests, changes, logins } };
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0)
    throw new InvalidArgumentError('It must be a whole number, 0 for no limit.');
  return value;
}

function networks(text: string): string[] {
  const all = list(text);
  for (const one of all) {
    if (!isNetwork(one)) throw new InvalidArgumentError(`"${one}" is no address or network such as 10.0.0.0/8.`);
  }
  return all;
}

function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  if (prefix === undefined) return true;
  try {
    new BlockList().addSubnet(address, Number(prefix), family === 4 ? 'ipv4' : 'ipv6');
    return /^\d+$/.test(prefix);
  } catch {
    return false;
  }
}
