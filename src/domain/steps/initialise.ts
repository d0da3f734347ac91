import { ALL_TO_PRIMARY } from '../weights.js';
import { initializedAlert } from '../notices/alerts.js';
import type { Decision, Effect } from '../decision/effects.js';
import { messagesFor } from '../notices/messages.js';
import { policyOf } from '../state.js';
import { seenRevision } from '../decision/seen.js';
import { apply, ended, failure, normal, status, tickNow, type Context } from './common.js';

/** Creates what the primary needs; users' traffic isn't touched yet. */
export function build({ state, findings, now }: Context): Decision {
  const revision = seenRevision(state, findings);
  const next = tickNow({ ...state, phase: 'Initializing', applied: revision }, now);
  return apply(
    [status(next), { do: 'keep', revision, first: true }, { do: 'build' }],
    `create primary of ${state.canary.name}`,
    next,
    now,
  );
}

/** The primary serves: it gets the traffic, and the target is scaled to zero. */
export function initialise({ state, findings, now }: Context): Decision {
  const say = messagesFor(state);
  const revision = seenRevision(state, findings);
  const next = ended(
    {
      ...state,
      phase: 'Initialized',
      weight: 0,
      failedChecks: 0,
      iterations: 0,
      applied: revision,
      promoted: revision.hash,
    },
    { kind: 'initialized', reason: say.initialized },
  );
  const effects: Effect[] = [
    ...providersSaid(state, findings.providers),
    { do: 'reconcile', ...ALL_TO_PRIMARY },
    { do: 'drain' },
    { do: 'scaleDown' },
    status(next),
    normal(say.initialized),
  ];
  const alerts = [initializedAlert(policyOf(state).targetKind)];
  return apply(effects, `initialise ${state.canary.name}`, next, now, alerts);
}

function providersSaid(state: Context['state'], providers: Context['findings']['providers']): Effect[] {
  if (policyOf(state).skipAnalysis || providers === undefined) return [];
  const say = messagesFor(state);
  // Metrics providers that don't answer are named; they never block the initialisation of a Canary.
  return [
    providers.error === undefined ? normal(say.providersAvailable) : failure(say.providersUnavailable(providers.error)),
  ];
}
