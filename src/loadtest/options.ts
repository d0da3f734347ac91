import { readFile } from 'node:fs/promises';
import { messageOf, UserError } from '../errors.js';
import type { GateKind } from './gates/store.js';
import type { LoadTesterLog } from './log.js';

/** Options of `serinus loadtester`. */
export interface LoadTesterOptions {
  /** Where to listen; 127.0.0.1 unless said otherwise. */
  readonly host?: string;
  /** 9090 unless said otherwise; 0 takes any free port. */
  readonly port?: number;
  /** How long a command may run; one hour unless said otherwise. */
  readonly timeoutSeconds?: number;
  /** Payloads from other namespaces are answered with 403. */
  readonly namespaceRegexp?: string;
  /** Programs that may be run in addition to {@link DEFAULT_PROGRAMS}. */
  readonly allow?: readonly string[];
  /**
   * Runs `cmd` by `sh -c` and `bash` by `bash -c`, as Flagger's load tester does: anyone who reaches the port can run
   * anything. The list of allowed programs means nothing then.
   */
  readonly allowShell?: boolean;
  /** A file with the token that requests must carry; needed wherever others than this machine reach the port. */
  readonly tokenFile?: string;
  /** Its own host names, besides addresses, `localhost` and, with a token, names of Services. */
  readonly allowedHosts?: readonly string[];
  /** Variables of the load tester's own environment that programs get in addition to PATH. */
  readonly passEnv?: readonly string[];
  /** A file in which open gates survive a restart. */
  readonly stateFile?: string;
  readonly log: LoadTesterLog;
  /** Called after a gate was opened or closed, and saved. */
  readonly onGate?: (kind: GateKind, name: string, namespace: string, open: boolean) => void;
}

/** Options with defaults, parsed and checked. */
export interface LoadTesterSettings {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
  readonly namespaces: RegExp | undefined;
  readonly programs: ReadonlySet<string>;
  readonly allowShell: boolean;
  readonly token: string | undefined;
  readonly allowedHosts: readonly string[];
  /** The environment of programs, except variables that a task sets itself. */
  readonly environment: Readonly<Record<string, string>>;
  readonly stateFile: string | undefined;
  readonly log: LoadTesterLog;
  readonly onGate: NonNullable<LoadTesterOptions['onGate']>;
}

/**
 * Programs that make load or single requests. The list excludes shells and everything else; it doesn't make these
 * programs harmless, since some of them write files or read scripts. So run the load tester without special
 * permissions.
 */
export const DEFAULT_PROGRAMS: readonly string[] = [
  'hey',
  'wrk',
  'wrk2',
  'ghz',
  'k6',
  'vegeta',
  'oha',
  'fortio',
  'ab',
  'curl',
  'grpc_health_probe',
  'autocannon',
];

/** Node's timers last at most 24 days. */
const LONGEST_TIMEOUT_SECONDS = 7 * 86_400;

/** @throws UserError that names the option */
export async function settingsOf(options: LoadTesterOptions): Promise<LoadTesterSettings> {
  const { timeoutSeconds = 3_600, allow = [] } = options;
  if (!(timeoutSeconds > 0 && timeoutSeconds <= LONGEST_TIMEOUT_SECONDS)) {
    throw new UserError('--timeout: use a duration above zero and up to 168h');
  }
  const path = allow.find((program) => !/^[^\s/]+$/.test(program));
  if (path !== undefined) throw new UserError(`--allow: ${JSON.stringify(path)} is not the bare name of a program`);
  const wrong = options.passEnv?.find((name) => !/^[A-Za-z_]\w*$/.test(name));
  if (wrong !== undefined) throw new UserError(`--pass-env: ${JSON.stringify(wrong)} is not the name of a variable`);
  const host = options.host ?? '127.0.0.1';
  const token = await tokenOf(options.tokenFile);
  if (token === undefined && !isLoopback(host)) {
    throw new UserError(
      `--token-file is needed with --host ${host}: whoever reaches the port could run programs and open gates; without it use --host 127.0.0.1`,
    );
  }
  return {
    host,
    port: options.port ?? 9_090,
    timeoutMs: timeoutSeconds * 1_000,
    namespaces: regexpOf(options.namespaceRegexp),
    programs: new Set([...DEFAULT_PROGRAMS, ...allow]),
    allowShell: options.allowShell ?? false,
    token,
    allowedHosts: options.allowedHosts ?? [],
    environment: environmentOf(['PATH', ...(options.passEnv ?? [])]),
    stateFile: options.stateFile,
    log: options.log,
    onGate: options.onGate ?? (() => undefined),
  };
}

function regexpOf(text: string | undefined): RegExp | undefined {
  if (text === undefined || text === '') return undefined;
  try {
    return new RegExp(text);
  } catch (cause) {
    throw new UserError(`--namespace-regexp: ${messageOf(cause)}`, { cause });
  }
}

async function tokenOf(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  let token: string;
  try {
    token = (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    throw new UserError(`--token-file: ${messageOf(cause)}`, { cause });
  }
  if (token === '') throw new UserError(`--token-file: ${file} is empty`);
  return token;
}

/**
 * Which variables of our own environment programs get: it may hold keys that must be hidden from the authors of
 * commands.
 *
 * @param names variables; those that aren't set are left out
 */
function environmentOf(names: readonly string[]): Record<string, string> {
  const set = names.map((name) => [name, process.env[name]] as const);
  return Object.fromEntries(set.filter((pair): pair is [string, string] => pair[1] !== undefined));
}

/** Whether only this machine reaches what listens there. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
