// `node scripts/run.mjs scripts/manifests.ts`: writes what is made from the sources: CustomResourceDefinitions from the
// schemas, roles from scripts/rbac/rules.ts, the tables of flags and rights in docs/, and its references of the command
// line and of the API, and the types of its client.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { manifestFiles } from './manifests/files.js';
import { PAGES, withTables } from './manifests/tables.js';
import { CLIENT_ROUTES, clientRoutes } from './reference/client.js';
import { referencePages } from './reference/pages.js';

const root = fileURLToPath(new URL('..', import.meta.url));

for (const [name, text] of Object.entries(manifestFiles())) {
  const path = join(root, 'deploy', name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

for (const page of PAGES) {
  const path = join(root, 'docs', page);
  writeFileSync(path, withTables(readFileSync(path, 'utf8')));
}

writeFileSync(join(root, CLIENT_ROUTES), await clientRoutes());
for (const [page, text] of await referencePages()) writeFileSync(join(root, 'docs', page), text);
