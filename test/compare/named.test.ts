import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { Difference } from '../../scripts/compare/diff.js';
import { SAID, unnamed, type Part } from '../../scripts/compare/named.js';

const page = readFileSync(new URL('../../docs/differences.md', import.meta.url), 'utf8').replaceAll(/\s+/g, ' ');

describe('what differs side by side, and docs/differences.md', () => {
  for (const says of SAID) {
    // Prose may be quoted with either apostrophe.
    test(`says: ${says}`, () => assert.ok(page.replaceAll("'", '’').includes(says.replaceAll("'", '’'))));
  }

  const NAMED: readonly [Part, string][] = [
    ['objects', '+ ControllerRevision/podinfo-primary-<hash> (the whole object)'],
    ['objects', '+ Lease/serinus-podinfo (the whole object)'],
    ['objects', '+ ApisixRoute/podinfo-podinfo-canary metadata.annotations.serinus.dev/fence = 2.11'],
    ['objects', '- ApisixRoute/podinfo-podinfo-canary spec.http.0.websocket = false'],
    ['objects', '+ Deployment/podinfo-primary metadata.annotations.serinus.dev/former-configs = {}'],
    ['events', '- [Warning] Synced: podinfo-primary.NS not ready: waiting for rollout to finish: 0 out of 1 …'],
    ['events', '+ [Warning] Synced: Halt podinfo.NS advancement success rate 74.76% < 99%'],
    [
      'events',
      '- [Warning] Synced: scaling up x to 0x1e0 failed: Operation cannot be fulfilled on deployments.apps "x": the object has been modified; please',
    ],
    ['statuses', '+ {"phase":"Promoting","canaryWeight":50,"iterations":0,"failedChecks":1,"condition":"…"}'],
    ['statuses', '- {"phase":"Progressing","canaryWeight":10,"iterations":0,"failedChecks":2,"condition":"…"}'],
    ['statuses', '- at the end: status.trackedConfigs = {}'],
  ];
  for (const [part, text] of NAMED) {
    test(`names: ${text}`, () => {
      assert.deepEqual(unnamed(part, [differenceOf(text)]), []);
      const other = differenceOf((text.startsWith('+') ? '-' : '+') + text.slice(1));
      const either = (part === 'events' && !text.includes('cannot be fulfilled')) || text.includes('Promoting');
      assert.equal(unnamed(part, [other]).length, either ? 0 : 1, 'the other way round it is another difference');
    });
  }

  const UNNAMED: readonly [Part, string][] = [
    ['objects', '+ Deployment/podinfo metadata.annotations.serinus.dev/previous = x'],
    ['objects', '- Service/podinfo-primary (the whole object)'],
    ['objects', '+ Deployment/podinfo-primary spec.replicas = 2'],
    ['events', '- [Normal] Synced: Promotion completed! Scaling down podinfo.NS'],
    ['events', '+ [Warning] Synced: Halt podinfo.NS advancement 404s percentage 7.00 > 5'],
    ['statuses', '+ {"phase":"Failed","canaryWeight":0,"iterations":0,"failedChecks":0,"condition":"…"}'],
    ['statuses', '+ at the end: status.failedChecks = 2'],
  ];
  for (const [part, text] of UNNAMED) {
    test(`doesn’t name: ${text}`, () => assert.equal(unnamed(part, [differenceOf(text)]).length, 1));
  }

  test('of Events that Flagger’s recorder has folded into one, all that comes after it', () => {
    const events = [
      '- [Normal] Synced: (combined from similar events): Promotion completed!',
      '+ [Normal] Synced: Copying',
    ];
    assert.deepEqual(unnamed('events', events.map(differenceOf)), []);
    assert.equal(unnamed('events', [...events].reverse().map(differenceOf)).length, 1, 'not what comes before it');
  });
});

function differenceOf(text: string): Difference {
  const mark = text[0];
  assert.ok(mark === '+' || mark === '-');
  return { mark, line: text.slice(2) };
}
