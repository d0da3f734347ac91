import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { UserError } from '../../../src/errors.js';
import { ProviderError, QueryRefused } from '../../../src/metrics/errors.js';
import { createProvider } from '../../../src/metrics/registry.js';
import { ambientIdentity } from '../../../src/metrics/stackdriver/ambient.js';
import { testProviderContract } from '../provider-contract.js';
import { json, never, serveVendor, type Answer } from '../../harness/http/server.js';
import { ACCESS_TOKEN, failure, keyFor, points, stackdriver, tokenAnswer } from './vendor.js';
import { NOW, provider } from '../template.js';

testProviderContract(stackdriver);

async function asking(t: TestContext, answer: Answer) {
  const { url, asked } = await serveVendor(t, (question) =>
    question.url.pathname === '/token' ? tokenAnswer(question) : answer,
  );
  const credentials = { project: 'shop\n', serviceAccountKey: keyFor(url) };
  const opened = createProvider({ provider: provider(url, { type: 'stackdriver' }), credentials, now: () => NOW });
  return { asked, opened };
}

describe('stackdriver', () => {
  const values: readonly (readonly [string, Answer, number])[] = [
    ['a whole number, which JSON has as a text', points({ int64Value: '42' }), 42],
    ['a number in a text', points({ doubleValue: '-Infinity' }), -Infinity],
  ];
  for (const [what, answer, expected] of values) {
    test(what, async (t) => {
      const { opened, asked } = await asking(t, answer);
      assert.equal(await opened.query('fetch x', never), expected);
      assert.equal(asked[1]?.method, 'POST');
      assert.equal(asked[1]?.url.pathname, '/v3/projects/shop/timeSeries:query');
    });
  }

  const errors: readonly (readonly [string, Answer, new (...args: never[]) => Error])[] = [
    ['a truth value', points({ boolValue: true }), QueryRefused],
    ['a right that is missing', failure(403, 'PERMISSION_DENIED', 'monitoring.timeSeries.list'), ProviderError],
    ['a quota that is used up', failure(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded'), ProviderError],
  ];
  for (const [what, answer, kind] of errors) {
    test(what, async (t) => {
      const { opened } = await asking(t, answer);
      await assert.rejects(opened.query('fetch x', never), kind);
    });
  }

  test('a key that Google doesn’t know any more is nothing the canary is to blame for', async (t) => {
    const { url } = await serveVendor(t, () => json(400, { error: 'invalid_grant' }));
    const credentials = { project: 'shop', serviceAccountKey: keyFor(url) };
    const opened = createProvider({ provider: provider(url, { type: 'stackdriver' }), credentials });
    await assert.rejects(opened.query('fetch x', never), (error: Error) => {
      assert.ok(error instanceof ProviderError);
      assert.match(error.message, /invalid_grant/);
      return true;
    });
  });

  const refusals: readonly (readonly [
    string,
    string | undefined,
    Readonly<Record<string, string>> | undefined,
    RegExp,
  ])[] = [
    ['a Secret without a project', undefined, {}, /^stackdriver credentials does not contain a project$/],
    [
      'a key that is none',
      undefined,
      { project: 'p', serviceAccountKey: '{"type":"authorized_user","hush":"hush"}' },
      /^serviceAccountKey of the Secret is not the JSON key of a Google service account/,
    ],
    [
      'a key that can’t sign',
      undefined,
      {
        project: 'p',
        serviceAccountKey: JSON.stringify({ type: 'service_account', client_email: 'a@b', private_key: 'hush' }),
      },
      /^private_key in serviceAccountKey of the Secret is not a private key in PEM$/,
    ],
    [
      'an address of its own that would get to see our own identity',
      'http://elsewhere',
      { project: 'p' },
      /^stackdriver at an address of its own needs a serviceAccountKey in its Secret: /,
    ],
    ['an address without a Secret', 'http://elsewhere', undefined, /needs a serviceAccountKey/],
  ];
  for (const [what, address, credentials, message] of refusals) {
    test(`can’t be used with ${what}`, () => {
      const options = { provider: provider(address, { type: 'stackdriver' }), ...(credentials ? { credentials } : {}) };
      assert.throws(
        () => createProvider(options),
        (error: Error) => {
          assert.ok(error instanceof UserError);
          assert.match(error.message, message);
          assert.doesNotMatch(error.message, /hush/);
          return true;
        },
      );
    });
  }
});

describe('stackdriver: our own identity', () => {
  test('of the metadata server, with its project', async (t) => {
    const { url, asked } = await serveVendor(t, ({ url: { pathname }, headers }) => {
      if (headers['metadata-flavor'] !== 'Google') return { status: 403, body: '' };
      return pathname.endsWith('/token')
        ? json(200, { access_token: ACCESS_TOKEN, expires_in: 3_000 })
        : { status: 200, body: 'my-project' };
    });
    const identity = ambientIdentity({ GCE_METADATA_HOST: new URL(url).host });
    assert.equal(await identity.token(never), ACCESS_TOKEN);
    assert.equal(await identity.project(never), 'my-project');
    assert.deepEqual(
      asked.map((question) => question.url.pathname),
      ['/computeMetadata/v1/instance/service-accounts/default/token', '/computeMetadata/v1/project/project-id'],
    );
  });

  test('of a key in a file, with its project', async (t) => {
    const { url } = await serveVendor(t, tokenAnswer);
    const file = join(mkdtempSync(join(tmpdir(), 'serinus-google-')), 'key.json');
    t.after(() => rmSync(join(file, '..'), { recursive: true }));
    writeFileSync(file, keyFor(url));
    const identity = ambientIdentity({ GOOGLE_APPLICATION_CREDENTIALS: file });
    assert.equal(await identity.token(never), ACCESS_TOKEN);
    assert.equal(await identity.project(never), 'xWq-project');
  });

  test('a file that isn’t there is nothing the canary is to blame for', async () => {
    const identity = ambientIdentity({ GOOGLE_APPLICATION_CREDENTIALS: '/nowhere/key.json' });
    await assert.rejects(identity.token(never), (error: Error) => {
      assert.ok(error instanceof ProviderError);
      assert.match(error.message, /^no identity for Google: ENOENT/);
      return true;
    });
  });
});
