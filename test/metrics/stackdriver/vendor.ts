import { createVerify, generateKeyPairSync } from 'node:crypto';
import { z } from 'zod';
import type { ContractSubject, Scenario } from '../provider-contract.js';
import { json, type Answer, type Asked } from '../../harness/http/server.js';
import { create, NOW } from '../template.js';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** In the middle of it: its first line is the same for all keys. */
const PEM = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const PROJECT = 'xWq-project';
export const ACCESS_TOKEN = 'zQ7.access-token-that-nobody-may-see';

/** A service account's key whose token endpoint is at that address. */
export function keyFor(address: string): string {
  return JSON.stringify({
    type: 'service_account',
    project_id: PROJECT,
    private_key_id: 'k1',
    private_key: PEM,
    client_email: 'serinus@shop.iam.gserviceaccount.com',
    token_uri: `${address}/token`,
  });
}

export function points(...values: readonly object[]): Answer {
  const pointData = values.map((value, index) => {
    const endTime = new Date(NOW - 60_000 * index).toISOString();
    return { values: [value], timeInterval: { startTime: endTime, endTime } };
  });
  return json(200, {
    timeSeriesDescriptor: { pointDescriptors: [] },
    timeSeriesData: [{ labelValues: [], pointData }],
  });
}

export const failure = (code: number, status: string, message: string): Answer =>
  json(code, { error: { code, status, message } });

/** Points come from the newest to the oldest. */
function answer(scenario: Scenario, asked: Asked): Answer {
  if (asked.url.pathname === '/token') return tokenAnswer(asked);
  switch (scenario.is) {
    case 'values':
      return points(...scenario.values.toReversed().map((doubleValue) => ({ doubleValue })));
    case 'empty':
      return json(200, {});
    case 'not a number':
      return points({ doubleValue: 'NaN' });
    case 'server error':
      return failure(503, 'UNAVAILABLE', 'The service is currently unavailable.');
    case 'bad query':
      return failure(400, 'INVALID_ARGUMENT', 'Field query had an invalid value: Could not find table named "x"');
  }
}

const claimsSchema = z.object({
  iss: z.string(),
  scope: z.string(),
  aud: z.string(),
  iat: z.number(),
  exp: z.number(),
});

/** Hands a token out for a claim that is signed and holds what it must. */
export function tokenAnswer({ body }: Asked): Answer {
  const form = new URLSearchParams(body);
  const [header = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.');
  const isSigned = createVerify('RSA-SHA256').update(`${header}.${claims}`).verify(publicKey, signature, 'base64url');
  const claim = claimsSchema.safeParse(JSON.parse(Buffer.from(claims, 'base64url').toString() || 'null'));
  const isGood =
    isSigned &&
    form.get('grant_type') === 'urn:ietf:params:oauth:grant-type:jwt-bearer' &&
    claim.success &&
    claim.data.iss === 'serinus@shop.iam.gserviceaccount.com' &&
    claim.data.scope === 'https://www.googleapis.com/auth/monitoring.read' &&
    claim.data.aud.endsWith('/token') &&
    Math.abs(claim.data.iat - Date.now() / 1_000) < 300 &&
    claim.data.exp === claim.data.iat + 3_600;
  return isGood
    ? json(200, { access_token: ACCESS_TOKEN, expires_in: 3_599, token_type: 'Bearer' })
    : json(400, { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' });
}

const questionSchema = z.object({ query: z.string() });

/**
 * Google Cloud Monitoring, as its reference has `timeSeries.query` over REST, and Google's token endpoint, as OAuth for
 * service accounts is documented: a signed claim for a token, points from the newest to the oldest, errors with a code
 * and a status.
 *
 * @see https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.timeSeries/query
 * @see https://developers.google.com/identity/protocols/oauth2/service-account#httprest
 */
export const stackdriver: ContractSubject = {
  name: 'stackdriver',
  // The token endpoint's address is filled in when the server's is known.
  credentials: { project: PROJECT, serviceAccountKey: keyFor('http://unknown') },
  secrets: [PROJECT, PEM.slice(60, 100), ACCESS_TOKEN],
  query: 'fetch k8s_container | metric "errors" | within 1m',
  awkwardQuery: 'fetch x\n| filter a == \'b+c%41&d=e#?/ö\' \\ "z"',
  create: ({ credentials, ...given }) => {
    const isKey = credentials?.['serviceAccountKey']?.startsWith('{') === true;
    const serviceAccountKey = isKey ? keyFor(given.address ?? '') : credentials?.['serviceAccountKey'];
    return create('stackdriver', {
      ...given,
      credentials: credentials && { ...credentials, ...(serviceAccountKey ? { serviceAccountKey } : {}) },
    });
  },
  answer,
  complaint: 'Could not find table named',
  online: (asked) => {
    if (asked.url.pathname === '/token') return tokenAnswer(asked);
    return questionSchema.parse(JSON.parse(asked.body)).query === ''
      ? failure(400, 'INVALID_ARGUMENT', 'Query is empty')
      : failure(500, 'INTERNAL', 'not the probe');
  },
  queryIn: ({ url, body }) =>
    url.pathname === `/v3/projects/${PROJECT}/timeSeries:query`
      ? questionSchema.parse(JSON.parse(body)).query
      : undefined,
  isAuthorized: ({ url, headers }) => url.pathname === '/token' || headers.authorization === `Bearer ${ACCESS_TOKEN}`,
  unauthorized: failure(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.'),
  nonsense: '<html><body>Welcome to the wiki</body></html>',
  ofSeveral: 7,
  exempt: { address: 'it has one by default', insecureSkipVerify: 'Google’s certificates can be verified' },
};
