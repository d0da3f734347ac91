import type { Strategy } from '../domain/policy.js';
import { isOwnRoute } from './traffic.js';
import type { Canary } from './types.js';

/** Providers whose routes divide requests among three. */
const WITH_BASELINE: readonly string[] = ['apisix', 'gatewayapi:v1', 'gatewayapi:v1beta1', 'istio', 'traefik'];

/** With a larger share of the canary no equal one is left for the baseline. */
const LARGEST_BESIDE_BASELINE = 50;

/** The kind of target that can have fresh pods, as many as the canary. */
const WITH_PODS = 'Deployment';
const SUFFIX = '-baseline';

/** The other parts of a Canary that matter for a baseline. */
export interface BesideBaseline {
  readonly provider: string;
  readonly routeRef: { readonly kind: string } | undefined;
  readonly targetKind: string;
  readonly strategy: Strategy;
  readonly sessionAffinity: boolean;
}

/** Why there can be no fresh baseline, with the remedy; undefined where there can. */
export function refusedBaseline(asked: BesideBaseline): string | undefined {
  const { provider, routeRef, targetKind, strategy, sessionAffinity } = asked;
  if (!WITH_BASELINE.includes(provider)) {
    return `the ${provider} provider divides requests between two versions only: remove it, or use one of ${WITH_BASELINE.join(', ')}`;
  }
  if (isOwnRoute(provider, routeRef)) {
    return 'an HTTPRoute of your own has no room for a third version: remove it, or spec.routeRef';
  }
  if (targetKind !== WITH_PODS) {
    return `a ${targetKind} has no fresh baseline, only a ${WITH_PODS} has: remove it`;
  }
  if (sessionAffinity) {
    return 'clients that stay with the version they have met are no equal share: remove it, or spec.analysis.sessionAffinity';
  }
  const largest = strategy.kind === 'canary' ? strategy.maxWeight : 0;
  if (largest <= LARGEST_BESIDE_BASELINE) return undefined;
  return `the canary gets up to ${largest} %, which leaves no equal share for a baseline: end at ${LARGEST_BESIDE_BASELINE} or less, or remove it`;
}

/** Name of the Service that leads to the baseline's pods. */
export function baselineServiceName({ service }: Pick<Canary, 'service'>): string {
  return `${service.name}${SUFFIX}`;
}

/** Name of the Deployment of the baseline's pods. */
export function baselineTargetName({ targetRef }: Pick<Canary, 'targetRef'>): string {
  return `${targetRef.name}${SUFFIX}`;
}

/** The value of their selector label, from that of the target's pods. */
export function baselineValue(value: string): string {
  return `${value}${SUFFIX}`;
}

/** Whether releases of the Canary are compared with a fresh baseline. */
export function asksForBaseline({ judgement }: Pick<Canary, 'judgement'>): boolean {
  return judgement?.baseline === true;
}

/** Whether there is to be one now: while a canary that doesn't serve all users is being analysed. */
export function wantsBaseline({ judgement, skipAnalysis, status }: Canary): boolean {
  if (!asksForBaseline({ judgement }) || skipAnalysis) return false;
  const { phase, canaryWeight, lastPromotedSpec } = status;
  const isAnalysed = phase === 'Progressing' || phase === 'Waiting' || phase === 'WaitingPromotion';
  return isAnalysed && lastPromotedSpec !== '' && canaryWeight < 100;
}
