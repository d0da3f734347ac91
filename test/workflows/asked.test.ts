import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReleaseState, RunState } from '../../src/domain/state.js';
import { asked } from '../../src/workflows/asked.js';

/** All that a decision is made from; the compiler misses one that is new. The policy is read from the spec. */
const FIELDS = {
  canary: true,
  recover: true,
  generation: true,
  phase: true,
  weight: true,
  failedChecks: true,
  failedInARow: true,
  unknownChecks: true,
  unknownAt: true,
  judgement: true,
  notCountedSince: true,
  iterations: true,
  applied: true,
  promoted: true,
  prepared: true,
  begun: true,
  stranded: true,
  mending: true,
  outage: true,
  returning: true,
  paused: true,
  gate: true,
  approved: true,
  approvals: true,
  triggers: true,
  promoteNow: true,
  undoing: true,
  again: true,
  skipStep: true,
  grown: true,
  checkDueAt: true,
  weightSince: true,
  lastDrift: true,
  stuckSince: true,
  unready: true,
} satisfies Record<keyof Omit<ReleaseState, 'policy'>, true>;

test('a look decides what to ask by the same state as the run decides what to do', () => {
  const state = Object.fromEntries(Object.keys(FIELDS).map((field) => [field, field]));
  const sent = asked(state as unknown as RunState) as unknown as Record<string, unknown>;
  for (const field of Object.keys(FIELDS)) assert.equal(sent[field], field, `${field} is not sent along`);
});
