import { stringify } from 'yaml';
import type { z } from 'zod';
import { GROUP, VERSION } from './group.js';
import { alertProviderSpecSchema } from './schema/alert-provider.js';
import { canarySpecSchema } from './schema/canary.js';
import { metricTemplateSpecSchema } from './schema/metric-template.js';
import { canaryStatusSchema } from './schema/status.js';
import { structuralSchema } from './structural.js';

interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'boolean';
  readonly jsonPath: string;
  /** 1: only shown by `kubectl get -o wide`. */
  readonly priority?: 1;
}

interface Definition {
  readonly kind: string;
  readonly plural: string;
  readonly description: string;
  readonly columns: readonly PrinterColumn[];
  readonly spec: z.ZodType;
  readonly status?: z.ZodType;
}

const DEFINITIONS: readonly Definition[] = [
  {
    kind: 'Canary',
    plural: 'canaries',
    description: 'A Canary says how new revisions of a workload are released.',
    columns: [
      { name: 'Status', type: 'string', jsonPath: '.status.phase' },
      { name: 'Weight', type: 'string', jsonPath: '.status.canaryWeight' },
      { name: 'Suspended', type: 'boolean', jsonPath: '.spec.suspend', priority: 1 },
      { name: 'FailedChecks', type: 'string', jsonPath: '.status.failedChecks', priority: 1 },
      { name: 'Interval', type: 'string', jsonPath: '.spec.analysis.interval', priority: 1 },
      { name: 'Mirror', type: 'boolean', jsonPath: '.spec.analysis.mirror', priority: 1 },
      { name: 'StepWeight', type: 'string', jsonPath: '.spec.analysis.stepWeight', priority: 1 },
      { name: 'StepWeights', type: 'string', jsonPath: '.spec.analysis.stepWeights', priority: 1 },
      { name: 'MaxWeight', type: 'string', jsonPath: '.spec.analysis.maxWeight', priority: 1 },
      { name: 'LastTransitionTime', type: 'string', jsonPath: '.status.lastTransitionTime' },
    ],
    spec: canarySpecSchema,
    status: canaryStatusSchema,
  },
  {
    kind: 'MetricTemplate',
    plural: 'metrictemplates',
    description: 'A MetricTemplate is a query that Canaries use in their analysis.',
    columns: [{ name: 'Provider', type: 'string', jsonPath: '.spec.provider.type' }],
    spec: metricTemplateSpecSchema,
  },
  {
    kind: 'AlertProvider',
    plural: 'alertproviders',
    description: 'An AlertProvider is a place to which Canaries send alerts.',
    columns: [{ name: 'Type', type: 'string', jsonPath: '.spec.type' }],
    spec: alertProviderSpecSchema,
  },
];

/** The CustomResourceDefinitions of Canary, MetricTemplate and AlertProvider, in this order, ready to be applied. */
export function crdManifests(): object[] {
  return DEFINITIONS.map(manifestOf);
}

/** The same as YAML documents. */
export function crdYaml(): string {
  return crdManifests()
    .map((manifest) => `---\n${stringify(manifest, { lineWidth: 0, aliasDuplicateObjects: false })}`)
    .join('');
}

function manifestOf(definition: Definition): object {
  const singular = definition.kind.toLowerCase();
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${definition.plural}.${GROUP}`,
      annotations: { 'helm.sh/resource-policy': 'keep' },
    },
    spec: {
      group: GROUP,
      names: {
        kind: definition.kind,
        listKind: `${definition.kind}List`,
        plural: definition.plural,
        singular,
        categories: ['all'],
      },
      scope: 'Namespaced',
      versions: [
        {
          name: VERSION,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: definition.columns,
          schema: { openAPIV3Schema: rootSchema(definition) },
        },
      ],
    },
  };
}

function rootSchema({ description, spec, status }: Definition): object {
  return {
    description,
    type: 'object',
    properties: {
      apiVersion: { description: 'Version of this kind of object', type: 'string' },
      kind: { description: 'Kind of this object', type: 'string' },
      metadata: { type: 'object' },
      spec: structuralSchema(spec),
      ...(status === undefined ? {} : { status: structuralSchema(status) }),
    },
  };
}
