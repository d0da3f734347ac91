import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { answer, type Answer } from './answer.js';

/** The load tester's own host names, besides addresses and `localhost`. */
export interface OwnNames {
  /** Host names, `*.` before one for all below it, or `*` for any. */
  readonly allowedHosts: readonly string[];
  /** Whether callers must send a token, which no page of another site has. */
  readonly tokenDemanded: boolean;
}

/**
 * Detects requests that another site's page made a browser send. The load tester has no page of its own, so a request
 * that names an origin is refused; and a foreign host name may have been pointed here (DNS rebinding).
 *
 * @returns undefined where nothing speaks against the request
 */
export function foreignRequest(headers: IncomingHttpHeaders, names: OwnNames): Answer | undefined {
  if (headers.origin !== undefined) return refused(`it comes from a web page (Origin: ${shown(headers.origin)})`);
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'none') {
    return refused(`it comes from a web page (Sec-Fetch-Site: ${shown(String(site))})`);
  }
  const host = hostIn(headers.host);
  if (host === undefined || isOwn(host, names)) return undefined;
  return answer(421, `refused: the load tester isn't called ${shown(host)}; --allowed-hosts adds names`);
}

function isOwn(host: string, { allowedHosts, tokenDemanded }: OwnNames): boolean {
  if (host === 'localhost' || isIP(host) !== 0) return true;
  if (allowedHosts.some((allowed) => covers(allowed, host))) return true;
  return tokenDemanded && isServiceName(host);
}

function covers(allowed: string, host: string): boolean {
  if (allowed === '*') return true;
  const name = allowed.toLowerCase();
  return name.startsWith('*.') ? host.endsWith(name.slice(1)) : host === name;
}

/**
 * A Service's name within a cluster: `name`, `name.namespace`, `name.namespace.svc` and so on. A namespace may have the
 * name of a public domain, so that alone isn't enough without a token.
 */
function isServiceName(host: string): boolean {
  const [, , third] = host.split('.');
  return third === undefined || third === 'svc';
}

/** Without its port, and the brackets of an IPv6 address. */
function hostIn(header: string | undefined): string | undefined {
  if (header === undefined || header === '') return undefined;
  const [, bracketed, plain] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(header) ?? [];
  return (bracketed ?? plain ?? header).toLowerCase().replace(/\.$/, '');
}

function refused(why: string): Answer {
  return answer(403, `refused: ${why}`);
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
