import { stringify } from 'yaml';
import { z } from 'zod';
import { crdManifests } from '../../src/crds/manifests.js';
import { rbacFiles, SCOPES } from '../rbac/manifests.js';

const HEADER = '# Written by `node scripts/run.mjs scripts/manifests.ts`; change what it is made from.\n';
const definitionSchema = z.object({ spec: z.object({ names: z.object({ plural: z.string() }) }) });

/** The files of deploy/ that are made from the sources, by their paths there. */
export function manifestFiles(): Readonly<Record<string, string>> {
  const folders = {
    crds: crdFiles(),
    ...Object.fromEntries(SCOPES.map((scope) => [`rbac/${scope}`, rbacFiles(scope)])),
  };
  return Object.fromEntries(
    Object.entries(folders).flatMap(([folder, files]) =>
      Object.entries({ ...files, 'kustomization.yaml': kustomization(Object.keys(files)) }).map(([name, text]) => [
        `${folder}/${name}`,
        HEADER + text,
      ]),
    ),
  );
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
