import { firstOf, httpUrl, wholeBetween, type Rule } from './rule.js';
import { metricSources } from '../build/metrics.js';

/** Rules for the steps of a release and for its checks. */

const ANY = Number.MAX_SAFE_INTEGER;

export const thresholdIsCount: Rule = ({ analysis }) =>
  wholeBetween('spec.analysis.threshold', analysis.threshold, 0, ANY);

/** Fractions are accepted as they are: `serinus check` warns of them. */
export const iterationsAreNotNegative: Rule = ({ analysis: { iterations = 0 } }) =>
  iterations >= 0
    ? undefined
    : {
        field: 'spec.analysis.iterations',
        value: iterations,
        remedy: 'use how many checks there shall be, such as 10',
      };

/** Only checked where it matters: the last of `stepWeights` overrides it. */
export const maxWeightIsPercent: Rule = ({ analysis }) =>
  analysis.stepWeight === undefined ? undefined : wholeBetween('spec.analysis.maxWeight', analysis.maxWeight, 1, 100);

export const stepWeightMoves: Rule = ({ analysis }) =>
  wholeBetween('spec.analysis.stepWeight', analysis.stepWeight, 1, ANY);

export const stepWeightsAscend: Rule = ({ analysis: { stepWeights } }) => {
  const field = 'spec.analysis.stepWeights';
  if (stepWeights === undefined) return undefined;
  if (stepWeights.length === 0)
    return { field, value: stepWeights, remedy: 'list at least one weight, such as [10, 50]' };
  const last = stepWeights.length - 1;
  const outOfRange = firstOf(stepWeights, (weight, index) =>
    wholeBetween(`${field}[${index}]`, weight, 1, index === last ? ANY : 100),
  );
  if (outOfRange) return outOfRange;
  return firstOf(stepWeights, (weight, index) =>
    index > 0 && Math.min(weight, 100) <= Number(stepWeights[index - 1])
      ? { field, value: stepWeights, remedy: 'list ascending weights, each one once' }
      : undefined,
  );
};

export const promotionStepIsPercent: Rule = ({ analysis }) =>
  wholeBetween('spec.analysis.stepWeightPromotion', analysis.stepWeightPromotion, 0, 100);

export const mirrorWeightIsPercent: Rule = ({ analysis: { mirrorWeight = 0 } }) =>
  mirrorWeight >= 0 && mirrorWeight <= 100
    ? undefined
    : { field: 'spec.analysis.mirrorWeight', value: mirrorWeight, remedy: 'use a number from 0 to 100' };

export const readyThresholdsArePercent: Rule = ({ analysis }) =>
  wholeBetween('spec.analysis.primaryReadyThreshold', analysis.primaryReadyThreshold, 0, 100) ??
  wholeBetween('spec.analysis.canaryReadyThreshold', analysis.canaryReadyThreshold, 0, 100);

export const metricsAreUsable: Rule = (spec, { namespace }) =>
  firstOf(spec.analysis.metrics ?? [], (metric, index) => {
    const field = `spec.analysis.metrics[${index}]`;
    if (metricSources(metric, namespace).length === 0) {
      return {
        field: `${field}.name`,
        value: metric.name,
        remedy:
          'no usable metrics template and query were configured: use request-success-rate or request-duration, or set templateRef',
      };
    }
    if (metric.interval !== undefined && metric.interval.seconds <= 0) {
      return { field: `${field}.interval`, value: metric.interval.text, remedy: 'use a duration such as 30s or 1m' };
    }
    const { min = -Infinity, max = Infinity } = metric.thresholdRange ?? {};
    if (min <= max) return undefined;
    return { field: `${field}.thresholdRange.min`, value: min, remedy: `use a number that is not above max (${max})` };
  });

export const webhooksAreCallable: Rule = ({ analysis: { webhooks = [] } }) =>
  firstOf(webhooks, ({ url, timeout, retries }, index) => {
    const field = `spec.analysis.webhooks[${index}]`;
    if (url === '')
      return { field: `${field}.url`, value: undefined, remedy: 'set it to the URL that shall be called' };
    if (timeout !== undefined && timeout.seconds <= 0) {
      return { field: `${field}.timeout`, value: timeout.text, remedy: 'use a duration such as 10s or 1m' };
    }
    return httpUrl(`${field}.url`, url) ?? wholeBetween(`${field}.retries`, retries, 0, ANY);
  });

/** A load tester answers yes at once when a test starts: as a rollback webhook it would end every release. */
export const rollbackHooksAsk: Rule = ({ analysis: { webhooks = [] } }) =>
  firstOf(webhooks, ({ type, metadata = {} }, index) =>
    type === 'rollback' && (metadata['type'] ?? 'cmd') === 'cmd' && /^\s*hey\s/.test(metadata['cmd'] ?? '')
      ? {
          field: `spec.analysis.webhooks[${index}].type`,
          value: type,
          remedy: 'it starts a load test, whose start is always answered with yes: use the type rollout',
        }
      : undefined,
  );

/** A valid name of a cookie: anything else would end the header, or begin another attribute. */
const COOKIE_NAME = /^[\w!#$%&'*+.^`|~-]+$/;

export const cookiesAreKept: Rule = ({ analysis: { sessionAffinity } }) => {
  if (sessionAffinity === undefined) return undefined;
  const field = 'spec.analysis.sessionAffinity';
  const { cookieName, primaryCookieName, maxAge = 0 } = sessionAffinity;
  if (maxAge < 0)
    return {
      field: `${field}.maxAge`,
      value: maxAge,
      remedy: 'use seconds, such as 3600: this cookie is thrown away at once',
    };
  return firstOf(Object.entries({ cookieName, primaryCookieName }), ([part, name]) =>
    name === undefined || name === '' || COOKIE_NAME.test(name)
      ? undefined
      : {
          field: `${field}.${part}`,
          value: name,
          remedy: 'use letters, digits, "-" and "_": no cookie has such a name',
        },
  );
};

export const cookiesDiffer: Rule = ({ analysis: { sessionAffinity } }) =>
  sessionAffinity === undefined || sessionAffinity.cookieName !== sessionAffinity.primaryCookieName
    ? undefined
    : {
        field: 'spec.analysis.sessionAffinity.primaryCookieName',
        value: sessionAffinity.primaryCookieName,
        remedy: "can't use the same cookie name for both primary and cookie name; please update them to be different",
      };
