import { readCanary, canaryContext, type CanaryView, type Reading } from '../canary/read.js';
import { driftOf } from '../canary/survey.js';
import { parseStatus } from '../crds/status.js';
import type { Refusal } from '../domain/findings.js';
import type { CanaryKey } from '../domain/identity.js';
import type { Weights } from '../domain/weights.js';
import { UserError } from '../errors.js';
import { KubeError } from '../kube/kube-error.js';
import { leaseName } from '../kubernetes/lease-object.js';
import type { KubeObject, ResourceType } from '../kube/object.js';
import { DEPLOYMENTS, LEASES } from '../kube/object.js';
import { isTerminating } from '../kube/terminating.js';
import { isOwnHash } from '../workloads/shared/revision.js';
import type { Controllers } from './controllers.js';
import type { CanaryFacts, TargetFacts } from './facts.js';
import { handoverIn } from './handover.js';
import { warning, type Finding } from './plan.js';

/**
 * Reads the facts about a Canary before it changes hands; writes nothing.
 *
 * @param now milliseconds since 1970
 * @returns undefined where it doesn't exist
 */
export async function factsOf(
  reading: Reading,
  key: Omit<CanaryKey, 'cluster'>,
  now: number,
): Promise<CanaryFacts | undefined> {
  const view = await readCanary(reading, { cluster: '', ...key }, true);
  if (!view) return undefined;
  const { object, canary, refusal, lease } = view;
  const status = parseStatus(object['status']);
  const { lastAppliedSpec, lastPromotedSpec, trackedConfigs } = status;
  const handover = handoverIn(await reading.cache.get(LEASES, key.namespace, leaseName(key.name)));
  return {
    ...key,
    phase: status.phase,
    weight: status.canaryWeight,
    recorded: {
      applied: lastAppliedSpec === '' ? undefined : { hash: lastAppliedSpec, configs: trackedConfigs },
      promoted: lastPromotedSpec,
    },
    recordedHere: isOwnHash(lastAppliedSpec),
    deleting: isTerminating(object),
    suspended: canary?.suspend ?? false,
    leased: lease !== undefined,
    dealtWith: (lease?.observedGeneration ?? 0) > 0,
    // A holder that let it expire is gone, such as a command that was interrupted.
    holder: lease && lease.expiresAt > now ? lease.holder : '',
    handover,
    ...(refusal ? refusedBy(refusal) : await observedFacts(reading, view)),
  };
}

interface ObservedFacts {
  readonly trouble: string | undefined;
  readonly target: TargetFacts | undefined;
  readonly routed: Weights | undefined;
  readonly drift: readonly string[];
}

const UNSEEN: ObservedFacts = { trouble: undefined, target: undefined, routed: undefined, drift: [] };

function refusedBy({ field, value, remedy }: Refusal): ObservedFacts {
  return { ...UNSEEN, trouble: `${field}: ${value} is not valid, ${remedy}` };
}

/** The surroundings of the Canary, as far as they can be read. */
async function observedFacts(reading: Reading, view: CanaryView): Promise<ObservedFacts> {
  try {
    const context = canaryContext(reading, view);
    const { canary, workload, router } = context;
    await workload.refresh(canary);
    await router.refresh(canary);
    const target = await workload.look(canary);
    const routed = await router.weights(canary);
    return { trouble: undefined, target, routed, drift: await driftOf(reading.cache, context, target) };
  } catch (error) {
    if (error instanceof UserError) return { ...UNSEEN, trouble: error.message };
    throw error;
  }
}

/** Deployments and Leases that may show a running controller, of the whole cluster if permitted. */
export async function controllersOf(
  reading: Reading,
): Promise<{ readonly controllers: Controllers; readonly findings: readonly Finding[] }> {
  const { client } = reading.cache;
  const namespace = reading.settings.namespace;
  const findings: Finding[] = [];
  const list = async (type: ResourceType): Promise<readonly KubeObject[]> => {
    try {
      return (await client.list(type)).items;
    } catch (error) {
      if (!(error instanceof KubeError) || error.status !== 403 || namespace === undefined) throw error;
      const message = `${type.kind}s of other namespaces can't be read`;
      findings.push(warning(message, 'make sure yourself that the other controller does not run there'));
      return (await client.list(type, { namespace })).items;
    }
  };
  return { controllers: { deployments: await list(DEPLOYMENTS), leases: await list(LEASES) }, findings };
}
