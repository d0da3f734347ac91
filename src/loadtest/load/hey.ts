import { UserError } from '../../errors.js';
import { checkLoadSpec, LIMITS, type LoadSpec } from './spec.js';

/** hey's flags that are supported here, with their defaults. */
interface Flags {
  z: string;
  q: string;
  c: string;
  n: string;
  t: string;
  m: string;
  d: string;
  A: string;
  T: string;
  host: string;
  /** `-H`, in the order given. */
  readonly headers: string[];
  readonly switches: Set<string>;
}

type ValueFlag = Exclude<keyof Flags, 'headers' | 'switches'>;

/** Those without a value. Over http, hey speaks HTTP/1.1 even with `-h2`; this generator always does. */
const SWITCHES: ReadonlySet<string> = new Set(['h2', 'disable-keepalive', 'disable-compression', 'disable-redirects']);
const GO_TRUE = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);
const GO_FALSE = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False']);

function defaults(): Flags {
  const numbers = { z: '0', q: '0', c: '50', n: '200', t: '20' };
  const request = { m: 'GET', d: '', A: '', T: 'text/html', host: '' };
  return { ...numbers, ...request, headers: [], switches: new Set() };
}

/**
 * Parses the command line of the load generator `hey` into a load of our own.
 *
 * Differences: redirects are counted, not followed (as with `-disable-redirects`); `-n` is met exactly, where hey
 * rounds down to a multiple of `-c`; `-t 0` means the longest possible timeout; and https uses HTTP/1.1 even with
 * `-h2`.
 *
 * @param argv the words of the command line, with or without `hey` in front
 * @param name of the load in reports
 * @throws UserError that names the flag which is unknown, lacks its value, or is invalid
 */
export function fromHey(argv: readonly string[], name = 'hey'): LoadSpec {
  const { flags, url } = readFlags(argv[0] === 'hey' ? argv.slice(1) : argv);
  const seconds = durationOf(flags.z);
  const connections = wholeOf('c', flags.c);
  const requests = wholeOf('n', flags.n);
  const rate = numberOf('q', flags.q);
  const timeout = wholeOf('t', flags.t);
  if (seconds <= 0 && requests < connections) throw problem('n', 'cannot be less than -c');
  const spec: LoadSpec = {
    name,
    url,
    method: flags.m.toUpperCase(),
    headers: headersOf(flags),
    ...(flags.host === '' ? {} : { host: flags.host }),
    ...(flags.d === '' ? {} : { body: flags.d }),
    connections,
    ...(rate > 0 ? { requestsPerSecond: rate } : {}),
    until: seconds > 0 ? { seconds } : { requests },
    timeoutSeconds: timeout > 0 ? timeout : LIMITS.timeoutSeconds,
    keepAlive: !flags.switches.has('disable-keepalive'),
    skipTlsVerify: true, // as hey does
  };
  checkLoadSpec(spec);
  return spec;
}

/** Go's `flag` package: one or two dashes, `-flag value` or `-flag=value`, and the first other word ends the flags. */
function readFlags(words: readonly string[]): { flags: Flags; url: string } {
  const flags = defaults();
  let at = 0;
  for (; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '--') {
      at++;
      break;
    }
    const [, name, attached] = /^--?([^=]+)(?:=([\s\S]*))?$/.exec(word) ?? [];
    if (name === undefined) break;
    if (SWITCHES.has(name)) {
      setSwitch(flags, name, attached ?? 'true');
      continue;
    }
    if (name !== 'H' && !isValueFlag(flags, name)) throw unknown(name);
    const value = attached ?? words[++at];
    if (value === undefined) throw problem(name, 'needs a value');
    if (name === 'H') flags.headers.push(value);
    else flags[name] = value;
  }
  const [url, extra] = words.slice(at);
  if (url === undefined) throw new UserError('hey: the URL is missing');
  if (extra !== undefined) throw new UserError('hey: the URL comes last; hey would not read what follows it');
  return { flags, url };
}

function isValueFlag(flags: Flags, name: string): name is ValueFlag {
  return name !== 'headers' && name !== 'switches' && Object.hasOwn(flags, name);
}

function setSwitch(flags: Flags, name: string, value: string): void {
  if (GO_TRUE.has(value)) flags.switches.add(name);
  else if (GO_FALSE.has(value)) flags.switches.delete(name);
  else throw problem(name, 'takes true or false');
}

/** In hey's order of precedence: -T, then -H, then -A. Names are lower-cased: the last one counts, however written. */
function headersOf(flags: Flags): Record<string, string> {
  const headers: Record<string, string> = { 'content-type': flags.T };
  if (!flags.switches.has('disable-compression')) headers['accept-encoding'] = 'gzip';
  for (const line of flags.headers) {
    const [, name, value] = /^([\w-]+):\s*([\s\S]+)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) throw problem('H', 'takes "Name: value"');
    if (name.toLowerCase() === 'host') throw problem('H', 'cannot set Host; use -host');
    headers[name.toLowerCase()] = value;
  }
  if (flags.A !== '') headers['accept'] = flags.A;
  return headers;
}

/** A Go duration in hours, minutes, seconds and milliseconds, such as `1m30s`; in seconds. */
function durationOf(text: string): number {
  if (/^0+$/.test(text)) return 0;
  if (!/^(\d+(\.\d+)?(h|ms|m|s))+$/.test(text)) throw problem('z', 'takes a duration such as 30s or 1m');
  const unit: Readonly<Record<string, number>> = { h: 3_600, m: 60, s: 1, ms: 0.001 };
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/gy)];
  return parts.reduce((sum, [, amount = '', of = '']) => sum + Number(amount) * (unit[of] ?? NaN), 0);
}

function wholeOf(flag: string, text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw problem(flag, 'takes a whole number');
  return Number(text);
}

function numberOf(flag: string, text: string): number {
  if (!/^\d{1,15}(\.\d+)?$/.test(text)) throw problem(flag, 'takes a number');
  return Number(text);
}

/** A value without a blank before it looks like a part of its flag. */
function unknown(name: string): UserError {
  return problem(/^[\w-]{1,32}$/.test(name) ? name : `${name.slice(0, 1)}…`, 'is not supported here');
}

/** Names the flag, never its value: that may be a secret. */
function problem(flag: string, what: string): UserError {
  return new UserError(`hey: -${flag} ${what}`);
}
