import type { Canary } from '../../crds/canary.js';
import { canaryAt, type Weights } from '../../domain/weights.js';
import { UserError } from '../../errors.js';
import type { BackendRef, Rule } from './http-route.js';
import { isService, refTo } from './references.js';

/**
 * The canary's share in rules that users have written. They lead to the service, whose pods are the primary's; while a
 * canary is to have a part of that, a reference to it stands beside theirs. All weights of the rule are multiplied by a
 * hundred then, so that other backends keep their share, and so that the users' own weights can be recognised: without
 * a canary the rule is as it was.
 */

const WHOLE = 100;
/** Of the Gateway API's own schema. */
const MOST = 1_000_000;

/** Whether a users' rule sends requests to the service. A rule with weight zero has nothing to divide. */
export function leadsToService(rule: Rule, canary: Canary): boolean {
  const ref = refTo(rule, canary, canary.service.name);
  return ref !== undefined && (weightOf(ref) > 0 || refTo(rule, canary, canary.service.canaryName) !== undefined);
}

/**
 * The rule with the canary's share of what goes to the service.
 *
 * @throws UserError where the rule can't express it
 */
export function shared(rule: Rule, canary: Canary, { canary: share }: Weights): Rule {
  const { backendRefs = [], ...rest } = plain(rule, canary);
  if (share === 0) return { ...rest, backendRefs };
  const { name, canaryName } = canary.service;
  return {
    ...rest,
    backendRefs: backendRefs.flatMap((ref) => {
      const weight = times(ref);
      if (!isService(ref, canary, name)) return [{ ...ref, weight }];
      refuseOtherPort(ref, canary);
      const part = (weight / WHOLE) * share;
      return [
        { ...ref, weight: weight - part },
        { ...ref, name: canaryName, weight: part },
      ];
    }),
  };
}

/** The rule as its users have written it. */
export function plain(rule: Rule, canary: Canary): Rule {
  const { name, canaryName } = canary.service;
  const ours = refTo(rule, canary, canaryName);
  const theirs = refTo(rule, canary, name);
  if (!ours || !theirs) return rule;
  const whole = (weight: number): number => Math.max(1, Math.round(weight / WHOLE));
  const backendRefs = (rule.backendRefs ?? [])
    .filter((ref) => ref !== ours)
    .map((ref) => {
      if (ref === theirs) return { ...ref, weight: whole(weightOf(theirs) + weightOf(ours)) };
      return { ...ref, weight: weightOf(ref) === 0 ? 0 : whole(weightOf(ref)) };
    });
  return { ...rule, backendRefs };
}

/** The canary's part of the requests to the service, in one rule. */
export function shareIn(rule: Rule, canary: Canary): Weights {
  const { name, canaryName } = canary.service;
  const [theirs, ours] = [name, canaryName].map((service) => {
    const ref = refTo(rule, canary, service);
    return ref ? weightOf(ref) : 0;
  });
  const sum = (theirs ?? 0) + (ours ?? 0);
  return canaryAt(sum === 0 ? 0 : Math.round((WHOLE * (ours ?? 0)) / sum));
}

/** The API server's default is 1. */
function weightOf({ weight = 1 }: BackendRef): number {
  return weight;
}

function times(ref: BackendRef): number {
  const weight = weightOf(ref) * WHOLE;
  if (weight <= MOST) return weight;
  throw new UserError(
    `backend ${ref.name} has weight ${weightOf(ref)}: use ${MOST / WHOLE} at most, so that a canary's part of a rule can be said`,
  );
}

/** The canary's Service has only the ports that the Canary names. */
function refuseOtherPort({ name, port }: BackendRef, canary: Canary): void {
  const { service } = canary;
  if (port === undefined || port === service.port || service.portDiscovery) return;
  throw new UserError(
    `backend ${name} is asked for at port ${port}, the canary has spec.service.port ${service.port} only: use one of the two in both, or set spec.service.portDiscovery`,
  );
}
