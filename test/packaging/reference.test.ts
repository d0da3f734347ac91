import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { referencePages } from '../../scripts/reference/pages.js';

test('the references are what the program and the API say of themselves', async () => {
  for (const [page, text] of await referencePages()) {
    const written = readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8');
    assert.equal(written, text, `docs/${page} is out of date: npm run manifests writes it anew`);
    assert.ok(text.length > 5_000, page);
  }
});
