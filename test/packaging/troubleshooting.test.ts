import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { PROBLEMS } from '../../src/api/problems/catalogue.js';
import { messagesFor } from '../../src/domain/notices/messages.js';

const page = readFileSync(new URL('../../docs/troubleshooting.md', import.meta.url), 'utf8');
/** Stands on the page for whatever differs each time. */
const ANYTHING = '…';

/** A wording as the page has it. */
function shown(wording: unknown): string {
  if (typeof wording !== 'function') return String(wording);
  const blanks = Array.from({ length: wording.length }, () => ANYTHING);
  return String(Reflect.apply(wording, undefined, blanks));
}

describe('docs/troubleshooting.md', () => {
  const canary = { cluster: 'default', namespace: 'test', name: 'podinfo' };
  for (const [name, wording] of Object.entries(messagesFor({ canary, policy: undefined }))) {
    test(`has the event "${name}"`, () => {
      assert.ok(page.includes(`\`${shown(wording)}\``), shown(wording));
    });
  }

  test('has the problems of the API with their statuses, and no others', () => {
    const rows = [...page.matchAll(/^\| `([a-z-]+)` +\| (\d{3}) /gm)].map(([, name, status]) => [name, Number(status)]);
    assert.deepEqual(
      rows,
      Object.entries(PROBLEMS).map(([name, { status }]) => [name, status]),
    );
  });
});
