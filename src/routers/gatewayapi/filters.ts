import type { Canary } from '../../crds/canary.js';
import { parseGoDuration } from '../../crds/duration.js';
import { UserError } from '../../errors.js';
import type { Filter, Header, HeaderChange, RouteVersion, Rule, ServiceRef } from './http-route.js';

type HeaderOperations = NonNullable<NonNullable<Canary['service']['headers']>['request']>;

/**
 * Filters for every request of the route, from `service.headers`, `rewrite`, `mirror` and `corsPolicy`; always in the
 * same order.
 *
 * @throws UserError for what the Gateway API can't do
 */
export function serviceFilters({ service }: Canary, { extended }: RouteVersion): readonly Filter[] {
  const { headers, mirror = [], corsPolicy } = service;
  return [
    ...headerFilter('RequestHeaderModifier', 'requestHeaderModifier', headers?.request),
    ...headerFilter('ResponseHeaderModifier', 'responseHeaderModifier', headers?.response),
    ...rewriteFilter(service.rewrite),
    ...mirror.map(({ backendRef }) => mirrorTo(backendRef)),
    ...(corsPolicy && extended ? [corsFilter(corsPolicy)] : []),
  ];
}

export function mirrorTo(backendRef: ServiceRef): Filter {
  return { type: 'RequestMirror', requestMirror: { backendRef } };
}

/** From `service.timeout` and `backendTimeout`. @throws UserError where they are no durations */
export function serviceTimeouts({ service }: Canary, { extended }: RouteVersion): Pick<Rule, 'timeouts'> {
  const { timeout, backendTimeout } = service;
  if (!extended || (!timeout && !backendTimeout)) return {};
  const request = timeout ? { request: gatewayDuration(timeout, 'spec.service.timeout') } : {};
  const backend = backendTimeout
    ? { backendRequest: gatewayDuration(backendTimeout, 'spec.service.backendTimeout') }
    : {};
  return { timeouts: { ...request, ...backend } };
}

function headerFilter(
  type: string,
  field: 'requestHeaderModifier' | 'responseHeaderModifier',
  operations: HeaderOperations | undefined,
): readonly Filter[] {
  const { add, set, remove = [] } = operations ?? {};
  const change: HeaderChange = {
    ...headerList('add', add),
    ...headerList('set', set),
    ...(remove.length === 0 ? {} : { remove }),
  };
  return Object.keys(change).length === 0 ? [] : [{ type, [field]: change }];
}

function headerList(name: 'add' | 'set', map: Readonly<Record<string, string>> = {}): HeaderChange {
  const headers = Object.entries(map).map(([header, value]): Header => ({ name: header, value }));
  if (headers.length === 0) return {};
  return { [name]: headers.sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

function rewriteFilter(rewrite: Canary['service']['rewrite']): readonly Filter[] {
  const { uri, authority, type } = rewrite ?? {};
  const path =
    type === 'ReplacePrefixMatch'
      ? { type: 'ReplacePrefixMatch', replacePrefixMatch: uri }
      : { type: 'ReplaceFullPath', replaceFullPath: uri };
  if (!uri && !authority) return [];
  const urlRewrite = { ...(authority ? { hostname: authority } : {}), ...(uri ? { path } : {}) };
  return [{ type: 'URLRewrite', urlRewrite }];
}

/** The API server's default age of a CORS filter, in seconds. */
const DEFAULT_MAX_AGE = 5;

function corsFilter(policy: NonNullable<Canary['service']['corsPolicy']>): Filter {
  const origins = [...(policy.allowOrigin ?? []), ...exactOrigins(policy.allowOrigins)];
  const lists = {
    allowOrigins: origins,
    allowMethods: policy.allowMethods ?? [],
    allowHeaders: policy.allowHeaders ?? [],
    exposeHeaders: policy.exposeHeaders ?? [],
  };
  const named = Object.entries(lists).filter(([, values]) => values.length > 0);
  const credentials = policy.allowCredentials ? { allowCredentials: true } : {};
  return { type: 'CORS', cors: { ...Object.fromEntries(named), ...credentials, maxAge: maxAgeOf(policy.maxAge) } };
}

type Origins = NonNullable<Canary['service']['corsPolicy']>['allowOrigins'];

function exactOrigins(origins: Origins = []): readonly string[] {
  return origins.map(({ exact }, index) => {
    if (exact !== undefined) return exact;
    const field = `spec.service.corsPolicy.allowOrigins[${index}]`;
    throw new UserError(`${field}: only exact is supported by Gateway API, use 'corsPolicy.allowOrigin' instead`);
  });
}

function maxAgeOf(text: string | undefined): number {
  if (!text) return DEFAULT_MAX_AGE;
  const milliseconds = parseGoDuration(text);
  if (milliseconds !== undefined && milliseconds >= 1000) return Math.trunc(milliseconds / 1000);
  throw new UserError(
    `spec.service.corsPolicy.maxAge: "${text}" is not valid, use a duration such as 10m, at least 1s`,
  );
}

/** As GEP-2257 requires it: whole numbers of hours, minutes, seconds and milliseconds. */
const GATEWAY_DURATION = /^([0-9]{1,5}(h|m|s|ms)){1,4}$/;

function gatewayDuration(text: string, field: string): string {
  if (GATEWAY_DURATION.test(text)) return text;
  const milliseconds = parseGoDuration(text);
  if (milliseconds === undefined || milliseconds < 0 || !Number.isInteger(milliseconds)) {
    throw new UserError(`${field}: "${text}" is not valid, use a duration such as 15s, in whole milliseconds`);
  }
  const seconds = Math.trunc(milliseconds / 1000);
  const rest = milliseconds % 1000;
  return `${seconds}s${rest === 0 ? '' : `${rest}ms`}`;
}
