import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { stringify } from 'yaml';
import { z } from 'zod';
import { buildApi } from '../../src/api/build.js';
import { clusterClient } from '../../src/kube/connect.js';
import { wire } from '../../src/processes/wiring.js';
import { DEFAULT_SETTINGS } from '../../src/settings.js';

/** Nobody listens there: to describe the API it need not answer. */
const NOWHERE = '127.0.0.1:9';

export type Schema = Readonly<Record<string, unknown>>;
export const schemaSchema = z.record(z.string(), z.unknown());
const contentSchema = z.record(z.string(), z.object({ schema: schemaSchema.optional() }));
const operationSchema = z.object({
  operationId: z.string().optional(),
  summary: z.string(),
  description: z.string().optional(),
  tags: z.array(z.string()),
  parameters: z
    .array(
      z.object({
        name: z.string(),
        in: z.string(),
        required: z.boolean().default(false),
        description: z.string().optional(),
        schema: schemaSchema.default({}),
      }),
    )
    .default([]),
  requestBody: z.object({ content: contentSchema }).optional(),
  responses: z.record(z.string(), z.object({ description: z.string(), content: contentSchema.optional() })),
});
const documentSchema = z.object({
  tags: z.array(z.object({ name: z.string(), description: z.string() })),
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
  components: z.object({ schemas: z.record(z.string(), schemaSchema) }),
});

export type Content = z.output<typeof contentSchema>;
export type Operation = z.output<typeof operationSchema>;

/** The API's own OpenAPI document, from an API that is built and never asked anything else. */
export async function openApi(): Promise<z.output<typeof documentSchema>> {
  const directory = mkdtempSync(join(tmpdir(), 'serinus-reference-'));
  const kubeconfig = join(directory, 'kubeconfig');
  writeFileSync(kubeconfig, stringify(KUBECONFIG));
  const connection = Connection.lazy({ address: NOWHERE });
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };
  const temporal = new Client({ connection });
  const deps = wire(clusterClient({ kubeconfig }), temporal, DEFAULT_SETTINGS, silent);
  const app = buildApi(deps, temporal, { authentication: { kind: 'none' }, version: '0' });
  try {
    return documentSchema.parse((await app.inject({ url: '/openapi.json' })).json());
  } finally {
    await app.close();
    await deps.cache.stop();
    await connection.close();
    rmSync(directory, { recursive: true });
  }
}

const KUBECONFIG = {
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'it',
  clusters: [{ name: 'it', cluster: { server: `http://${NOWHERE}` } }],
  users: [{ name: 'it', user: {} }],
  contexts: [{ name: 'it', context: { cluster: 'it', user: 'it' } }],
};
