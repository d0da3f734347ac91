import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'node:test';
import { DefaultLogger, Runtime, Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { SCENARIOS } from './recording/scenarios.js';
import type { OutcomeKind } from '../../src/domain/state.js';
import { makeBundle, workflowBundle } from '../../src/worker/bundle.js';
import { IDENTITY, savedHistories, type Json, type SavedHistory } from './saved.js';
import { textsIn } from './texts.js';

// What a replay finds comes back as its result; the log would only repeat it.
Runtime.install({
  logger: new DefaultLogger('ERROR', () => undefined),
  telemetryOptions: { logging: { filter: 'OFF' } },
});

const SAVED = savedHistories();
const BROKEN = SCENARIOS.filter(({ broken }) => broken).map(({ name }) => name);
const RECORD = 'record them again with npm run histories';

function bundleOf(file: string): Promise<WorkflowBundleOption> {
  return makeBundle(fileURLToPath(new URL(file, import.meta.url)));
}

/** What came of replaying each history, in their order. */
async function replayed(
  bundle: WorkflowBundleOption,
  histories: readonly SavedHistory[],
): Promise<readonly (Error | undefined)[]> {
  const given = histories.map(({ history }) => ({ history, workflowId: workflowIdIn(history) }));
  const results: (Error | undefined)[] = [];
  for await (const { error } of Worker.runReplayHistories({ workflowBundle: bundle }, given)) results.push(error);
  assert.equal(results.length, histories.length, 'each history has a result');
  return results;
}

function workflowIdIn({ events = [] }: SavedHistory['history']): string {
  const id = events?.[0]?.workflowExecutionStartedEventAttributes?.workflowId;
  assert.ok(id, 'the history tells its workflow id');
  return id;
}

/** How the run closed; undefined where it did not. */
function endOf({ history }: SavedHistory): 'completed' | 'failed' | 'cancelled' | 'continued' | undefined {
  const last = history.events?.at(-1);
  if (last?.workflowExecutionCompletedEventAttributes) return 'completed';
  if (last?.workflowExecutionFailedEventAttributes) return 'failed';
  if (last?.workflowExecutionCanceledEventAttributes) return 'cancelled';
  return last?.workflowExecutionContinuedAsNewEventAttributes ? 'continued' : undefined;
}

/** What became of the release, where the run's result says it. */
function outcomeOf({ history }: SavedHistory): string | undefined {
  const data = history.events?.at(-1)?.workflowExecutionCompletedEventAttributes?.result?.payloads?.[0]?.data;
  if (!data) return undefined;
  const result = JSON.parse(Buffer.from(data).toString('utf8')) as { ending?: { kind?: string } };
  return result.ending?.kind;
}

test('the workflows do what they did when these histories were recorded', async (t) => {
  const sound = SAVED.filter(({ name }) => !BROKEN.includes(name));
  const broken = SAVED.filter(({ name }) => BROKEN.includes(name));
  const results = [
    ...(await replayed(await workflowBundle(), sound)),
    ...(await replayed(await bundleOf('../harness/temporal/broken.ts'), broken)),
  ];
  for (const [index, { name }] of [...sound, ...broken].entries()) {
    await t.test(name, () => {
      const error = results[index];
      assert.ok(error === undefined, `${error?.message ?? ''}\nIf the change is meant, ${RECORD}`);
    });
  }
});

describe('a changed workflow is found out', () => {
  const releases = SAVED.filter(({ name }) => name.startsWith('promoted') || name.startsWith('rolled-back-by-metrics'));
  const changes = {
    'a timer more': 'extra-timer.ts',
    'a decision that asks for something else': 'other-plan.ts',
  };
  for (const [what, file] of Object.entries(changes)) {
    test(what, async () => {
      const results = await replayed(await bundleOf(file), releases);
      assert.ok(releases.length > 1);
      for (const [index, { name }] of releases.entries()) {
        assert.equal(results[index]?.name, 'DeterminismViolationError', `${name}: ${results[index]?.message}`);
      }
    });
  }
});

describe('the histories', () => {
  /** A kind that no recording ends with has its reason here. */
  const covered: Readonly<Record<OutcomeKind, true | { readonly because: string }>> = {
    initialized: true,
    promoted: true,
    'rolled-back': true,
    aborted: true,
    rejected: true,
    undone: { because: 'it is new: no run of an earlier version can have ended so' },
    'promotion-failed': true,
    superseded: true,
    reconciled: true,
    refused: true,
    suspended: true,
    terminated: true,
    gone: true,
    fenced: true,
  };
  const outcomes = new Set(SAVED.map(outcomeOf));
  for (const [kind, there] of Object.entries(covered)) {
    test(`one ends as ${kind}`, () => {
      assert.equal(outcomes.has(kind), there === true, RECORD);
    });
  }

  test('of runs that closed in every way there is', () => {
    for (const saved of SAVED) assert.ok(endOf(saved), `${saved.name} closed`);
    assert.deepEqual(new Set(SAVED.map(endOf)), new Set(['completed', 'failed', 'cancelled', 'continued']));
  });

  test('are those that npm run histories records', () => {
    const recorded = SCENARIOS.flatMap(({ name, others = [] }) => [name, ...others]);
    const names = SAVED.map(({ name }) => name);
    assert.deepEqual(
      recorded.filter((name) => !names.includes(name)),
      [],
      RECORD,
    );
    // A run that continued as new has its followers beside it.
    const strange = names.filter((name) => !recorded.includes(name) && !recorded.includes(name.replace(/-\d+$/, '')));
    assert.deepEqual(strange, [], RECORD);
  });

  test('show nothing of the machine that recorded them', () => {
    for (const { name, json } of SAVED) {
      const identities = valuesOf(json, 'identity').filter((identity) => identity !== '');
      assert.deepEqual([...new Set(identities)], [IDENTITY], name);
      assert.deepEqual(valuesOf(json, 'stackTrace'), [], name);
      for (const text of textsIn(json)) assert.doesNotMatch(text, /file:\/\/|\/(home|root|Users|tmp|work|opt)\//, name);
    }
  });
});

function valuesOf(value: Json, field: string): readonly Json[] {
  if (typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, part]) => (name === field ? [part] : valuesOf(part, field)));
}
