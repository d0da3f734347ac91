import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { crdManifests, crdYaml } from '../../src/crds/manifests.js';
import { structuralSchema } from '../../src/crds/structural.js';
import { structuralProblems } from './structural-rules.js';

const manifestShape = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.unknown(),
  spec: z.object({
    group: z.string(),
    names: z.unknown(),
    scope: z.string(),
    versions: z.tuple([
      z.object({
        name: z.string(),
        served: z.boolean(),
        storage: z.boolean(),
        subresources: z.unknown(),
        additionalPrinterColumns: z.array(z.record(z.string(), z.unknown())),
        schema: z.object({ openAPIV3Schema: z.record(z.string(), z.unknown()) }),
      }),
    ]),
  }),
});

const manifests = crdManifests().map((manifest) => manifestShape.parse(manifest));

function schemaOf(index: number): Record<string, unknown> {
  return manifests[index]?.spec.versions[0].schema.openAPIV3Schema ?? {};
}

const NAMES = [
  { kind: 'Canary', plural: 'canaries', singular: 'canary' },
  { kind: 'MetricTemplate', plural: 'metrictemplates', singular: 'metrictemplate' },
  { kind: 'AlertProvider', plural: 'alertproviders', singular: 'alertprovider' },
];

for (const [index, { kind, plural, singular }] of NAMES.entries()) {
  describe(kind, () => {
    const manifest = manifests[index];

    test('names and scope', () => {
      assert.equal(manifest?.apiVersion, 'apiextensions.k8s.io/v1');
      assert.equal(manifest.kind, 'CustomResourceDefinition');
      assert.deepEqual(manifest.metadata, {
        name: `${plural}.flagger.app`,
        annotations: { 'helm.sh/resource-policy': 'keep' },
      });
      assert.equal(manifest.spec.group, 'flagger.app');
      assert.equal(manifest.spec.scope, 'Namespaced');
      assert.deepEqual(manifest.spec.names, { kind, listKind: `${kind}List`, plural, singular, categories: ['all'] });
    });

    test('one version with a status', () => {
      const { name, served, storage, subresources } = manifest?.spec.versions[0] ?? {};
      assert.deepEqual(
        { name, served, storage, subresources },
        {
          name: 'v1beta1',
          served: true,
          storage: true,
          subresources: { status: {} },
        },
      );
    });

    test('the schema is structural', () => {
      assert.deepEqual(structuralProblems(schemaOf(index)), []);
    });

    test('every field is described', () => {
      assert.deepEqual(undescribed(schemaOf(index), ''), ['.metadata']);
    });
  });
}

test('columns', () => {
  const columns = manifests.map(({ spec }) =>
    spec.versions[0].additionalPrinterColumns.map(({ name, type, jsonPath, priority }) =>
      [name, type, jsonPath, priority].flatMap((part) => (part === undefined ? [] : String(part as string))).join(' '),
    ),
  );
  assert.deepEqual(columns, [
    [
      'Status string .status.phase',
      'Weight string .status.canaryWeight',
      'Suspended boolean .spec.suspend 1',
      'FailedChecks string .status.failedChecks 1',
      'Interval string .spec.analysis.interval 1',
      'Mirror boolean .spec.analysis.mirror 1',
      'StepWeight string .spec.analysis.stepWeight 1',
      'StepWeights string .spec.analysis.stepWeights 1',
      'MaxWeight string .spec.analysis.maxWeight 1',
      'LastTransitionTime string .status.lastTransitionTime',
    ],
    ['Provider string .spec.provider.type'],
    ['Type string .spec.type'],
  ]);
});

describe("the contract's fields", () => {
  /** Lines of `path: what the schema says`; `*` is any key, `[]` any entry. */
  const lines = new Set(manifests.flatMap((_, index) => describeFields(schemaOf(index), NAMES[index]?.kind ?? '')));
  const expected = [
    'Canary.spec: object! targetRef,analysis',
    'Canary.spec.progressDeadlineSeconds: number',
    'Canary.spec.targetRef: object! apiVersion,kind,name',
    'Canary.spec.targetRef.kind: string DaemonSet|Deployment|Service',
    'Canary.spec.autoscalerRef.kind: string HorizontalPodAutoscaler|ScaledObject',
    'Canary.spec.autoscalerRef.primaryScalerQueries.*: string',
    'Canary.spec.autoscalerRef.primaryScalerReplicas.minReplicas: integer >=1',
    'Canary.spec.autoscalerRef.primaryScalerReplicas.maxReplicas: integer >=1',
    'Canary.spec.ingressRef.kind: string Ingress',
    'Canary.spec.routeRef.kind: string ApisixRoute|HTTPRoute',
    'Canary.spec.upstreamRef.kind: string Upstream',
    'Canary.spec.upstreamRef.namespace: string',
    'Canary.spec.service: object! port',
    'Canary.spec.service.port: number',
    'Canary.spec.service.targetPort: int-or-string',
    'Canary.spec.service.trafficDistribution: string PreferClose|PreferSameZone|PreferSameNode',
    'Canary.spec.service.backendTimeout: string',
    'Canary.spec.service.backends[]: string',
    'Canary.spec.service.gatewayRefs: array <=32',
    'Canary.spec.service.gatewayRefs[]: object! name',
    'Canary.spec.service.gatewayRefs[].group: string =gateway.networking.k8s.io',
    'Canary.spec.service.gatewayRefs[].kind: string =Gateway',
    'Canary.spec.service.gatewayRefs[].port: integer >=1 <=65535',
    'Canary.spec.service.match[].uri.regex: string',
    'Canary.spec.service.match[].withoutHeaders.*.prefix: string',
    'Canary.spec.service.match[].ignoreUriCase: boolean',
    'Canary.spec.service.rewrite.type: string',
    'Canary.spec.service.retries.attempts: integer',
    'Canary.spec.service.headers.response.remove[]: string',
    'Canary.spec.service.mirror[].backendRef: object! name',
    'Canary.spec.service.mirror[].backendRef.group: string =',
    'Canary.spec.service.mirror[].backendRef.kind: string =Service',
    'Canary.spec.service.corsPolicy.allowOrigins[].regex: string',
    'Canary.spec.service.trafficPolicy.connectionPool.http.h2UpgradePolicy: string DEFAULT|DO_NOT_UPGRADE|UPGRADE',
    'Canary.spec.service.trafficPolicy.loadBalancer.simple: string ROUND_ROBIN|LEAST_CONN|RANDOM|PASSTHROUGH|LEAST_REQUEST',
    'Canary.spec.service.trafficPolicy.loadBalancer.consistentHash.httpCookie.ttl: string',
    'Canary.spec.service.trafficPolicy.loadBalancer.localityLbSetting.distribute[].to.*: integer',
    'Canary.spec.service.trafficPolicy.loadBalancer.localityLbSetting.failover[].to: string',
    'Canary.spec.service.trafficPolicy.outlierDetection.splitExternalLocalOriginErrors: boolean',
    'Canary.spec.service.trafficPolicy.tls.mode: string DISABLE|SIMPLE|MUTUAL|ISTIO_MUTUAL',
    'Canary.spec.service.apex.labels.*: string',
    'Canary.spec.service.unmanagedMetadata.annotations[]: string',
    'Canary.spec.analysis: object! interval,threshold',
    'Canary.spec.analysis.interval: string /^[0-9]+(m|s)/',
    'Canary.spec.analysis.stepWeights[]: number',
    'Canary.spec.analysis.match[].headers.*.suffix: string',
    'Canary.spec.analysis.match[].queryParams.*.regex: string',
    'Canary.spec.analysis.metrics[]: object! name',
    'Canary.spec.analysis.metrics[].interval: string /^[0-9]+(m|s)/',
    'Canary.spec.analysis.metrics[].templateRef: object! name',
    'Canary.spec.analysis.metrics[].templateVariables.*: string',
    'Canary.spec.analysis.webhooks[]: object! name,url',
    'Canary.spec.analysis.webhooks[].url: string url',
    'Canary.spec.analysis.webhooks[].timeout: string /^[0-9]+(m|s)/',
    'Canary.spec.analysis.webhooks[].type: string |confirm-rollout|pre-rollout|rollout|confirm-traffic-increase|confirm-promotion|post-rollout|rollback|event',
    'Canary.spec.analysis.alerts[]: object! name,providerRef',
    'Canary.spec.analysis.alerts[].severity: string |info|warn|error',
    'Canary.spec.analysis.sessionAffinity: object! cookieName',
    'Canary.spec.analysis.sessionAffinity.maxAge: number =86400',
    'Canary.spec.analysis.sessionAffinity.sameSite: string Strict|Lax|None',
    'Canary.status.phase: string |Initializing|Initialized|Waiting|Progressing|WaitingPromotion|Promoting|Finalising|Succeeded|Failed|Terminating|Terminated',
    'Canary.status.trackedConfigs.*: string',
    'Canary.status.lastTransitionTime: string date-time',
    'Canary.status.previousSessionAffinityCookie: string',
    'Canary.status.conditions[]: object! type,status,reason',
    'MetricTemplate.spec: object! provider,query',
    'MetricTemplate.spec.provider: object! type',
    'MetricTemplate.spec.provider.type: string prometheus|influxdb|datadog|externalmetrics|stackdriver|cloudwatch|newrelic|graphite|dynatrace|keptn|splunk|signoz',
    'MetricTemplate.spec.provider.headers.*[]: string',
    'MetricTemplate.spec.provider.secretRef: object! name',
    'MetricTemplate.spec.provider.insecureSkipVerify: boolean',
    'AlertProvider.spec: object! type',
    'AlertProvider.spec.type: string slack|msteams|discord|rocket|gchat|lark|alertmanager|webhook',
    'AlertProvider.spec.proxy: string',
  ];
  for (const line of expected) {
    test(line.split(':')[0], () => {
      const field = line.slice(0, line.indexOf(': '));
      const found = [...lines].find((candidate) => candidate.startsWith(`${field}: `));
      assert.equal(found, line);
    });
  }

  test('what the contract leaves out is pruned', () => {
    for (const line of lines) assert.doesNotMatch(line, /canaryAnalysis|connectionPool\.tcp|portLevelSettings/);
  });
});

describe('presence', () => {
  const at = (path: readonly string[]) => path.reduce<unknown>((schema, step) => (schema as Schema)[step], schemaOf(0));

  test('one strategy, with interval and threshold', () => {
    assert.deepEqual(at(['properties', 'spec', 'properties', 'analysis', 'oneOf']), [
      { required: ['interval', 'threshold', 'iterations'] },
      { required: ['interval', 'threshold', 'stepWeight'] },
      { required: ['interval', 'threshold', 'stepWeights'] },
    ]);
  });

  test('a text is matched in one way at most', () => {
    const [exact, prefix, regex] = [{ required: ['exact'] }, { required: ['prefix'] }, { required: ['regex'] }];
    assert.deepEqual(
      at(['properties', 'spec', 'properties', 'service', 'properties', 'match', 'items', 'properties', 'uri', 'oneOf']),
      [{ not: { anyOf: [exact, prefix, regex] } }, exact, prefix, regex],
    );
  });

  test('an alert provider has an address or a Secret', () => {
    const spec = z.object({ properties: z.object({ spec: z.object({ oneOf: z.unknown() }) }) }).parse(schemaOf(2));
    assert.deepEqual(spec.properties.spec.oneOf, [
      { required: ['type', 'address'] },
      { required: ['type', 'secretRef'] },
    ]);
  });
});

test('the YAML says the same', () => {
  const documents = parseAllDocuments(crdYaml()).map((document) => document.toJS() as unknown);
  assert.deepEqual(documents, crdManifests());
  assert.doesNotMatch(crdYaml(), /[&*]a\d|\$ref/);
});

describe('what a structural schema has no words for', () => {
  const unprintable: readonly (readonly [string, z.ZodType])[] = [
    ['a union', z.object({ a: z.union([z.string(), z.boolean()]) })],
    ['closed fields', z.strictObject({ a: z.string() })],
    ['a date', z.object({ a: z.date() })],
  ];
  for (const [title, schema] of unprintable) {
    test(title, () => assert.throws(() => structuralSchema(schema)));
  }
});

describe('the rules themselves', () => {
  const wrong: readonly (readonly [object, RegExp])[] = [
    [{ type: 'string' }, /root is no object/],
    [{ type: 'object', properties: { a: {} } }, /\.a: no type/],
    [{ type: 'object', properties: {}, additionalProperties: { type: 'string' } }, /beside/],
    [{ type: 'object', properties: { a: { $ref: '#/b' } } }, /\$ref is unknown/],
    [{ type: 'object', properties: { a: { type: 'array' } } }, /array without items/],
    [{ type: 'object', required: ['b'], properties: {} }, /b is required but not a field/],
    [{ type: 'object', properties: {}, oneOf: [{ required: ['b'] }] }, /b is required but not a field/],
    [{ type: 'object', oneOf: [{ type: 'object' }] }, /type inside a validation/],
    [{ type: 'object', properties: { a: { type: 'number', default: '1' } } }, /default has another type/],
    [{ type: 'object', properties: { metadata: { type: 'object', properties: {} } } }, /metadata says more/],
  ];
  for (const [schema, problem] of wrong) {
    test(JSON.stringify(schema), () => assert.match(structuralProblems(schema).join('\n'), problem));
  }
});

type Schema = Readonly<Record<string, unknown>>;

/** Fields and entries of a schema with the paths to them. */
function partsOf(schema: Schema, path: string): readonly (readonly [string, Schema])[] {
  const named = Object.entries(Object(schema['properties'] ?? {}) as Record<string, Schema>);
  const parts = named.map(([name, part]) => [`${path}.${name}`, part] as [string, Schema]);
  for (const [keyword, mark] of [
    ['additionalProperties', '.*'],
    ['items', '[]'],
  ] as const) {
    const part = schema[keyword];
    if (part !== undefined) parts.push([path + mark, part as Schema]);
  }
  return parts;
}

/** Paths of fields without a description; the entries of lists and maps of plain values need none. */
function undescribed(schema: Schema, path: string): readonly string[] {
  return partsOf(schema, path).flatMap(([at, part]) => {
    const plain = /(\.\*|\[\])$/.test(at) && part['properties'] === undefined;
    return [...(plain || part['description'] !== undefined ? [] : [at]), ...undescribed(part, at)];
  });
}

function describeFields(schema: Schema, path: string): readonly string[] {
  return partsOf(schema, path).flatMap(([at, part]) => [`${at}: ${inWords(part)}`, ...describeFields(part, at)]);
}

function inWords(schema: Schema): string {
  const words = [schema['x-kubernetes-int-or-string'] === true ? 'int-or-string' : String(schema['type'])];
  const add = (keyword: string, print: (value: unknown) => string) => {
    const value = schema[keyword];
    if (value !== undefined) words.push(print(value));
  };
  if (schema['required'] !== undefined) words[0] += '!';
  add('required', String);
  add('format', (format) => (format === 'int32' ? '' : String(format)));
  add('enum', (values) => (values as string[]).join('|'));
  add('minimum', (bound) => `>=${String(bound)}`);
  add('maximum', (bound) => `<=${String(bound)}`);
  add('maxItems', (bound) => `<=${String(bound)}`);
  add('default', (value) => `=${String(value)}`);
  if (schema['maxLength'] === undefined) add('pattern', (pattern) => `/${String(pattern)}/`);
  return words.filter((word) => word !== '').join(' ');
}
