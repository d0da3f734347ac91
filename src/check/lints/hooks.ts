import type { HookType } from '../../domain/policy.js';
import { about, type Lint } from '../subject.js';

/** Webhooks and metrics as parts of the release: those that are never called, and those that take too long. */

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

/** Webhooks that are still called when the analysis is skipped. */
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

/** Paths of a load tester's gates, and the types of webhooks that can use them. */
const GATES: readonly { readonly path: RegExp; readonly types: readonly HookType[]; readonly what: string }[] = [
  {
    path: /\/gate\/(check|approve|halt)\/?$/,
    types: ['confirm-rollout', 'confirm-traffic-increase', 'confirm-promotion'],
    what: 'a gate, which is asked whether a release may go on',
  },
  { path: /\/(gate|rollback)\/(open|close)\/?$/, types: [], what: 'the switch of a gate, which a person turns' },
  { path: /\/rollback\/check\/?$/, types: ['rollback'], what: 'a gate, which is asked whether to roll back' },
];

/** Webhooks whose answer decides: a load tester answers yes to all of them at once. */
const ASKED: readonly HookType[] = ['confirm-rollout', 'confirm-traffic-increase', 'confirm-promotion', 'rollback'];

/** The start of a load test is answered at once, whatever its result. */
const LOAD_TEST = /^\s*(hey|wrk|ghz|ab|k6|fortio|vegeta)\s/;

export const hooksMeanWhatTheyCall: Lint = (subject) =>
  subject.canary.analysis.webhooks.flatMap(({ name, type, url, metadata = {} }, index) => {
    const path = URL.canParse(url) ? new URL(url).pathname : '';
    const gate = GATES.find((one) => one.path.test(path));
    const loads = LOAD_TEST.test(metadata['cmd'] ?? '') && (metadata['type'] ?? 'cmd') === 'cmd';
    const says =
      gate && !gate.types.includes(type)
        ? `its URL is that of ${gate.what}`
        : loads && ASKED.includes(type)
          ? `it starts a load test, which is answered with yes: ${type === 'rollback' ? 'every release would be rolled back' : 'the gate would always be open'}`
          : undefined;
    if (says === undefined) return [];
    const types = gate?.types ?? ['rollout'];
    return [
      about(subject, {
        rule: 'hook-of-another-type',
        severity: loads || types.length === 0 ? 'error' : 'warning',
        field: `spec.analysis.webhooks[${index}].type`,
        value: type,
        message: `${name} can't mean that as ${type}: ${says}`,
        remedy: types.length === 0 ? 'use the path that ends with check' : `use the type ${types.join(' or ')}`,
      }),
    ];
  });

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
