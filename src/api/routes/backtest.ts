import type { z } from 'zod';
import { parsedCanary } from '../../canary/read.js';
import type { JudgementSettings } from '../../crds/judgement.js';
import { JUDGEMENT_ANNOTATION } from '../../crds/own-settings.js';
import type { Dependencies } from '../../dependencies.js';
import type { KubeObject } from '../../kube/object.js';
import type { Guard } from '../auth/guard.js';
import type { Backtests } from '../backtest/backtests.js';
import { manifestsIn, wrongManifest } from '../check/manifests.js';
import { Problem } from '../problems/problem.js';
import { backtestAnswerSchema, backtestRequestSchema } from '../schema/backtest.js';
import { problems, type App } from './app.js';

type Body = z.output<typeof backtestRequestSchema>;

const REMEDY = 'send the one Canary (flagger.app/v1beta1) that has the policy, in YAML or JSON';

/** What another policy would have made of past releases. */
export function backtestRoute(app: App, deps: Dependencies, guard: Guard, backtests: Backtests): void {
  app.post('/api/v1/backtest', {
    schema: {
      tags: ['releases'],
      operationId: 'backtestPolicy',
      summary: 'Put past releases of a Canary through another policy: which would have ended otherwise, and when',
      body: backtestRequestSchema,
      response: { 200: backtestAnswerSchema, ...problems },
    },
    // Whose releases it is about only the body tells.
    onRequest: (request) => guard.identify(request),
    handler: async (request) => {
      const { body } = request;
      const object = canaryIn(body);
      const namespace = body.namespace ?? object.metadata.namespace ?? 'default';
      const name = body.canary ?? object.metadata.name;

      await guard.admit(request, { verb: 'get', namespace, name });
      const judgement = judgementIn(object, deps);
      const { clusterName: cluster } = deps.settings;
      const since = body.since === undefined ? undefined : new Date(body.since);
      const { items, untested } = await backtests.run({ cluster, namespace, name, since }, body.limit, judgement);
      const sent = items.map(({ uncounted, ...item }) => ({ ...item, uncounted: [...uncounted] }));
      return { namespace, canary: name, items: sent, untested };
    },
  });
}

/** @throws Problem where it can't be read, or isn't one Canary */
function canaryIn(body: Body): KubeObject {
  const [object, ...others] = manifestsIn(body, REMEDY).canaries;
  if (object && others.length === 0) return object;
  throw wrongManifest(others.length > 0 ? 'there are several Canaries in it' : 'there is no Canary in it', REMEDY);
}

/** @throws Problem where nothing is judged by evidence */
function judgementIn(object: KubeObject, deps: Dependencies): JudgementSettings {
  const { uid: _uid, ...metadata } = object.metadata;
  // With the uid of a Canary of the cluster it would be remembered in that one's place.
  const parsed = parsedCanary(deps, { ...object, metadata });
  if (!parsed.ok) {
    const { field, value, remedy } = parsed.refusal;
    throw new Problem('invalid-input', `${field}: ${remedy}`, { field: `manifest.${field}`, value, remedy });
  }
  if (parsed.value.judgement) return parsed.value.judgement;
  throw new Problem('invalid-input', 'it has no policy to test', {
    field: 'manifest',
    remedy: `set its annotation ${JUDGEMENT_ANNOTATION}, such as to "preset: balanced"`,
  });
}
