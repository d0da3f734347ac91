import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { STANDINGS } from '../../src/api/schema/standing.js';
import type { FleetRow } from '../src/api/types.js';
import { countsOf, found, matches, sorted, FILTERS } from '../src/fleet/filter.js';
import { groupingsOf, linesOf } from '../src/fleet/grouping.js';
import { choicesIn, parametersOf } from '../src/fleet/use-choices.js';
import { comeToNeed } from '../src/fleet/notifications.js';
import { withNews, type Rows } from '../src/fleet/rows.js';
import { lookOf, toneOfAll } from '../src/fleet/status.js';
import { faviconOf } from '../src/ui/favicon.js';
import { en } from '../src/i18n/en.js';

function row(name: string, more: Partial<FleetRow> = {}): FleetRow {
  return {
    cluster: 'main',
    namespace: 'test',
    name,
    phase: 'Succeeded',
    standing: 'succeeded',
    canaryWeight: 0,
    failedChecks: 0,
    target: { kind: 'Deployment', name },
    provider: 'apisix',
    revision: '',
    promotedRevision: '',
    suspended: false,
    message: '',
    releaseUnderWay: false,
    ...more,
  };
}

test('every way in which a Canary stands has a word, an icon and exactly one filter', () => {
  for (const standing of STANDINGS) {
    const one = row('a', { standing });
    assert.ok(en.standing[standing] !== '' && lookOf(standing).icon);
    const filters = FILTERS.filter((filter) => filter !== 'all' && filter !== 'attention' && matches(one, filter));
    assert.equal(filters.length, 1, standing);
  }
});

describe('the fleet', () => {
  const rows = [
    row('calm'),
    row('moving', { phase: 'Progressing', standing: 'progressing', releaseUnderWay: true }),
    row('broken', { phase: 'Failed', standing: 'failed', attention: 'failed', namespace: 'shop' }),
    row('asking', { standing: 'waiting', attention: 'waits for approval', releaseUnderWay: true, cluster: 'east' }),
  ];

  test('has what needs somebody first, then what moves', () => {
    assert.deepEqual(
      sorted(rows).map(({ name }) => name),
      ['broken', 'asking', 'moving', 'calm'],
    );
  });

  test('is found by all words, anywhere', () => {
    const names = (search: string, namespace = '') => found(rows, { search, namespace }).map(({ name }) => name);
    assert.deepEqual(names('SHOP brok'), ['broken']);
    assert.deepEqual(names('east'), ['asking']);
    assert.deepEqual(names('', 'shop'), ['broken']);
    assert.deepEqual(names('nothing'), []);
  });

  test('is grouped by name, whoever has no group last', () => {
    const team = (name: string, of?: string) => row(name, of === undefined ? {} : { team: of });
    const some = [team('c', 'z'), team('b'), team('a', 'a'), team('d', 'z')];
    assert.deepEqual(
      linesOf(some, 'team', (one) => one).map((line) =>
        line.line === 'group' ? `${line.name || '-'} ${line.count}` : line.row.name,
      ),
      ['a 1', 'a', 'z 2', 'c', 'd', '- 1', 'b'],
    );
    assert.equal(linesOf(some, 'none', (one) => one).length, 4);
    assert.deepEqual(groupingsOf(some), ['none', 'namespace', 'team']);
  });

  test('is in the address as it is looked at', () => {
    for (const text of ['', 'state=failed&q=cart&namespace=shop&group=team&sort=-age', 'sort=name'])
      assert.equal(parametersOf(choicesIn(new URLSearchParams(text))).toString(), text);
    const unknown = choicesIn(new URLSearchParams('state=x&group=y&sort=z'));
    assert.deepEqual([unknown.filter, unknown.grouping, unknown.order], ['all', 'none', undefined]);
  });

  test('counts add up', () => {
    const { all, attention, progressing, waiting, paused, failed, resting } = countsOf(rows);
    assert.equal(all, 4);
    assert.equal(attention, 2);
    assert.equal(progressing + waiting + paused + failed + resting, all);
  });

  test('follows the news; the same name in another cluster is another', () => {
    let known: Rows = withNews(new Map(), { what: 'all', rows });
    known = withNews(known, { what: 'canary', row: row('calm', { cluster: 'west' }) });
    assert.equal(known.size, 5);
    known = withNews(known, { what: 'canary', row: row('calm', { phase: 'Failed' }) });
    assert.equal(known.size, 5);
    known = withNews(known, { what: 'gone', key: { namespace: 'test', name: 'calm', cluster: 'west' } });
    assert.deepEqual(
      [...known.values()].filter(({ name }) => name === 'calm').map(({ phase }) => phase),
      ['Failed'],
    );
  });

  test('forgets who is not among all rows that there are', () => {
    const known = withNews(withNews(new Map(), { what: 'all', rows }), { what: 'synced', canaries: ['test/calm'] });
    assert.deepEqual(
      [...known.values()].map(({ name }) => name),
      ['calm'],
    );
  });
});

test('the picture of the tab shows what counts most, and nothing where nobody is needed', () => {
  const of = (...standings: FleetRow['standing'][]) => toneOfAll(standings.map((standing) => ({ standing })));
  assert.equal(of('succeeded', 'initialized'), 'calm');
  assert.equal(of('succeeded', 'progressing'), 'busy');
  assert.equal(of('progressing', 'waiting'), 'warn');
  assert.equal(of('paused', 'failed', 'progressing'), 'bad');
  assert.equal(faviconOf('calm'), '/favicon.svg');
  assert.equal(faviconOf(undefined), '/favicon.svg');
  assert.equal(new Set([faviconOf('bad'), faviconOf('warn'), faviconOf('busy'), faviconOf('good')]).size, 4);
});

describe('notifications', () => {
  const sight = (...all: FleetRow[]): Rows => withNews(new Map(), { what: 'all', rows: all });
  const failed = { phase: 'Failed', standing: 'failed', attention: 'failed' } as const;

  test('are for what has come to need somebody, once', () => {
    const before = sight(row('a'), row('b', failed), row('c'));
    const now = sight(row('a', failed), row('b', { ...failed, message: 'again' }), row('c'));
    assert.deepEqual(
      comeToNeed(before, now).map(({ name }) => name),
      ['a'],
    );
    assert.deepEqual(comeToNeed(now, now), []);
  });

  test('are not for what is seen for the first time, nor for what is well again', () => {
    assert.deepEqual(comeToNeed(sight(), sight(row('a', failed))), []);
    assert.deepEqual(comeToNeed(sight(row('a', failed)), sight(row('a'))), []);
  });
});
