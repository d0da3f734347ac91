import assert from 'node:assert/strict';
import { parseCanary, type Canary } from '../../src/crds/canary.js';
import type { Weights } from '../../src/domain/weights.js';
import type { KubeObject } from '../../src/kube/object.js';
import type { Blueprint } from '../../src/routers/shared/object-router.js';
import { everything, OPTIONS } from '../crds/fixtures.js';

export type Part = Readonly<Record<string, unknown>>;

const FENCE = { epoch: 3, seq: 1 };

/** A Canary of the service `cart` on port 80, as far as the parts don't say something else. */
export function canaryOf(
  provider: string,
  { service = {}, analysis = {}, status = {} }: { service?: Part; analysis?: Part; status?: Part } = {},
): Canary {
  const parsed = parseCanary(
    {
      apiVersion: 'flagger.app/v1beta1',
      kind: 'Canary',
      metadata: { name: 'cart', namespace: 'shop', uid: '5f1c', generation: 4 },
      spec: {
        provider,
        targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'cart' },
        service: { port: 80, ...service },
        analysis: {
          interval: '30s',
          threshold: 3,
          ...('iterations' in analysis ? {} : { stepWeight: 10 }),
          ...analysis,
        },
      },
      status: { lastAppliedSpec: 'abc', ...status },
    },
    { ...OPTIONS, support: everything() },
  );
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return parsed.value;
}

/** The object as the API server would have it: without what is undefined. */
export function desired(blueprint: Blueprint, canary: Canary, weights: Weights, current?: KubeObject): KubeObject {
  const object = blueprint.desired({ canary, source: undefined, current, weights, fence: FENCE });
  return JSON.parse(JSON.stringify(object)) as KubeObject;
}

/** What a Canary says that nobody has checked before it came here. */
export function unchecked(
  canary: Canary,
  { service = {}, analysis = {} }: { service?: Part; analysis?: Part },
): Canary {
  return {
    ...canary,
    service: { ...canary.service, ...service },
    analysis: { ...canary.analysis, ...analysis },
  };
}
