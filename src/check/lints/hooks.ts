import type { HookType } from '../../domain/policy.js';
import { about, type Lint } from '../subject.js';

/** Webhooks and metrics as parts of the release: what is never asked, and what asks too long. */

export const somethingJudges: Lint = (subject) => {
  const { metrics, webhooks } = subject.canary.analysis;
  if (subject.canary.skipAnalysis || metrics.length > 0) return [];
  if (webhooks.some(({ type }) => type === 'rollout')) return [];
  return [
    about(subject, {
      rule: 'nothing-judges',
      severity: 'warning',
      field: 'spec.analysis.metrics',
      message: 'there is neither a metric nor a rollout webhook: any canary passes whose pods are ready',
      remedy: 'add request-success-rate with thresholdRange.min 99, for a start',
    }),
  ];
};

/** What is still called when the analysis is skipped. */
const WITHOUT_ANALYSIS: readonly HookType[] = ['confirm-rollout', 'post-rollout', 'event'];

export const analysisIsNotSkipped: Lint = (subject) => {
  const { skipAnalysis, analysis } = subject.canary;
  if (!skipAnalysis) return [];
  const hooks = analysis.webhooks.filter(({ type }) => !WITHOUT_ANALYSIS.includes(type)).map(({ name }) => name);
  const metrics = analysis.metrics.map(({ name }) => name);
  const idle = [...metrics, ...hooks];
  if (idle.length === 0) return [];
  return [
    about(subject, {
      rule: 'unreachable-check',
      severity: 'warning',
      field: 'spec.skipAnalysis',
      value: true,
      message: `the analysis is skipped, so these are never asked: ${idle.join(', ')}`,
      remedy: 'remove skipAnalysis when the new revision is out',
    }),
  ];
};

export const gatesAreReached: Lint = (subject) => {
  const { strategy, webhooks } = subject.canary.analysis;
  if (strategy.kind === 'canary') return [];
  const title = strategy.kind === 'ab' ? 'an A/B test' : 'a Blue/Green release';
  return webhooks.flatMap(({ name, type }, index) =>
    type !== 'confirm-traffic-increase'
      ? []
      : [
          about(subject, {
            rule: 'unreachable-gate',
            severity: 'warning',
            field: `spec.analysis.webhooks[${index}].type`,
            value: type,
            message: `${name} is never asked: ${title} goes by iterations, not by weights`,
            remedy: 'use confirm-promotion, which is asked before everybody gets the new revision',
          }),
        ],
  );
};

export const hooksFitTheInterval: Lint = (subject) => {
  const { intervalSeconds, webhooks } = subject.canary.analysis;
  const rollout = webhooks.filter(({ type }) => type === 'rollout');
  const seconds = rollout.reduce((sum, { timeoutSeconds, retries }) => sum + timeoutSeconds * (retries + 1), 0);
  if (seconds <= intervalSeconds) return [];
  return [
    about(subject, {
      rule: 'hooks-longer-than-interval',
      severity: 'info',
      field: 'spec.analysis.webhooks',
      message: `rollout webhooks may take ${seconds} s with all their retries, and the interval is ${intervalSeconds} s: checks then come later than it says`,
      remedy: 'shorten timeouts and retries, or lengthen the interval',
    }),
  ];
};
