import type { FastifyRequest } from 'fastify';
import { isLoopback } from '../options.js';
import { Problem } from '../problems/problem.js';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether a request may change something, by its method. */
export function changes(request: FastifyRequest): boolean {
  return !SAFE.has(request.method);
}

/**
 * Without authentication everybody who reaches the port may do everything. A page of another site in a browser on this
 * machine can reach it too, by pointing a host name of its own here: such a request names another host.
 *
 * @returns undefined where it isn't such a request
 */
export function foreignHost(request: FastifyRequest): Problem | undefined {
  if (isLoopback(request.hostname)) return undefined;
  return new Problem('wrong-host', `without authentication, requests must be sent to a loopback address`, {
    field: 'Host',
    value: request.hostname,
    remedy: 'use http://127.0.0.1 or http://localhost, or run the API with --auth kubernetes',
  });
}

/** Headers by which a proxy marks forwarded requests. */
const FORWARDED = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
] as const;

/**
 * Without authentication only this machine may send requests. Those that a proxy forwards come from this machine, too,
 * by their address.
 *
 * @returns undefined where no proxy marks the request as forwarded
 */
export function forwarded(request: FastifyRequest): Problem | undefined {
  const field = FORWARDED.find((header) => request.headers[header] !== undefined);
  if (field === undefined) return undefined;
  return new Problem('wrong-host', 'without authentication, requests that a proxy forwards are not answered', {
    field: canonical(field),
    value: request.headers[field],
    remedy: 'run the API with --auth kubernetes or --auth oidc behind a proxy',
  });
}

function canonical(header: string): string {
  return header.replace(/(^|-)([a-z])/g, (part) => part.toUpperCase()).replace('Ip', 'IP');
}

/**
 * Browsers report which site's page sends a request: in `Origin`, or at least in `Sec-Fetch-Site`. Programs needn't.
 *
 * @param isOurs whether an origin is one of ours
 * @returns undefined where it isn't another site's
 */
export function foreignOrigin(request: FastifyRequest, isOurs: (origin: string) => boolean): Problem | undefined {
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (origin === undefined ? isHome(site) : isOurs(origin)) return undefined;
  return new Problem('foreign-origin', 'the request comes from a page of another site', {
    field: origin === undefined ? 'Sec-Fetch-Site' : 'Origin',
    value: origin ?? site,
    remedy: 'use the page that the API itself serves; programs send neither header',
  });
}

/** `none`: the user's own action, such as a typed address. */
function isHome(site: string | string[] | undefined): boolean {
  return site === undefined || site === 'same-origin' || site === 'none';
}

/** A page from this machine, such as that of a development server. */
export function isLoopbackOrigin(origin: string): boolean {
  return URL.canParse(origin) && isLoopback(new URL(origin).hostname);
}
