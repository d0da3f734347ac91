import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { UserError } from '../../../src/errors.js';
import { endpointIn } from '../../../src/metrics/cloudwatch/cloudwatch.js';
import { NoValuesFound, ProviderError, QueryRefused } from '../../../src/metrics/errors.js';
import { createProvider } from '../../../src/metrics/registry.js';
import { NOWHERE, type Environment } from '../../../src/metrics/environment.js';
import { testProviderContract } from '../provider-contract.js';
import { json, never, serveVendor, type Answer, type Asked } from '../../harness/http/server.js';
import { containerCredentials, instanceMetadata, LENT, tokenService } from './identity.js';
import { signed } from './signature.js';
import { cloudWatch, failure, isSigned, KEYS, metricData, REGION } from './vendor.js';
import { MINUTE, NOW, provider } from '../template.js';

testProviderContract(cloudWatch);

const QUERY = '[{"Id": "m1", "Expression": "errors"}]';

/** Sets variables of the process, which the SDK's chain of credentials reads, until the test is over. */
function inProcess(t: TestContext, variables: Environment): Environment {
  const all = { ...NO_FILES, ...variables };
  const former = Object.keys({ ...process.env, ...all })
    .filter((name) => name.startsWith('AWS_') || name in all)
    .map((name) => [name, process.env[name]] as const);
  const put = (name: string, value: string | undefined): void => {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  };
  for (const [name] of former) put(name, all[name]);
  t.after(() => {
    for (const [name, value] of former) put(name, value);
  });
  return process.env;
}

/** This machine may have configuration of AWS'. */
const NO_FILES: Environment = {
  AWS_CONFIG_FILE: '/nowhere/config',
  AWS_SHARED_CREDENTIALS_FILE: '/nowhere/credentials',
};

function opened(environment: Environment, more: object = {}, region: string | undefined = REGION) {
  return createProvider({
    provider: provider(undefined, { type: 'cloudwatch', region }),
    interval: MINUTE,
    now: () => NOW,
    environment: { ...NOWHERE, environment },
    ...more,
  });
}

async function asking(t: TestContext, answers: readonly Answer[], more: object = {}) {
  const left = [...answers];
  const { url, asked } = await serveVendor(t, () => (left.length > 1 ? left.shift() : left[0]) ?? metricData([]));
  return { asked, provider: opened({ ...KEYS, AWS_ENDPOINT_URL: url }, more) };
}

describe('cloudwatch: questions', () => {
  for (const [what, more, seconds] of [
    ['ten intervals', {}, 600],
    ['the time since the weight changed', { notBefore: NOW - 45_000 }, 45],
  ] as const) {
    test(`looks back ${what}, for 20 data points at most`, async (t) => {
      const { asked, provider: cloud } = await asking(t, [metricData([1])], more);
      await cloud.query(QUERY, never);
      assert.deepEqual(JSON.parse(asked[0]?.body ?? ''), {
        MetricDataQueries: [{ Id: 'm1', Expression: 'errors' }],
        StartTime: NOW / 1_000 - seconds,
        EndTime: NOW / 1_000,
        MaxDatapoints: 20,
      });
      assert.equal(asked[0]?.headers['content-type'], 'application/x-amz-json-1.0');
    });
  }

  for (const query of ['', 'errors', '{"Id": "m1"}', '[1]', '[{]']) {
    test(`the query ${JSON.stringify(query)} is none`, async (t) => {
      const { asked, provider: cloud } = await asking(t, [metricData([1])]);
      await assert.rejects(cloud.query(query, never), QueryRefused);
      assert.equal(asked.length, 0);
    });
  }

  const retried: readonly (readonly [string, Answer])[] = [
    ['throttled', failure(400, 'ThrottlingException', 'Rate exceeded')],
    ['throttled with 429', failure(429, 'TooManyRequestsException', 'slow down')],
    ['failing', failure(500, 'InternalServiceFault', 'sorry')],
    ['unavailable', { status: 503, body: '' }],
  ];
  for (const [what, answer] of retried) {
    test(`while ${what} it is asked three times more`, async (t) => {
      const recovering = await asking(t, [answer, answer, answer, metricData([4])]);
      assert.equal(await recovering.provider.query(QUERY, never), 4);
      const failing = await asking(t, [answer]);
      await assert.rejects(failing.provider.query(QUERY, never), ProviderError);
      assert.equal(failing.asked.length, 4);
    });
  }

  const errors: readonly (readonly [string, Answer, new (...args: never[]) => Error])[] = [
    ['credentials that are refused', failure(403, 'InvalidClientTokenId', 'no such token'), ProviderError],
    ['a right that is missing', failure(403, 'AccessDenied', 'not authorized to perform GetMetricData'), ProviderError],
    ['credentials that have expired', failure(400, 'ExpiredTokenException', 'expired'), ProviderError],
    ['a value that isn’t valid', failure(400, 'InvalidParameterValueException', 'Period'), QueryRefused],
    ['no results', json(200, { MetricDataResults: [] }), NoValuesFound],
    ['a result that CloudWatch couldn’t make', metricData([], 'InternalError'), ProviderError],
    ['a result that we may not see', metricData([], 'Forbidden'), ProviderError],
  ];
  for (const [what, answer, kind] of errors) {
    test(what, async (t) => {
      const { provider: cloud } = await asking(t, [answer]);
      await assert.rejects(cloud.query(QUERY, never), (error: Error) => {
        assert.ok(error instanceof kind, `${error.name}: ${error.message}`);
        return true;
      });
    });
  }

  test('a part of the values is enough', async (t) => {
    const { provider: cloud } = await asking(t, [metricData([9, 8], 'PartialData')]);
    assert.equal(await cloud.query(QUERY, never), 9);
  });

  test('it is not online where we aren’t let in', async (t) => {
    const { provider: cloud } = await asking(t, [failure(400, 'UnrecognizedClientException', 'no such token')]);
    await assert.rejects(cloud.checkOnline(never), ProviderError);
  });
});

describe('cloudwatch: identity', () => {
  const lent = {
    AWS_ACCESS_KEY_ID: LENT.AccessKeyId,
    AWS_SECRET_ACCESS_KEY: LENT.SecretAccessKey,
    AWS_SESSION_TOKEN: LENT.Token,
  };

  /** An identity's server beside CloudWatch, which only knows what that hands out. */
  async function withIdentity(
    t: TestContext,
    identity: (asked: Asked) => Answer,
    environment: (url: string, token: (content: string) => string) => Environment,
  ) {
    const folder = mkdtempSync(join(tmpdir(), 'serinus-aws-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const token = (content: string) => {
      writeFileSync(join(folder, 'token'), content);
      return join(folder, 'token');
    };
    const server = await serveVendor(t, identity);
    const cloud = await serveVendor(t, (asked) =>
      isSigned(asked, lent) ? metricData([6]) : failure(403, 'InvalidClientTokenId', 'not signed'),
    );
    const given = { AWS_ENDPOINT_URL_CLOUDWATCH: cloud.url, ...environment(server.url, token) };
    return { asked: server.asked, provider: opened(inProcess(t, given)) };
  }

  test('a role for the service account (IRSA), whose token is read for each question', async (t) => {
    const { asked, provider: cloud } = await withIdentity(t, tokenService, (url, token) => ({
      AWS_ENDPOINT_URL_STS: url,
      AWS_WEB_IDENTITY_TOKEN_FILE: token('the-web-identity'),
      AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/serinus',
      AWS_EC2_METADATA_DISABLED: 'true',
    }));
    assert.equal(await cloud.query(QUERY, never), 6);
    assert.equal(await cloud.query(QUERY, never), 6);
    assert.equal(asked.length, 2);
  });

  test('a role that is refused', async (t) => {
    const { provider: cloud } = await withIdentity(t, tokenService, (url, token) => ({
      AWS_ENDPOINT_URL_STS: url,
      AWS_WEB_IDENTITY_TOKEN_FILE: token('another-identity'),
      AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/serinus',
    }));
    await assert.rejects(cloud.query(QUERY, never), (error: Error) => {
      assert.ok(error instanceof ProviderError);
      assert.match(error.message, /InvalidIdentityToken/);
      assert.doesNotMatch(error.message, /another-identity/);
      return true;
    });
  });

  for (const how of ['file', 'variable'] as const) {
    test(`a container’s role, its token in a ${how}`, async (t) => {
      const { provider: cloud } = await withIdentity(t, containerCredentials, (url, token) => ({
        AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/v1/credentials`,
        ...(how === 'file'
          ? { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: token('the-container-token') }
          : { AWS_CONTAINER_AUTHORIZATION_TOKEN: 'the-container-token' }),
      }));
      assert.equal(await cloud.query(QUERY, never), 6);
    });
  }

  test('an instance’s role, by version 2 of the metadata service', async (t) => {
    const { asked, provider: cloud } = await withIdentity(t, instanceMetadata, (url) => ({
      AWS_EC2_METADATA_SERVICE_ENDPOINT: url,
    }));
    assert.equal(await cloud.query(QUERY, never), 6);
    assert.deepEqual(
      asked.map(({ method }) => method),
      ['PUT', 'GET', 'GET'],
    );
  });

  test('the environment’s own keys come first, without a session where there is none', async (t) => {
    const keys = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };
    const { url, asked } = await serveVendor(t, () => metricData([1]));
    const environment = { ...keys, AWS_ENDPOINT_URL: url, AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1' };
    await opened(inProcess(t, environment)).query(QUERY, never);
    assert.match(asked[0]?.headers.authorization ?? '', /Credential=a\/\d{8}\/eu-west-1\/monitoring\/aws4_request/);
    assert.equal(asked[0]?.headers['x-amz-security-token'], undefined);
  });

  const nobody: readonly (readonly [string, Environment, RegExp])[] = [
    [
      'no identity at all',
      { AWS_EC2_METADATA_DISABLED: 'true' },
      /^no AWS credentials were found: give the worker a role for its service account, or set AWS_ACCESS_KEY_ID/,
    ],
    [
      'a token that isn’t there',
      { AWS_WEB_IDENTITY_TOKEN_FILE: '/nowhere/token', AWS_ROLE_ARN: 'r', AWS_EC2_METADATA_DISABLED: 'true' },
      /^no AWS credentials: .*ENOENT/,
    ],
    [
      'a container’s address that is none',
      { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'x' },
      /^no AWS credentials: Invalid URL$/,
    ],
  ];
  for (const [what, environment, message] of nobody) {
    test(`${what} is nothing the canary is to blame for`, async (t) => {
      await assert.rejects(opened(inProcess(t, environment)).query(QUERY, never), (error: Error) => {
        assert.ok(error instanceof ProviderError);
        assert.match(error.message, message);
        return true;
      });
    });
  }

  test('what an endpoint answers instead of credentials is shown to nobody', async (t) => {
    const { provider: cloud } = await withIdentity(
      t,
      () => json(200, { SecretAccessKey: LENT.SecretAccessKey }),
      (url) => ({ AWS_CONTAINER_CREDENTIALS_FULL_URI: url }),
    );
    await assert.rejects(cloud.query(QUERY, never), (error: Error) => {
      assert.ok(error instanceof ProviderError);
      assert.match(error.message, /^no AWS credentials/);
      assert.doesNotMatch(error.message, new RegExp(LENT.SecretAccessKey.slice(0, 8)));
      return true;
    });
  });
});

describe('cloudwatch: signatures and addresses', () => {
  test('the second implementation makes the signature of AWS’ documentation', () => {
    // "Create a signed AWS API request": ListUsers of IAM, with the secret key that AWS' examples use.
    const key = {
      accessKeyId: 'AKIDEXAMPLE',
      secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
      sessionToken: undefined,
    };
    const request = {
      method: 'GET',
      url: new URL('https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08'),
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      body: '',
    };
    const at = Date.UTC(2015, 7, 30, 12, 36, 0);
    const { authorization } = signed(request, { region: 'us-east-1', service: 'iam', at }, key);
    assert.equal(
      authorization,
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
    );
  });

  const addresses: readonly (readonly [Environment, string | undefined])[] = [
    [{}, undefined],
    [{ AWS_ENDPOINT_URL: 'http://localhost:4566' }, 'http://localhost:4566/'],
    [
      { AWS_ENDPOINT_URL: 'http://localhost:4566', AWS_ENDPOINT_URL_CLOUDWATCH: 'https://vpce.example' },
      'https://vpce.example/',
    ],
  ];
  for (const [environment, address] of addresses) {
    test(`with ${JSON.stringify(environment)} it is asked at ${address ?? 'its own address'}`, () => {
      assert.equal(endpointIn(environment)?.href, address);
    });
  }

  const refusals: readonly (readonly [string, () => unknown, RegExp])[] = [
    ['no region', () => opened(KEYS, {}, ''), /^region not specified: set spec\.provider\.region/],
    ['a region that is none', () => opened(KEYS, {}, 'evil.example/x'), /^spec\.provider\.region "evil\.example\/x" /],
    ['no interval', () => opened(KEYS, { interval: undefined }), /^error parsing metric interval: /],
    ['an address of the worker’s that is none', () => opened({ AWS_ENDPOINT_URL: 'x' }), /is not a valid URL$/],
  ];
  for (const [what, create, message] of refusals) {
    test(`can’t be used with ${what}`, () => {
      assert.throws(create, (error: Error) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, message);
        return true;
      });
    });
  }
});
