import { createReadStream, existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';

/** The audit policy of the lab's API server: who asked for what and the answer's code, no contents. */
export const AUDIT_POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [{ level: 'None', users: ['system:apiserver'] }, { level: 'Metadata' }],
};

const eventSchema = z.object({
  auditID: z.string(),
  verb: z.string(),
  user: z.object({ username: z.string() }),
  userAgent: z.string().default(''),
  objectRef: z
    .object({
      apiGroup: z.string().default(''),
      resource: z.string(),
      subresource: z.string().optional(),
      namespace: z.string().optional(),
      name: z.string().optional(),
    })
    .optional(),
  responseStatus: z.object({ code: z.number() }).optional(),
  requestReceivedTimestamp: z.string(),
});

/** One request that reached the API server. A watch is one request, however long it lasts. */
export interface ApiRequest {
  readonly at: Date;
  readonly user: string;
  readonly userAgent: string;
  /** Kubernetes' verbs: `get`, `list`, `watch`, `create`, `update`, `patch`, `delete` … */
  readonly verb: string;
  /** `deployments`, `deployments/scale`; empty for `/readyz` and other paths that are no resource. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  /** The answer's HTTP status. */
  readonly code: number;
}

/** Which requests to look at; all given conditions must hold. */
export interface ApiRequestFilter {
  readonly user?: string;
  readonly userAgentPrefix?: string;
  /** Requests about objects of this namespace only. */
  readonly namespace?: string;
  readonly since?: Date;
}

export interface ApiRequestCount {
  readonly total: number;
  readonly byVerb: Readonly<Record<string, number>>;
  /** By verb and resource, for instance `patch deployments`. */
  readonly byKind: Readonly<Record<string, number>>;
  readonly requests: readonly ApiRequest[];
}

/** Reads the audit log and counts the requests that pass the filter. */
export async function countApiRequests(auditLog: string, filter: ApiRequestFilter): Promise<ApiRequestCount> {
  const requests = new Map<string, ApiRequest>();
  if (existsSync(auditLog)) {
    for await (const line of createInterface({ input: createReadStream(auditLog, 'utf8') })) {
      const event = parseEvent(line);
      // A watch is reported when it begins and again when it ends, under one id.
      if (event && !requests.has(event.auditID)) requests.set(event.auditID, toRequest(event));
    }
  }
  const wanted = [...requests.values()].filter((request) => passes(request, filter));
  return {
    total: wanted.length,
    byVerb: countBy(wanted, (request) => request.verb),
    byKind: countBy(wanted, (request) => `${request.verb} ${request.resource}`.trim()),
    requests: wanted,
  };
}

/** The log's last line may be half written: it is skipped, and read the next time. */
function parseEvent(line: string): z.infer<typeof eventSchema> | undefined {
  try {
    return eventSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

function toRequest(event: z.infer<typeof eventSchema>): ApiRequest {
  const { resource = '', subresource, namespace = '', name = '' } = event.objectRef ?? {};
  return {
    at: new Date(event.requestReceivedTimestamp),
    user: event.user.username,
    userAgent: event.userAgent,
    verb: event.verb,
    resource: subresource ? `${resource}/${subresource}` : resource,
    namespace,
    name,
    code: event.responseStatus?.code ?? 0,
  };
}

function passes(request: ApiRequest, filter: ApiRequestFilter): boolean {
  if (filter.user !== undefined && request.user !== filter.user) return false;
  if (filter.userAgentPrefix !== undefined && !request.userAgent.startsWith(filter.userAgentPrefix)) return false;
  if (filter.namespace !== undefined && request.namespace !== filter.namespace) return false;
  return filter.since === undefined || request.at >= filter.since;
}

function countBy<T>(items: readonly T[], key: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[key(item)] = (counts[key(item)] ?? 0) + 1;
  return counts;
}
