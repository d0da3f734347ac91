import { createProvider } from '../../src/metrics/registry.js';
import { failure, provider, vector } from './fake-prometheus.js';
import { testProviderContract, type Answer, type Scenario } from './provider-contract.js';

const TOKEN = 'zQ7-token-that-nobody-may-see';

function answer(scenario: Scenario): Answer {
  switch (scenario.is) {
    case 'value':
      return vector(String(scenario.value));
    case 'empty':
      return vector();
    case 'not a number':
      return vector('NaN');
    case 'server error':
      return failure(503, 'timeout', 'query timed out in expression evaluation');
    case 'bad query':
      return failure(400, 'bad_data', 'invalid parameter "query": 1:4: parse error: unexpected "}"');
  }
}

const unauthorized: Answer = { status: 401, body: 'Unauthorized' };
const nonsense = '<html><body>Welcome to the wiki</body></html>';

testProviderContract({
  name: 'prometheus with a token',
  credentials: { token: TOKEN },
  query: 'sum(rate(http_requests_total[1m]))',
  create: ({ address, credentials, timeoutMs }) =>
    createProvider({ provider: provider(address), credentials, timeoutMs }),
  answer,
  online: () => vector('1'),
  isAuthorized: ({ headers }) => headers.authorization === `Bearer ${TOKEN}`,
  unauthorized,
  nonsense,
});

const BASIC = { username: 'xWq-reader', password: 'Yk"9 pass\\word%2F' };

testProviderContract({
  name: 'prometheus with a password',
  credentials: BASIC,
  query: 'up',
  create: ({ address, credentials, timeoutMs }) =>
    createProvider({ provider: provider(`${address}/prom/?tenant=x`), credentials, timeoutMs }),
  answer,
  online: () => vector('1'),
  isAuthorized: ({ headers }) =>
    headers.authorization === `Basic ${Buffer.from(`${BASIC.username}:${BASIC.password}`).toString('base64')}`,
  unauthorized,
  nonsense,
});
