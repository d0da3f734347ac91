import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { findKustomize } from '../../lab/renderers.js';
import { parseManifest } from '../../lab/kube/apply.js';
import type { KubeObject } from '../../src/kube/object.js';

const program = await findKustomize((line) => console.error(line));
const KUSTOMIZE = fileURLToPath(new URL('../../deploy/kustomize/', import.meta.url));

/**
 * The objects of a folder in deploy/kustomize, as `kustomize build` renders them.
 *
 * @param namespace to be put in place of the one they have
 */
export function rendered(folder: string, namespace?: string): KubeObject[] {
  if (namespace === undefined) return built(join(KUSTOMIZE, folder));
  const overlay = mkdtempSync(join(tmpdir(), 'serinus-kustomize-'));
  try {
    const kustomization = { namespace, resources: [relative(overlay, join(KUSTOMIZE, folder))] };
    writeFileSync(join(overlay, 'kustomization.yaml'), stringify(kustomization));
    return built(overlay);
  } finally {
    rmSync(overlay, { recursive: true });
  }
}

function built(folder: string): KubeObject[] {
  const { status, stdout, stderr } = spawnSync(program, ['build', folder], {
    encoding: 'utf8',
    maxBuffer: 1 << 24,
  });
  if (status !== 0) throw new Error(`kustomize build ${folder}: ${stderr}`);
  return parseManifest(stdout);
}
