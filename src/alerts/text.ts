import type { Canary } from '../crds/canary.js';
import type { Alert } from '../domain/notices/notice.js';
import type { Strategy } from '../domain/policy.js';
import type { OfferedOrder } from '../links/offers.js';
import type { AlertText } from './port.js';

/**
 * An alert in words for people, with Flagger's fields in Flagger's order.
 *
 * @param cluster undefined where the cluster has no name of its own
 * @param offers orders that it offers
 */
export function alertText(
  alert: Alert & { readonly at: number },
  canary: Canary,
  cluster: string | undefined,
  offers: readonly OfferedOrder[] = [],
): AlertText {
  const { name, namespace } = canary;
  const { severity, topic, message, at } = alert;
  const fields = [
    ...(cluster === undefined ? [] : [{ name: 'Cluster', value: cluster }]),
    ...(alert.details ? detailsOf(canary) : []),
  ];
  return { name, namespace, cluster, severity, topic, message, fields, offers, at };
}

function detailsOf({ targetRef, namespace, analysis, progressDeadlineSeconds }: Canary): AlertText['fields'] {
  return [
    { name: 'Target', value: `${targetRef.kind}/${targetRef.name}.${namespace}` },
    { name: 'Failed checks threshold', value: String(analysis.threshold) },
    { name: 'Progress deadline', value: `${progressDeadlineSeconds}s` },
    { name: 'Traffic routing', value: routingOf(analysis.strategy) },
  ];
}

function routingOf(strategy: Strategy): string {
  switch (strategy.kind) {
    case 'ab':
      return 'A/B Testing';
    case 'blueGreen':
      return 'Blue/Green';
    case 'canary': {
      const { weights, stepWeight, maxWeight } = strategy;
      if (weights) return `Weight steps: ${weights.join(',')} max: ${maxWeight}`;
      return `Weight step: ${stepWeight ?? maxWeight} max: ${maxWeight}`;
    }
  }
}
