import type { PluginConfig } from '../plugins/plugin.js';
import type { HttpRouteFilter } from './route-object.js';

/** Names of the plugins that carry filters out. */
export const HEADERS_PLUGIN = 'http-route-headers';
export const MIRROR_PLUGIN = 'http-route-mirror';

/** The plugins' configuration. */
export interface HeadersConfig extends PluginConfig {
  readonly request: readonly HeaderChange[];
  readonly response: readonly HeaderChange[];
  readonly rewrites: readonly NonNullable<HttpRouteFilter['urlRewrite']>[];
}

export interface MirrorConfig extends PluginConfig {
  readonly mirrors: readonly { readonly host: string; readonly share: number }[];
}

export type HeaderChange = NonNullable<HttpRouteFilter['requestHeaderModifier']>;

const KNOWN = new Set(['RequestHeaderModifier', 'ResponseHeaderModifier', 'RequestMirror', 'URLRewrite']);

/** Filters as configurations of plugins. Throws on one that the gateway doesn't know: it must not be left out. */
export function compileFilters(filters: readonly HttpRouteFilter[], namespace: string): Map<string, PluginConfig> {
  const unknown = filters.find(({ type }) => !KNOWN.has(type));
  if (unknown) throw new Error(`the lab's gateway knows no filter ${unknown.type}`);
  const present = <T>(value: T | undefined): T[] => (value === undefined ? [] : [value]);
  const headers: HeadersConfig = {
    request: filters.flatMap(({ requestHeaderModifier }) => present(requestHeaderModifier)),
    response: filters.flatMap(({ responseHeaderModifier }) => present(responseHeaderModifier)),
    rewrites: filters.flatMap(({ urlRewrite }) => present(urlRewrite)),
  };
  const mirrors = filters
    .flatMap(({ requestMirror }) => present(requestMirror))
    .map((mirror) => {
      const { name, namespace: home = namespace, port } = mirror.backendRef;
      if (port === undefined) throw new Error(`mirror ${name} has no port`);
      return { host: `http://${name}.${home}:${port}`, share: mirror.percent / 100 };
    });
  const plugins = new Map<string, PluginConfig>();
  if (headers.request.length + headers.response.length + headers.rewrites.length > 0) {
    plugins.set(HEADERS_PLUGIN, headers);
  }
  if (mirrors.length > 0) plugins.set(MIRROR_PLUGIN, { mirrors } satisfies MirrorConfig);
  return plugins;
}
