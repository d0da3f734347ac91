// `node scripts/run.mjs scripts/rbac.ts`: writes deploy/rbac from scripts/rbac/rules.ts.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rbacFiles, SCOPES } from './rbac/manifests.js';

for (const scope of SCOPES) {
  const folder = fileURLToPath(new URL(`../deploy/rbac/${scope}`, import.meta.url));
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(rbacFiles(scope))) writeFileSync(join(folder, name), text);
}
