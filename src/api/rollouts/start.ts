import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { readCanary, canaryContext, workloadsOf, type CanaryContext } from '../../canary/read.js';
import type { Dependencies } from '../../dependencies.js';
import { changeId } from '../../temporal/submissions.js';
import type { CanaryKey } from '../../domain/identity.js';
import type { Change } from '../../domain/state.js';
import { messageOf } from '../../errors.js';
import { KubeError } from '../../kube/kube-error.js';
import type { KubeObject, ResourceType } from '../../kube/object.js';
import { introduce } from '../../watch/introduction.js';
import type { SubmitAnswer } from '../../workflows/contract.js';
import type { TargetView } from '../../workloads/port.js';
import { cachesFilled } from '../caches.js';
import { unknownCanary } from '../canaries/canaries.js';
import { askKubernetes } from '../problems/outside.js';
import { Problem } from '../problems/problem.js';
import type { Runs } from '../releases/runs.js';
import type { Accepted, StartRollout } from '../schema/requests.js';
import { accepted } from './accepted.js';
import { earlier } from './earlier.js';
import { aboutToBegin, lastingObstacle, nothingToRelease, refuseUnfit } from './obstacles.js';
import { Once, Turns } from './once.js';
import { templatePatch, type TemplatePatch } from './patch.js';

/** The field manager of people's changes through the API. */
const FIELD_MANAGER = 'serinus-api';
/** Others write to the target, too, for instance its status; such a conflict is retried. */
const ATTEMPTS = 5;
/** How long Temporal and a Canary's status may disagree, milliseconds. */
const AGREE_MS = 5_000;

export interface RolloutRequest {
  readonly canary: CanaryKey;
  readonly body: StartRollout;
  /** The caller. */
  readonly by: string;
  /** Repetitions of the same request have the same id. */
  readonly requestId: string | undefined;
}

/** Releases what people request: changes the target, and has it released. */
export class Rollouts {
  private readonly once = new Once<Accepted>();
  private readonly turns = new Turns();

  constructor(
    private readonly deps: Dependencies,
    private readonly runs: Runs,
  ) {}

  /**
   * Carries a request out, once for each request id. The target's version guards its change: of two simultaneous
   * requests, through whichever processes, the second sees the result of the first.
   *
   * @throws Problem where nothing was done
   */
  async start(request: RolloutRequest): Promise<Accepted> {
    const { canary, requestId, body, by } = request;
    const name = `${canary.namespace}/${canary.name}`;
    const inTurn = (): Promise<Accepted> => this.turns.take(name, () => this.carryOut(request));
    if (requestId === undefined) return inTurn();
    return this.once.run(`${name} ${requestId}`, JSON.stringify([by, body]), inTurn);
  }

  private async carryOut(request: RolloutRequest): Promise<Accepted> {
    const { canary: key, requestId = randomUUID() } = request;
    await cachesFilled(this.deps, this.runs.patience.readMs);
    for (let attempt = 1; ; attempt += 1) {
      const view = await askKubernetes(() => readCanary(this.deps, key, true));
      if (!view) throw unknownCanary(key);
      const id = changeId('request', view.object.metadata.uid, requestId);
      if (request.requestId !== undefined) {
        const done = await earlier(this.runs, key, id, requestId);
        if (done) return done;
      }
      refuseUnfit(view);
      const context = await askKubernetes(() => Promise.resolve(canaryContext(this.deps, view)));
      const seen = await this.changed(context, key, request.body, attempt);
      if (!seen) continue;
      const { hash } = seen.revision;
      const { by, body } = request;
      const change: Change = { id, kind: 'request', by, reason: body.reason ?? '', revision: hash, requestId };
      return accepted(key, hash, await this.submit(key, change, context));
    }
  }

  /** @returns the target's new content; undefined where somebody else was quicker, and it must be read again */
  private async changed(
    context: CanaryContext,
    key: CanaryKey,
    body: StartRollout,
    attempt: number,
  ): Promise<TargetView | undefined> {
    try {
      return await this.change(context, key, body);
    } catch (error) {
      if (!(error instanceof KubeError) || !error.conflict) throw error;
      if (attempt < ATTEMPTS) return undefined;
      throw new Problem('target-busy', `${context.canary.targetRef.name} is being changed by others all the time`, {
        remedy: 'try again in a moment',
      });
    }
  }

  /** @throws KubeError where the target has changed since it was read, and nothing was written */
  private async change(context: CanaryContext, key: CanaryKey, body: StartRollout): Promise<TargetView> {
    const { canary, workload } = context;
    const before = await askKubernetes(() => freshLook(context));
    const { target } = await workloadsOf(this.deps, canary);
    if (!target) throw new Problem('target-missing', `there is no ${canary.targetRef.kind} ${canary.targetRef.name}`);
    const patch = templatePatch(target, body);
    const patienceMs = body.ifUnderWay === 'refuse' ? AGREE_MS : 0;
    const obstacle = await lastingObstacle(canary, () => this.runs.latest(key), patienceMs);
    if (body.ifUnderWay === 'refuse') {
      if (obstacle) throw obstacle;
      const begins = aboutToBegin(canary, before);
      // Where it holds exactly what is requested, this request has been here before and got no further.
      if (begins && !(await this.holds(workload.type, target, patch))) throw begins;
    }
    const patched = await this.send(workload.type, target, patch, false);
    this.deps.cache.remember(workload.type, patched);
    const after = await askKubernetes(() => freshLook(context));
    const unchanged = patched.metadata.generation === target.metadata.generation;
    const pointless = unchanged && !obstacle ? nothingToRelease(canary, after) : undefined;
    if (pointless) throw pointless;
    return after;
  }

  private async holds(type: ResourceType, target: KubeObject, patch: TemplatePatch): Promise<boolean> {
    const would = await this.send(type, target, patch, true);
    return isDeepStrictEqual(would['spec'], target['spec']);
  }

  private async send(
    type: ResourceType,
    target: KubeObject,
    patch: TemplatePatch,
    dryRun: boolean,
  ): Promise<KubeObject> {
    const { name, namespace, resourceVersion } = target.metadata;
    const body = { ...patch, metadata: { resourceVersion } };
    const options = { fieldManager: FIELD_MANAGER, dryRun };
    try {
      return await askKubernetes(() => this.deps.cache.client.patch(type, 'strategic', namespace, name, body, options));
    } catch (error) {
      if (!(error instanceof KubeError) || error.conflict) throw error;
      if (error.notFound) throw new Problem('target-missing', error.message);
      throw new Problem('refused-by-kubernetes', error.message, {
        remedy: 'mend what the API server names, and send the request again',
      });
    }
  }

  private async submit(key: CanaryKey, change: Change, { canary }: CanaryContext): Promise<SubmitAnswer> {
    const { submissions } = this.deps;
    const { target, primary } = await workloadsOf(this.deps, canary);
    try {
      return await submissions.submit(key, change, introduce(key, change, target, primary));
    } catch (error) {
      const detail = `${canary.targetRef.name} was changed, but its release could not be started: ${messageOf(error)}`;
      throw new Problem('temporal-unreachable', detail, {
        remedy: 'it starts by itself when Temporal is back; or send the same request again',
      });
    }
  }
}

async function freshLook({ workload, canary }: CanaryContext): Promise<TargetView> {
  await workload.refresh(canary);
  return workload.look(canary);
}
