import { z } from 'zod';
import { readCanary } from '../../canary/read.js';
import type { Dependencies } from '../../dependencies.js';
import type { CanaryKey } from '../../domain/identity.js';
import { messageOf, TransientError } from '../../errors.js';
import { KubeError } from '../../kube/kube-error.js';
import type { KubeObject } from '../../kube/object.js';
import { unknownCanary } from '../canaries/canaries.js';
import { summaryOf } from '../canaries/summary.js';
import { askKubernetes } from '../problems/outside.js';
import { Problem } from '../problems/problem.js';
import type { Logs, LogsQuery } from '../schema/logs.js';
import { LogTail } from './log-tail.js';
import type { Pods } from './pods.js';

export interface LogLimits {
  /** Logs that are read at the same time, for all callers together. */
  readonly atOnce: number;
  /** For reading one of them, milliseconds. */
  readonly readMs: number;
  /** Most bytes read of one, whatever is kept of it. */
  readonly bytes: number;
  /** Characters of a line that are shown. */
  readonly lineLength: number;
  /** Characters that are shown. */
  readonly length: number;
}

export const LOG_LIMITS: LogLimits = {
  atOnce: 20,
  readMs: 5_000,
  bytes: 4 * 1024 * 1024,
  lineLength: 4_096,
  length: 256 * 1024,
};

const DEFAULT_CONTAINER = 'kubectl.kubernetes.io/default-container';

/** The last log lines of a Canary's pods: read on request, kept nowhere. */
export class PodLogs {
  private reading = 0;

  constructor(
    private readonly deps: Dependencies,
    private readonly pods: Pods,
    private readonly limits: LogLimits = LOG_LIMITS,
  ) {}

  /** @throws Problem where the Canary, pod or container doesn't exist, or too many logs are being read already */
  async of(key: CanaryKey, query: LogsQuery): Promise<Logs> {
    const { name, pods } = await this.podsOf(key, query.of);
    const shown = pods.map(summaryOfPod).sort(byUrgency);
    const seen = { of: query.of, workload: name, pods: shown.map(({ made: _made, first: _first, ...one }) => one) };
    const nothing = { ...seen, lines: [], truncated: false };
    const pod = query.pod === undefined ? shown[0] : demanded(shown, query.pod, 'pod');
    if (!pod) return nothing;
    const container =
      query.container === undefined ? pod.first : demanded(pod.containers, query.container, 'container').name;
    const read = await this.read(key.namespace, pod.name, container, query);
    return { ...seen, pod: pod.name, container, ...read };
  }

  private async podsOf(key: CanaryKey, of: LogsQuery['of']): Promise<{ name: string; pods: readonly KubeObject[] }> {
    const view = await askKubernetes(() => readCanary(this.deps, key));
    if (!view) throw unknownCanary(key);
    const { target } = summaryOf(view, this.deps.settings);
    const name = of === 'canary' ? target.name : `${target.name}-primary`;
    const kind = this.deps.workloads.find((candidate) => candidate.kind === target.kind);
    const object = kind && (await askKubernetes(() => this.deps.cache.get(kind.type, key.namespace, name)));
    if (!object) return { name, pods: [] };
    const pods = await this.pods.of(object);
    if (pods) return { name, pods };
    throw new Problem('missing-permission', `the pods of ${name} can't be listed`, {
      remedy: 'grant list on pods to the account that the API runs as',
    });
  }

  private async read(
    namespace: string,
    pod: string,
    container: string,
    { lines, previous }: LogsQuery,
  ): Promise<Pick<Logs, 'lines' | 'truncated' | 'problem'>> {
    const { atOnce, readMs } = this.limits;
    if (this.reading >= atOnce) {
      throw new Problem('rate-limited', `${atOnce} logs are being read, which is as many as may be at once`, {
        retryAfter: 2,
        remedy: 'try again in a moment',
      });
    }
    this.reading += 1;
    const stop = AbortSignal.timeout(readMs);
    try {
      const options = { container, tailLines: lines, timestamps: true, ...(previous === 'true' && { previous: true }) };
      const log = await this.deps.cache.client.podLog(namespace, pod, options, stop);
      const tail = new LogTail({ ...this.limits, lines });
      let bytes = 0;
      let isWhole = true;
      try {
        for await (const piece of log) {
          tail.take(piece as Buffer);
          bytes += (piece as Buffer).length;
          isWhole = bytes <= this.limits.bytes;
          if (!isWhole) break;
        }
      } catch (error) {
        // What has come until now is all of the log that could be read.
        if (bytes === 0) throw error;
        isWhole = false;
      } finally {
        log.destroy();
      }
      const ended = tail.end();
      return { lines: [...ended.lines], truncated: ended.truncated || !isWhole };
    } catch (error) {
      return { lines: [], truncated: false, problem: problemIn(error, stop, readMs) };
    } finally {
      this.reading -= 1;
    }
  }
}

/**
 * A container that hasn't started, a missing pod and a node that doesn't answer may be exactly what the user is looking
 * for: the other pods are shown all the same.
 *
 * @throws Problem where the API itself may not read logs
 */
function problemIn(error: unknown, stop: AbortSignal, readMs: number): string {
  if (stop.aborted) return `no answer within ${readMs / 1000} s`;
  if (error instanceof KubeError && error.status !== 401 && error.status !== 403) return error.message;
  if (error instanceof TransientError) return error.message;
  if (!(error instanceof KubeError)) return messageOf(error);
  throw new Problem('missing-permission', error.message, {
    remedy: 'grant get on pods/log to the account that the API runs as: rbac.podLogs=true in the chart',
  });
}

interface PodSummary {
  readonly name: string;
  readonly ready: boolean;
  readonly containers: { readonly name: string; readonly restarts: number }[];
  readonly made: string;
  /** The container where the request names none. */
  readonly first: string;
}

const podSchema = z.object({
  spec: z.object({ containers: z.array(z.object({ name: z.string() })).min(1) }),
  status: z
    .object({
      conditions: z.array(z.object({ type: z.string(), status: z.string() })).catch([]),
      containerStatuses: z.array(z.object({ name: z.string(), restartCount: z.number().catch(0) })).catch([]),
    })
    .catch({ conditions: [], containerStatuses: [] }),
});

function summaryOfPod(pod: KubeObject): PodSummary {
  const { spec, status } = podSchema.parse({ spec: pod['spec'], status: pod['status'] });
  const { name, creationTimestamp = '', annotations = {} } = pod.metadata;
  const containers = spec.containers.map((container) => ({
    name: container.name,
    restarts: status.containerStatuses.find((one) => one.name === container.name)?.restartCount ?? 0,
  }));
  const wished = containers.find((container) => container.name === annotations[DEFAULT_CONTAINER]);
  return {
    name,
    ready: status.conditions.some((one) => one.type === 'Ready' && one.status === 'True'),
    containers,
    made: creationTimestamp,
    first: (wished ?? containers[0])?.name ?? '',
  };
}

/** The most interesting pods first: those that aren't ready, then the newest. */
function byUrgency(a: PodSummary, b: PodSummary): number {
  if (a.ready !== b.ready) return a.ready ? 1 : -1;
  if (a.made !== b.made) return a.made < b.made ? 1 : -1;
  return a.name < b.name ? -1 : 1;
}

function demanded<T extends { readonly name: string }>(all: readonly T[], name: string, what: 'pod' | 'container'): T {
  const found = all.find((one) => one.name === name);
  if (found) return found;
  const names = all.map((one) => one.name).join(', ');
  throw new Problem('invalid-input', `${what}: there is no such ${what} now`, {
    field: what,
    value: name,
    remedy: names === '' ? 'there is none: leave it out' : `use one of ${names}`,
  });
}
