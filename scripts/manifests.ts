// `node scripts/run.mjs scripts/manifests.ts`: writes what of deploy/ is made from the sources: CustomResourceDefinitions
// from the schemas, roles from scripts/rbac/rules.ts.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { manifestFiles } from './manifests/files.js';

for (const [name, text] of Object.entries(manifestFiles())) {
  const path = fileURLToPath(new URL(`../deploy/${name}`, import.meta.url));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
