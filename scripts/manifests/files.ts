import { readFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { z } from 'zod';
import { crdManifests } from '../../src/crds/manifests.js';
import { rbacFiles, SCOPES } from '../rbac/manifests.js';
import { chartRules } from '../rbac/chart.js';

const HEADER = '# Written by `node scripts/run.mjs scripts/manifests.ts`; change what it is made from.\n';
const definitionSchema = z.object({ spec: z.object({ names: z.object({ plural: z.string() }) }) });

/** The files of deploy/ that are made from the sources, by their paths there. */
export function manifestFiles(): Readonly<Record<string, string>> {
  const folders = {
    crds: crdFiles(),
    ...Object.fromEntries(SCOPES.map((scope) => [`rbac/${scope}`, rbacFiles(scope)])),
  };
  const kustomized = Object.entries(folders).flatMap(([folder, files]) =>
    Object.entries({ ...files, 'kustomization.yaml': kustomization(Object.keys(files)) }).map(
      ([name, text]) => [`${folder}/${name}`, HEADER + text] as const,
    ),
  );
  return { ...Object.fromEntries(kustomized), ...chartFiles() };
}

/** Helm reads nothing outside of a chart's folder, so the chart has its own copies. */
function chartFiles(): Readonly<Record<string, string>> {
  const crds = Object.entries(crdFiles()).map(([name, text]) => [`chart/crds/${name}`, HEADER + text] as const);
  return {
    ...Object.fromEntries(crds),
    'chart/files/rules.yaml': HEADER + chartRules(),
    'chart/files/people.yaml': readFileSync(new URL('../../deploy/rbac/people.yaml', import.meta.url), 'utf8'),
  };
}

function crdFiles(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    crdManifests().map((manifest) => [
      `${definitionSchema.parse(manifest).spec.names.plural}.yaml`,
      stringify(manifest, { lineWidth: 0, aliasDuplicateObjects: false }),
    ]),
  );
}

function kustomization(resources: readonly string[]): string {
  return stringify({ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources });
}
