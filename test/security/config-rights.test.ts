import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONFIG_MAPS, SECRETS } from '../../src/kube/object.js';
import { watchedKinds } from '../../src/watch/watcher.js';

test('where configs aren’t tracked, watch lists no Secret: it needs no right to them', () => {
  const kinds = watchedKinds({ configTracking: false });
  assert.ok(!kinds.includes(SECRETS) && !kinds.includes(CONFIG_MAPS));
  const tracked = watchedKinds({ configTracking: true });
  assert.ok(tracked.includes(SECRETS) && tracked.includes(CONFIG_MAPS));
});
