import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import type { MetricTemplateProvider } from '../../src/crds/metric-template.js';
import { ProviderError } from '../../src/metrics/errors.js';
import { createProvider } from '../../src/metrics/registry.js';
import { NOWHERE } from '../../src/metrics/environment.js';
import { json, never, serveVendor } from '../harness/http/server.js';
import { KEYS as AWS } from './cloudwatch/vendor.js';
import { KEYS as DATADOG } from './datadog/vendor.js';
import { KEYS as NEW_RELIC } from './newrelic/vendor.js';
import { MINUTE, provider } from './template.js';

/** A proxy on loopback that remembers where it was to lead, and leads nowhere. */
const destinations: string[] = [];
const proxy = createServer((request, response) => {
  destinations.push(new URL(request.url ?? '').host);
  response.writeHead(503).end('nowhere');
}).on('connect', (request, socket) => {
  destinations.push(request.url ?? '');
  socket.on('error', () => undefined).end('HTTP/1.1 503 Service Unavailable\r\n\r\n');
});

const variables = ['https_proxy', 'HTTPS_PROXY', 'no_proxy', 'NO_PROXY'] as const;
const former = Object.fromEntries(variables.map((name) => [name, process.env[name]]));

before(async () => {
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const { port } = proxy.address() as AddressInfo;
  for (const name of ['no_proxy', 'NO_PROXY']) delete process.env[name];
  for (const name of ['https_proxy', 'HTTPS_PROXY']) process.env[name] = `http://127.0.0.1:${port}`;
});

after(() => {
  for (const [name, value] of Object.entries(former)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  proxy.close();
  proxy.closeAllConnections();
});

describe('without an address of its own, and through a proxy', () => {
  const rows: readonly (readonly [
    Partial<MetricTemplateProvider> & Pick<MetricTemplateProvider, 'type'>,
    Readonly<Record<string, string>> | undefined,
    query: string,
    host: string,
  ])[] = [
    [{ type: 'datadog' }, DATADOG, 'avg:x{*}', 'api.datadoghq.com'],
    [{ type: 'newrelic' }, NEW_RELIC, 'SELECT x', 'insights-api.newrelic.com'],
    [{ type: 'cloudwatch', region: 'eu-west-1' }, undefined, '[]', 'monitoring.eu-west-1.amazonaws.com'],
  ];
  for (const [more, credentials, query, host] of rows) {
    test(`${more.type} is asked at ${host}`, async () => {
      destinations.length = 0;
      const options = {
        provider: provider(undefined, more),
        interval: MINUTE,
        environment: { ...NOWHERE, environment: AWS },
        ...(credentials ? { credentials } : {}),
      };
      await assert.rejects(createProvider(options).query(query, never), ProviderError);
      assert.ok(destinations.length > 0);
      for (const destination of destinations) assert.equal(destination.replace(/:443$/, ''), host);
    });
  }

  test('stackdriver is asked at monitoring.googleapis.com, by the identity that the metadata server tells', async (t) => {
    destinations.length = 0;
    const metadata = await serveVendor(t, ({ url: { pathname } }) =>
      pathname.endsWith('/token') ? json(200, { access_token: 'lent' }) : { status: 200, body: 'my-project' },
    );
    const environment = { GCE_METADATA_HOST: new URL(metadata.url).host };
    const options = {
      provider: provider(undefined, { type: 'stackdriver' }),
      environment: { ...NOWHERE, environment },
    };
    await assert.rejects(createProvider(options).query('fetch x', never), ProviderError);
    assert.equal(metadata.asked.length, 2);
    assert.deepEqual(
      destinations.map((destination) => destination.replace(/:443$/, '')),
      ['monitoring.googleapis.com'],
    );
  });
});
