import { Agent } from 'node:http';
import { z } from 'zod';
import type { Place } from '../../node/pod-ports.js';
import { upstreamHeaders } from '../proxying/headers.js';
import { attempt } from '../proxying/attempt.js';
import type { GatewayPlugin, PluginConfig, PluginRequest } from './plugin.js';

const MIRROR_TIMEOUT_MS = 60_000;

const configSchema = z.object({
  /** Scheme, host and port. */
  host: z.url(),
  path: z.string().optional(),
  path_concat_mode: z.enum(['replace', 'prefix']).default('replace'),
  sample_ratio: z.number().default(1),
});

/** APISIX' plugin of the same name: sends a copy of requests elsewhere and ignores what comes back. */
export class ProxyMirrorPlugin implements GatewayPlugin {
  readonly name = 'proxy-mirror';
  readonly needsWholeBody = true;
  readonly #agent = new Agent({ keepAlive: true });

  /** @param place What listens behind a URL, by in-cluster names. Rejects for any other host. */
  constructor(
    readonly place: (url: URL) => Promise<Place>,
    readonly onTrouble: (error: unknown) => void,
  ) {}

  onRequest(request: PluginRequest, config: PluginConfig): void {
    const settings = configSchema.parse(config);
    if (Math.random() >= settings.sample_ratio) return;
    this.#send(request, new URL(settings.host), mirrorTarget(request.target, settings)).catch(this.onTrouble);
  }

  async #send({ request, host, body }: PluginRequest, url: URL, target: string): Promise<void> {
    const upstream = {
      method: request.method ?? 'GET',
      target,
      headers: upstreamHeaders(request, host),
      body,
      timeoutMs: MIRROR_TIMEOUT_MS,
      signal: new AbortController().signal,
    };
    const sent = await attempt(await this.place(url), upstream, this.#agent);
    if (sent.kind === 'failed') throw sent.error;
    sent.answer.resume();
  }
}

/** The path and query of the copy: the request's own, replaced by `path`, or with `path` before it. */
export function mirrorTarget(
  target: string,
  { path, path_concat_mode: mode }: { path?: string | undefined; path_concat_mode: 'replace' | 'prefix' },
): string {
  if (path === undefined) return target;
  if (mode === 'prefix') return path + target;
  const mark = target.indexOf('?');
  return mark < 0 ? path : path + target.slice(mark);
}
