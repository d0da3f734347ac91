import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CommitPlace } from '../../src/commits/port.js';
import { commitServiceFor } from '../../src/commits/registry.js';
import { commitStateOf } from '../../src/commits/state.js';
import { commitReportingOf, FORGES } from '../../src/crds/announcements.js';

const PLACE: CommitPlace = { repository: 'acme/cart', commit: 'c0ffee0', token: 't0ken', address: undefined };
const STATUS = { context: 'serinus/eu/shop/cart', description: 'Canary is waiting for approval.' } as const;

test('every forge that an annotation may name has a service', () => {
  for (const forge of FORGES) assert.equal(commitServiceFor(forge).forge, forge);
});

/** https://docs.github.com/en/rest/commits/statuses#create-a-commit-status */
describe('GitHub', () => {
  const github = commitServiceFor('github');

  test('takes a status by repository and commit', () => {
    const { url, body, headers } = github.status({ ...STATUS, state: 'pending' }, PLACE);
    assert.equal(url, 'https://api.github.com/repos/acme/cart/statuses/c0ffee0');
    assert.deepEqual(body, { state: 'pending', ...STATUS });
    assert.equal(headers?.['Authorization'], 'Bearer t0ken');
  });

  test('of one’s own is reached at its address', () => {
    const { url } = github.status(
      { ...STATUS, state: 'success' },
      { ...PLACE, address: 'https://git.example.com/api/v3/' },
    );
    assert.equal(url, 'https://git.example.com/api/v3/repos/acme/cart/statuses/c0ffee0');
  });

  test('refuses descriptions over 140 characters, so they are cut', () => {
    const { body } = github.status({ ...STATUS, state: 'failure', description: 'x'.repeat(200) }, PLACE);
    assert.equal((body as { description: string }).description.length, 140);
  });
});

/** https://docs.gitlab.com/api/commits/#set-commit-pipeline-status */
describe('GitLab', () => {
  const gitlab = commitServiceFor('gitlab');

  test('has the project’s path in one piece, and words of its own', () => {
    const requests = (['pending', 'success', 'failure'] as const).map((state) =>
      gitlab.status({ ...STATUS, state }, PLACE),
    );
    for (const { url, headers } of requests) {
      assert.equal(url, 'https://gitlab.com/api/v4/projects/acme%2Fcart/statuses/c0ffee0');
      assert.deepEqual(headers, { 'PRIVATE-TOKEN': 't0ken' });
    }
    assert.deepEqual(
      requests.map(({ body }) => body),
      ['running', 'success', 'failed'].map((state) => ({
        state,
        name: STATUS.context,
        description: STATUS.description,
      })),
    );
  });
});

test('a release that waits is under way, one that was stopped has failed', () => {
  assert.equal(commitStateOf('progressing'), 'pending');
  assert.equal(commitStateOf('waiting'), 'pending');
  assert.equal(commitStateOf('promoted'), 'success');
  assert.equal(commitStateOf('failed'), 'failure');
  assert.equal(commitStateOf('stopped'), 'failure');
});

describe('annotations', () => {
  const whole = {
    'serinus.dev/commit-status': 'gitlab',
    'serinus.dev/commit-repository': 'acme/team/cart',
    'serinus.dev/commit-secret': 'forge',
  };

  test('name the forge, the repository and the Secret', () => {
    assert.deepEqual(commitReportingOf({ annotations: whole }), {
      forge: 'gitlab',
      repository: 'acme/team/cart',
      secretName: 'forge',
    });
    assert.equal(commitReportingOf({ annotations: {} }), undefined);
  });

  for (const [annotation, value, says] of [
    ['serinus.dev/commit-status', 'gitea', 'annotation serinus.dev/commit-status is "gitea": use github or gitlab'],
    [
      'serinus.dev/commit-repository',
      'https://x/y',
      'annotation serinus.dev/commit-repository is "https://x/y": use a path such as acme/cart',
    ],
    [
      'serinus.dev/commit-secret',
      '',
      'annotation serinus.dev/commit-secret is missing: name a Secret of this namespace with the key token',
    ],
  ] as const) {
    test(`a mistake names the annotation, the value and what would be right: ${annotation}`, () => {
      assert.equal(commitReportingOf({ annotations: { ...whole, [annotation]: value } }), says);
    });
  }
});
