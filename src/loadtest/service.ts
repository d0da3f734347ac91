import type { IncomingMessage } from 'node:http';
import { gateRoute, type Gates } from './gates/routes.js';
import { answer, FORBIDDEN, OK, type Answer } from './http/answer.js';
import { foreignRequest } from './http/origin.js';
import { parsePayload, readBody } from './http/payload.js';
import { tokenGuard, type Guard } from './http/token.js';
import type { LoadTesterMetrics } from './metrics.js';
import type { LoadTesterSettings } from './options.js';
import type { Tasks } from './tasks/routes.js';

const LONGEST_NAMESPACE = 63;

/** Answers requests as Flagger's load tester does, whatever their method and content type. */
export class Service {
  private readonly mayEnter: Guard;

  constructor(
    private readonly settings: Pick<LoadTesterSettings, 'namespaces' | 'token' | 'allowedHosts'>,
    private readonly gates: Gates,
    private readonly tasks: Tasks,
    private readonly metrics: LoadTesterMetrics,
  ) {
    this.mayEnter = tokenGuard(settings.token);
  }

  /** @throws Error where the sender goes away in mid-request */
  async answer(request: IncomingMessage): Promise<Answer> {
    const path = pathOf(request.url ?? '/');
    if (path === '/healthz') return OK;
    const { allowedHosts, token } = this.settings;
    const foreign = foreignRequest(request.headers, { allowedHosts, tokenDemanded: token !== undefined });
    if (foreign) return foreign;
    if (path === '/metrics') {
      return answer(200, await this.metrics.print(), { 'Content-Type': this.metrics.contentType });
    }
    // Any method can do what POST can, so the path decides whether a token is needed, not the method.
    if (!this.mayEnter(request.headers.authorization)) {
      return answer(401, 'Unauthorized', { 'WWW-Authenticate': 'Bearer' });
    }
    if (path === '/gate/approve') return OK;
    if (path === '/gate/halt') return FORBIDDEN;
    return this.withPayload(request, path);
  }

  private async withPayload(request: IncomingMessage, path: string): Promise<Answer> {
    const body = await readBody(request);
    if (body === undefined) return answer(413, 'the payload is too long', { Connection: 'close' });
    const payload = parsePayload(body);
    if (!payload) return answer(400);
    if (!this.answersFor(payload.namespace)) return FORBIDDEN;
    const gate = gateRoute(path);
    return gate ? this.gates.answer(gate, payload, senderOf(request)) : this.tasks.answer(payload);
  }

  /** No namespace is longer, so the operator's expression never gets a text that it might need long for. */
  private answersFor(namespace: string): boolean {
    const { namespaces } = this.settings;
    return namespaces === undefined || (namespace.length <= LONGEST_NAMESPACE && namespaces.test(namespace));
  }
}

/** Of `/path?query`, or of a whole URL as in requests to proxies. */
function pathOf(target: string): string {
  const path = target.startsWith('/') || !URL.canParse(target) ? target : new URL(target).pathname;
  return path.split('?', 1)[0] ?? path;
}

function senderOf(request: IncomingMessage): string {
  return request.socket.remoteAddress ?? 'unknown';
}
