import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { usernamePrefixOf, type OidcSettings } from '../../api/auth/oidc/settings.js';
import { isLoopback } from '../../api/options.js';
import { parseGoDuration } from '../../crds/duration.js';
import { messageOf } from '../../errors.js';
import { list } from './engine-flags.js';
import { secretKeysOf } from './secret-keys.js';
import { UsageError } from '../usage.js';

/** Of a key that seals sessions. */
const KEY_BYTES = 32;

/** How people log in with a browser. `--oidc-…` have the same meaning as for the API server of Kubernetes. */
export interface LoginFlags {
  readonly externalUrl?: string;
  readonly oidcIssuerUrl?: string;
  readonly oidcClientId?: string;
  readonly oidcClientSecretFile?: string;
  readonly oidcScopes: readonly string[];
  readonly oidcUsernameClaim: string;
  readonly oidcUsernamePrefix?: string;
  readonly oidcGroupsClaim?: string;
  readonly oidcGroupsPrefix: string;
  readonly oidcRequiredClaim: readonly string[];
  readonly sessionDuration: number;
  readonly sessionKeysFile?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const SECRET = 'SERINUS_OIDC_CLIENT_SECRET';
const KEYS = 'SERINUS_SESSION_KEYS';

export function addLoginFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--external-url <url>', 'where browsers reach the API, with --auth oidc').env('SERINUS_EXTERNAL_URL'),
    )
    .addOption(
      new Option('--oidc-issuer-url <url>', 'OpenID Connect issuer at which people log in').env(
        'SERINUS_OIDC_ISSUER_URL',
      ),
    )
    .addOption(new Option('--oidc-client-id <id>', 'what the issuer knows Serinus by').env('SERINUS_OIDC_CLIENT_ID'))
    .addOption(
      new Option('--oidc-client-secret-file <path>', `file with the client secret (default: ${SECRET})`).env(
        'SERINUS_OIDC_CLIENT_SECRET_FILE',
      ),
    )
    .addOption(
      new Option('--oidc-scopes <list>', 'what is asked of the issuer')
        .default(['openid', 'profile', 'email'], 'openid,profile,email')
        .env('SERINUS_OIDC_SCOPES')
        .argParser(list),
    )
    .addOption(
      new Option('--oidc-username-claim <claim>', 'claim that is the name of the user')
        .default('sub')
        .env('SERINUS_OIDC_USERNAME_CLAIM'),
    )
    .addOption(
      new Option(
        '--oidc-username-prefix <prefix>',
        'put before the name; - for none (default: the issuer and #, or none for the claim email)',
      ).env('SERINUS_OIDC_USERNAME_PREFIX'),
    )
    .addOption(
      new Option('--oidc-groups-claim <claim>', 'claim that holds the groups of the user').env(
        'SERINUS_OIDC_GROUPS_CLAIM',
      ),
    )
    .addOption(
      new Option('--oidc-groups-prefix <prefix>', 'put before each group')
        .default('', 'none')
        .env('SERINUS_OIDC_GROUPS_PREFIX'),
    )
    .addOption(
      new Option('--oidc-required-claim <list>', 'claims that must have a value: name=value')
        .default([], 'none')
        .env('SERINUS_OIDC_REQUIRED_CLAIM')
        .argParser(list),
    )
    .addOption(
      new Option('--session-duration <duration>', 'after which people log in again')
        .default(28_800, '8h')
        .env('SERINUS_SESSION_DURATION')
        .argParser(duration),
    )
    .addOption(
      new Option(
        '--session-keys-file <path>',
        `file with the keys that seal sessions, one a line; the first seals, all open (default: ${KEYS})`,
      ).env('SERINUS_SESSION_KEYS_FILE'),
    );
}

/** @throws UsageError where something is missing or invalid; secrets aren't in the message */
export function oidcSettingsOf(flags: LoginFlags, environment: Environment = process.env): OidcSettings {
  const issuer = address('--oidc-issuer-url', flags.oidcIssuerUrl, 'https://login.example.com');
  const origin = originOf(flags.externalUrl);
  const { oidcUsernameClaim: usernameClaim, oidcGroupsClaim: groupsClaim, oidcScopes: scopes } = flags;
  return {
    issuer,
    clientId: demanded('--oidc-client-id', flags.oidcClientId),
    clientSecret: secret(flags.oidcClientSecretFile, '--oidc-client-secret-file', environment[SECRET]),
    scopes: scopes.includes('openid') ? scopes : ['openid', ...scopes],
    claims: {
      usernameClaim,
      usernamePrefix: usernamePrefixOf(flags.oidcUsernamePrefix, usernameClaim, issuer),
      groupsClaim,
      groupsPrefix: flags.oidcGroupsPrefix,
      required: Object.fromEntries(flags.oidcRequiredClaim.map(pair)),
    },
    origin,
    sessionSeconds: flags.sessionDuration,
    sessionKeys: keysOf(secret(flags.sessionKeysFile, '--session-keys-file', environment[KEYS]), origin),
  };
}

function keysOf(text: string | undefined, origin: string): Uint8Array[] {
  if (text === undefined) {
    // Sessions end with the process, which does no harm on one's own machine; replicas couldn't open each other's.
    if (isLoopback(new URL(origin).hostname)) return [randomBytes(KEY_BYTES)];
    throw new UsageError(
      `--auth oidc needs keys that seal sessions: set ${KEYS} or --session-keys-file to the output of openssl rand -base64 32`,
    );
  }
  return secretKeysOf(text, `${KEYS} or --session-keys-file`);
}

/** Secrets come from a file or a variable: others on the machine can see flags. */
function secret(path: string | undefined, flag: string, variable: string | undefined): string | undefined {
  if (path === undefined) return variable?.trim() || undefined;
  try {
    return readFileSync(path, 'utf8').trim() || undefined;
  } catch (error) {
    throw new UsageError(`${flag} ${path}: it can't be read (${messageOf(error)})`);
  }
}

function originOf(url: string | undefined): string {
  const { origin, pathname, search } = new URL(address('--external-url', url, 'https://serinus.example.com'));
  if (pathname === '/' && search === '') return origin;
  throw new UsageError(`--external-url ${url}: it must have no path, such as ${origin}`);
}

/** HTTPS: the content opens everything that the user may do. */
function address(flag: string, url: string | undefined, example: string): string {
  const given = demanded(flag, url);
  const parsed = URL.canParse(given) ? new URL(given) : undefined;
  if (parsed?.protocol === 'https:' || (parsed?.protocol === 'http:' && isLoopback(parsed.hostname))) return given;
  throw new UsageError(`${flag} ${given}: it must be a URL such as ${example}; http is for loopback only`);
}

function demanded(flag: string, value: string | undefined): string {
  if (value) return value;
  throw new UsageError(`--auth oidc needs ${flag}`);
}

function pair(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new UsageError(`--oidc-required-claim ${text}: it must be name=value`);
}

function duration(text: string): number {
  const ms = parseGoDuration(text);
  if (ms === undefined || ms < 60_000) {
    throw new InvalidArgumentError('It must be a duration of a minute or more, such as 8h.');
  }
  return Math.floor(ms / 1000);
}
