import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { CLIENT_ROUTES, clientRoutes } from '../../scripts/reference/client.js';
import { referencePages } from '../../scripts/reference/pages.js';

test('the references are what the program and the API say of themselves', async () => {
  for (const [page, text] of await referencePages()) {
    const written = readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8');
    assert.equal(written, text, `docs/${page} is out of date: npm run manifests writes it anew`);
    assert.ok(text.length > 5_000, page);
  }
});

test('the client knows the routes and types that the API has', async () => {
  const written = readFileSync(new URL(`../../${CLIENT_ROUTES}`, import.meta.url), 'utf8');
  assert.equal(written, await clientRoutes(), `${CLIENT_ROUTES} is out of date: npm run manifests writes it anew`);
});
