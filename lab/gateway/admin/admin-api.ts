import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Endpoint, Nowhere } from '../cluster/endpoints.js';
import { RouteTable } from '../routing/table.js';
import { compileAdminRoute } from './compile.js';
import { keptSchema, routeSchema, upstreamSchema } from './objects.js';

const PREFIX = '/apisix/admin/';

/**
 * APISIX' Admin API (v3), as far as its ingress controller needs it: keeps whatever objects it is given, and routes by
 * the routes and upstreams among them.
 */
export class AdminApi {
  readonly #kinds = new Map<string, Map<string, unknown>>();
  readonly #endpoints = new Map<string, readonly Endpoint[] | Nowhere>();
  #table = new RouteTable([]);

  /** @param file where the objects are kept, as APISIX keeps them in etcd: they survive a restart */
  constructor(readonly file: string) {
    if (!existsSync(file)) return;
    for (const [kind, objects] of Object.entries(keptSchema.parse(JSON.parse(readFileSync(file, 'utf8'))))) {
      this.#kinds.set(kind, new Map(Object.entries(objects)));
      for (const [id, value] of Object.entries(objects)) this.#take(kind, id, value);
    }
  }

  get table(): RouteTable {
    return this.#table;
  }

  /** Where requests to an upstream may go. */
  endpointsOf(upstream: string): readonly Endpoint[] | Nowhere {
    return this.#endpoints.get(upstream) ?? 'no such service';
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const [kind = '', id, ...rest] = pathname.startsWith(PREFIX) ? pathname.slice(PREFIX.length).split('/') : [];
    if (kind === '' || rest.length > 0) return answer(response, 404, { error_msg: '404 Route Not Found' });
    try {
      const [code, body] = await this.#answerTo(request, kind, id);
      answer(response, code, body);
    } catch (error) {
      answer(response, 400, { error_msg: error instanceof Error ? error.message : String(error) });
    }
  }

  async #answerTo(request: IncomingMessage, kind: string, id: string | undefined): Promise<[number, unknown]> {
    const objects = this.#kinds.get(kind) ?? new Map<string, unknown>();
    const item = (key: string) => ({ key: `/apisix/${kind}/${key}`, value: objects.get(key) });
    if (id === undefined) {
      const list = [...objects.keys()].map(item);
      return request.method === 'GET' ? [200, { total: list.length, list }] : [405, { error_msg: 'not supported' }];
    }
    switch (request.method) {
      case 'GET':
        return objects.has(id) ? [200, item(id)] : [404, { message: 'Key not found' }];
      case 'PUT': {
        const value = JSON.parse(await text(request)) as object;
        const code = objects.has(id) ? 200 : 201;
        this.#take(kind, id, { ...value, id });
        this.#kinds.set(kind, objects.set(id, { ...value, id }));
        this.#save();
        return [code, item(id)];
      }
      case 'DELETE':
        if (!objects.delete(id)) return [404, { message: 'Key not found' }];
        this.#lose(kind, id);
        this.#save();
        return [200, { deleted: '1', key: `/apisix/${kind}/${id}` }];
      default:
        return [405, { error_msg: 'not supported' }];
    }
  }

  /** @throws Error on a route or an upstream that can't be understood */
  #take(kind: string, id: string, value: unknown): void {
    if (kind === 'routes') {
      const route = compileAdminRoute(routeSchema.parse(value));
      this.#table = new RouteTable([...this.#table.routes.filter((one) => one.id !== id), route]);
    }
    if (kind === 'upstreams') {
      const nodes = upstreamSchema.parse(value).nodes.filter(({ weight }) => weight > 0);
      const endpoints = nodes.map(({ host, port }) => ({ ip: host, port }));
      this.#endpoints.set(id, endpoints.length > 0 ? endpoints : 'no ready endpoint');
    }
  }

  #save(): void {
    const kept = Object.fromEntries([...this.#kinds].map(([kind, objects]) => [kind, Object.fromEntries(objects)]));
    writeFileSync(`${this.file}.draft`, JSON.stringify(kept));
    renameSync(`${this.file}.draft`, this.file);
  }

  #lose(kind: string, id: string): void {
    if (kind === 'routes') this.#table = new RouteTable(this.#table.routes.filter((one) => one.id !== id));
    if (kind === 'upstreams') this.#endpoints.delete(id);
  }
}

function answer(response: ServerResponse, code: number, body: unknown): void {
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
