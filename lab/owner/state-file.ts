import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { SERVER_NAMES, type LabState } from '../types.js';

const stateSchema: z.ZodType<LabState> = z.object({
  directory: z.string(),
  logs: z.string(),
  owner: z.number(),
  startedAt: z.string(),
  kubeconfig: z.string(),
  users: z.array(z.string()),
  auditLog: z.string(),
  scrapeTargets: z.string(),
  temporal: z.object({ address: z.string(), uiUrl: z.string(), namespace: z.string(), binary: z.string() }).nullable(),
  prometheusUrl: z.string().nullable(),
  gatewayUrl: z.string().nullable(),
  gatewayMetricsUrl: z.string().nullable(),
  planeUrl: z.string().nullable(),
  planeMetricsUrl: z.string().nullable(),
  proxyUrl: z.string().nullable(),
  nodeUrl: z.string().nullable(),
  control: z.object({ url: z.string(), token: z.string() }),
  servers: z.array(
    z.object({
      name: z.enum(SERVER_NAMES),
      running: z.boolean(),
      pid: z.number().nullable(),
      url: z.string().nullable(),
      log: z.string(),
    }),
  ),
});

export function writeState(file: string, state: LabState): void {
  writeFileSync(`${file}.draft`, JSON.stringify(state, null, 2), { mode: 0o600 });
  renameSync(`${file}.draft`, file);
}

export function readState(file: string): LabState {
  return stateSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}
