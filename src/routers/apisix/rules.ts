import { baselineServiceName } from '../../crds/baseline.js';
import type { Canary } from '../../crds/canary.js';
import { ALL_TO_PRIMARY, dividedAs, sharesOf, type Weights } from '../../domain/weights.js';
import { UserError } from '../../errors.js';
import { affinityRules } from './affinity.js';
import { expressionsOf } from './audience.js';
import { withExpressions, type Backend, type HttpRule, type Plugin } from './objects.js';

/** Outranks the user's own route, which stays as it is, and serves the primary if ours is deleted. */
const PRIORITY = 10_000;
const MIRROR = 'proxy-mirror';

/** The source of the generated rules: the user's rule for the Canary's service, and its only backend. */
export interface Source {
  readonly rule: HttpRule;
  readonly backend: Backend;
}

/**
 * The rules of the generated route. The last one is the user's own, with primary and canary as backends; before it come
 * those that outrank it, for an audience or for clients that have met the canary already.
 *
 * @throws UserError where the user's rule conflicts with what the Canary needs
 */
export function rulesOf(canary: Canary, source: Source, weights: Weights): readonly HttpRule[] {
  const base = { ...source.rule, priority: PRIORITY };
  if (weights.mirrored) return [mirroring(canary, ruleFor(canary, base, source.backend, ALL_TO_PRIMARY), source)];
  if (canary.analysis.match.length > 0 && !weights.everybody) return audienceRules(canary, base, source, weights);
  const { sessionAffinity } = canary.analysis;
  if (sessionAffinity && weights.primary > 0 && weights.canary > 0) {
    return affinityRules(canary, sessionAffinity, base, source.backend, weights);
  }
  return [ruleFor(canary, base, source.backend, weights)];
}

/** Requests of the audience are divided by the weights, all others go to the primary. */
function audienceRules(canary: Canary, base: HttpRule, { backend }: Source, weights: Weights): readonly HttpRule[] {
  const insiders = canary.analysis.match.map((audience, index) =>
    ruleFor(
      canary,
      withExpressions(base, `audience-${index}`, PRIORITY + 1, expressionsOf(audience)),
      backend,
      weights,
    ),
  );
  return [...insiders, ruleFor(canary, base, backend, ALL_TO_PRIMARY)];
}

function ruleFor(canary: Canary, rule: HttpRule, backend: Backend, weights: Weights): HttpRule {
  const { primaryName, canaryName } = canary.service;
  const shares = sharesOf(weights);
  const to = (serviceName: string, weight: number): Backend => ({ ...backend, serviceName, weight });
  return {
    ...rule,
    backends: [
      to(primaryName, shares.primary),
      to(canaryName, shares.canary),
      ...(shares.baseline > 0 ? [to(baselineServiceName(canary), shares.baseline)] : []),
    ],
  };
}

/** APISIX sends the canary copies of the requests, and drops its answers. */
function mirroring(canary: Canary, rule: HttpRule, { backend }: Source): HttpRule {
  const { plugins = [] } = rule;
  if (plugins.some(({ name }) => name === MIRROR)) {
    throw new UserError(
      `apisix route rule ${rule.name} has a ${MIRROR} plugin of its own, remove it or spec.analysis.mirror`,
    );
  }
  const { canaryName } = canary.service;
  const port = typeof backend.servicePort === 'number' ? backend.servicePort : canary.service.port;
  const { mirrorWeight } = canary.analysis;
  const plugin: Plugin = {
    name: MIRROR,
    enable: true,
    config: {
      host: `http://${canaryName}.${canary.namespace}:${port}`,
      ...(mirrorWeight < 100 ? { sample_ratio: mirrorWeight / 100 } : {}),
    },
  };
  return { ...rule, plugins: [...plugins, plugin] };
}

/** How the generated rules divide the traffic. */
export function weightsOf(canary: Canary, rules: readonly HttpRule[]): Weights | undefined {
  const last = rules.at(-1);
  const base = last && weightOf(last, canary.service.primaryName);
  if (last === undefined || base === undefined) return undefined;
  if (last.plugins?.some((plugin) => isOurMirror(canary, plugin))) return { ...ALL_TO_PRIMARY, mirrored: true };
  const beside = weightOf(last, baselineServiceName(canary)) ?? 0;
  if (beside > 0 && rules.length === 1)
    return dividedAs({ primary: base, canary: 100 - base - beside, baseline: beside });
  const first = rules.length > 1 ? rules.find((rule) => weightOf(rule, canary.service.canaryName)) : undefined;
  const share = first ? (weightOf(first, canary.service.canaryName) ?? 0) : rules.length > 1 ? 0 : 100 - base;
  const everybody = share === 100 && rules.length === 1 && canary.analysis.match.length > 0;
  return { primary: 100 - share, canary: share, ...(everybody ? { everybody: true } : {}) };
}

/** The user's rule, as far as it can be reconstructed from the generated ones. */
export function sourceIn(canary: Canary, rules: readonly HttpRule[]): Source | undefined {
  const last = rules.at(-1);
  const backend = last?.backends?.find(({ serviceName }) => serviceName === canary.service.primaryName);
  if (!last || !backend) return undefined;
  const plugins = last.plugins?.filter((plugin) => !isOurMirror(canary, plugin));
  const { weight: _weight, ...rest } = backend;
  return { rule: { ...last, ...(plugins ? { plugins } : {}) }, backend: rest };
}

function weightOf(rule: HttpRule, service: string): number | undefined {
  return rule.backends?.find(({ serviceName }) => serviceName === service)?.weight;
}

function isOurMirror(canary: Canary, { name, config }: Plugin): boolean {
  const host = `http://${canary.service.canaryName}.${canary.namespace}:`;
  return name === MIRROR && String(config?.['host']).startsWith(host);
}
