import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { stringify } from 'yaml';
import { APPROVALS_ANNOTATION } from '../../src/crds/approvals.js';
import { parseCanary, refusalsOf } from '../../src/crds/canary.js';
import { policyOfCanary } from '../../src/crds/policy.js';
import { describeRefusal } from '../../src/crds/refusal.js';
import { canaryWith, OPTIONS } from './fixtures.js';

const FIELD = `metadata.annotations["${APPROVALS_ANNOTATION}"]`;

function annotated(approvals: unknown, edits: Readonly<Record<string, unknown>> = {}): object {
  const text = typeof approvals === 'string' ? approvals : stringify(approvals);
  return canaryWith({ 'metadata.annotations': { [APPROVALS_ANNOTATION]: text }, ...edits });
}

function policy(approvals: unknown, edits?: Readonly<Record<string, unknown>>) {
  const parsed = parseCanary(annotated(approvals, edits), OPTIONS);
  assert.ok(parsed.ok, parsed.ok ? '' : describeRefusal(parsed.refusal));
  return policyOfCanary(parsed.value).approvals;
}

describe('the annotation with the approvals', () => {
  test('in full, and with all its defaults', () => {
    const full = policy(`
- gate: promotion
  needed: 2
  groups: [release-managers, sre]
  notByTrigger: true
  expiresAfter: 48h
  expiresInto: hold
- gate: weight
  at: 50
- gate: weight
  expiresAfter: 90m
- gate: rollout
- gate: rollback
`);
    const none = { needed: 1, groups: [], notByTrigger: false };
    assert.deepEqual(full?.rules, [
      {
        gate: 'promotion',
        needed: 2,
        groups: ['release-managers', 'sre'],
        notByTrigger: true,
        expires: { after: '48h', ms: 172_800_000, into: 'hold' },
      },
      { gate: 'weight', atWeight: 50, ...none },
      { gate: 'weight', ...none, expires: { after: '90m', ms: 5_400_000, into: 'reject' } },
      { gate: 'rollout', ...none },
      { gate: 'rollback', ...none },
    ]);
  });

  test('without it nobody need approve, and each text has a digest of its own', () => {
    const bare = parseCanary(canaryWith({}), OPTIONS);
    assert.ok(bare.ok);
    assert.equal(policyOfCanary(bare.value).approvals, undefined);
    const digests = ['- gate: rollout', '- gate: promotion', '- gate: promotion '].map((text) => policy(text)?.digest);
    assert.equal(new Set(digests).size, 3);
  });
});

const ROWS: readonly (readonly [unknown, field: string, value: string, remedy: RegExp, edits?: object])[] = [
  ['promotion', '', '"promotion"', /^write a YAML list of gates, such as "- gate: promotion"/],
  ['', '', '""', /^write a YAML list of gates/],
  ['[]', '', '"[]"', /^list at least one gate|^write a YAML list/],
  ['- gate: [', '', '"- gate: ["', /^it can't be read as YAML \(.+\): write a YAML list/],
  ['- &a {gate: promotion}\n- *a', '[1].gate', '"promotion"', /listed already/],
  [['promotion'], '[0]', '"promotion"', /use fields and values/],
  [[{ needed: 2 }], '[0].gate', '(nothing)', /use one of rollout, weight, promotion, rollback/],
  [[{ gate: 'promote' }], '[0].gate', '"promote"', /^use one of rollout, weight, promotion, rollback$/],
  [[{ gate: 'promotion', need: 2 }], '[0]', 'an object', /no such field, only gate, at, needed, groups, notByTrigger/],
  [[{ gate: 'promotion', needed: 0 }], '[0].needed', '0', /^use a whole number from 1 to 20$|1/],
  [[{ gate: 'promotion', needed: 21 }], '[0].needed', '21', /20/],
  [[{ gate: 'promotion', needed: 'two' }], '[0].needed', '"two"', /^use a whole number from 1 to 20$/],
  [[{ gate: 'promotion', groups: 'sre' }], '[0].groups', '"sre"', /list/],
  [[{ gate: 'promotion', groups: [''] }], '[0].groups[0]', '""', /empty|name of a Kubernetes group/],
  [[{ gate: 'promotion', notByTrigger: 'yes' }], '[0].notByTrigger', '"yes"', /^use true or false$/],
  [[{ gate: 'rollout' }, { gate: 'promotion', expiresAfter: '2 days' }], '[1].expiresAfter', '"2 days"', /such as 48h/],
  [[{ gate: 'promotion', expiresAfter: '0s' }], '[0].expiresAfter', '"0s"', /above 0/],
  [[{ gate: 'promotion', expiresAfter: 48 }], '[0].expiresAfter', '48', /such as 48h/],
  [
    [{ gate: 'promotion', expiresAfter: '1h', expiresInto: 'approve' }],
    '[0].expiresInto',
    '"approve"',
    /^use one of reject, hold$/,
  ],
  [[{ gate: 'promotion', expiresInto: 'hold' }], '[0].expiresInto', '"hold"', /without expiresAfter/],
  [[{ gate: 'promotion', at: 50 }], '[0].at', '50', /^only the gate weight/],
  [[{ gate: 'weight', at: 0 }], '[0].at', '0', /1/],
  [[{ gate: 'weight', at: 60 }], '[0].at', '60', /no release comes there: use a weight up to 50/],
  [[{ gate: 'promotion' }, { gate: 'promotion' }], '[1].gate', '"promotion"', /listed already, as entry 0/],
  [
    [
      { gate: 'weight', at: 20 },
      { gate: 'weight', at: 20 },
    ],
    '[1].gate',
    '"weight at 20"',
    /listed already/,
  ],
  [
    [{ gate: 'weight' }],
    '[0].gate',
    '"weight"',
    /the kubernetes provider moves no weights: use the gate promotion/,
    { 'spec.provider': 'kubernetes', 'spec.routeRef': undefined },
  ],
];

describe('an annotation that can’t be carried out is refused, naming entry, field, value and what would be right', () => {
  for (const [approvals, field, value, remedy, edits = {}] of ROWS) {
    test(JSON.stringify(approvals), () => {
      const parsed = parseCanary(annotated(approvals, { ...edits }), OPTIONS);
      assert.ok(!parsed.ok, 'it was taken');
      const { refusal } = parsed;
      assert.equal(refusal.field, `${FIELD}${field}`, describeRefusal(refusal));
      assert.equal(refusal.value, value, describeRefusal(refusal));
      assert.match(refusal.remedy, remedy);
      assert.equal(refusal.generation, 4);
    });
  }

  test('a check of the policy names every entry that is wrong', () => {
    const object = annotated([{ gate: 'promotion', needed: 0 }, { gate: 'rollouts' }]);
    assert.deepEqual(
      refusalsOf(object, OPTIONS).map(({ field }) => field),
      [`${FIELD}[0].needed`, `${FIELD}[1].gate`],
    );
  });
});
