import type { GatewayPlugin, PluginConfig, PluginRequest, Upstream } from '../plugins/plugin.js';
import { HEADERS_PLUGIN, MIRROR_PLUGIN, type HeaderChange, type HeadersConfig, type MirrorConfig } from './filters.js';

/** Carries the filters RequestHeaderModifier, ResponseHeaderModifier and URLRewrite out. */
export class HttpRouteHeadersPlugin implements GatewayPlugin {
  readonly name = HEADERS_PLUGIN;

  onUpstream(upstream: Upstream, config: PluginConfig): Upstream {
    const { request, rewrites } = config as HeadersConfig;
    const headers = request.reduce(changed, upstream.headers);
    return rewrites.reduce<Upstream>(
      (now, { hostname, path }) => ({
        ...now,
        headers: hostname === undefined ? now.headers : changed(now.headers, setting('Host', hostname)),
        target: path === undefined ? now.target : rewritten(now, path),
      }),
      { ...upstream, headers },
    );
  }

  onAnswer(headers: readonly string[], config: PluginConfig): readonly string[] {
    return (config as HeadersConfig).response.reduce(changed, headers);
  }
}

/** Carries RequestMirror out, as often as it is there. */
export class HttpRouteMirrorPlugin implements GatewayPlugin {
  readonly name = MIRROR_PLUGIN;
  readonly needsWholeBody = true;

  /** @param mirror sends a copy somewhere */
  constructor(readonly mirror: Pick<Required<GatewayPlugin>, 'onRequest'>) {}

  onRequest(request: PluginRequest, config: PluginConfig): void {
    for (const { host, share } of (config as MirrorConfig).mirrors) {
      this.mirror.onRequest(request, { host, sample_ratio: share });
    }
  }
}

function setting(name: string, value: string): HeaderChange {
  return { add: [], set: [{ name, value }], remove: [] };
}

/** Set replaces, add joins, remove takes away; whatever the case of the name. */
function changed(headers: readonly string[], { add, set, remove }: HeaderChange): readonly string[] {
  const gone = new Set([...set.map(({ name }) => name), ...remove].map((name) => name.toLowerCase()));
  const kept: string[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const [name = '', value = ''] = headers.slice(index, index + 2);
    if (!gone.has(name.toLowerCase())) kept.push(name, value);
  }
  return [...kept, ...[...set, ...add].flatMap(({ name, value }) => [name, value])];
}

type PathRewrite = NonNullable<HeadersConfig['rewrites'][number]['path']>;

function rewritten(
  { target, matchedPath }: Upstream,
  { type, replaceFullPath, replacePrefixMatch }: PathRewrite,
): string {
  const mark = target.indexOf('?');
  const [path, query] = mark < 0 ? [target, ''] : [target.slice(0, mark), target.slice(mark)];
  if (type === 'ReplaceFullPath') return replaceFullPath + query;
  const rest = path.slice(matchedPath.replace(/\/$/, '').length);
  const joined = replacePrefixMatch.replace(/\/$/, '') + (rest === '' || rest.startsWith('/') ? rest : `/${rest}`);
  return (joined === '' ? '/' : joined) + query;
}
