import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

/** Who writes past `src/kubernetes/write.ts`, and why that needs no claim, or how it has one. */
const PAST_WRITE: Readonly<Record<string, string>> = {
  'src/kube/guarded-write.ts': 'the way itself, for whoever has a guard',
  'src/kubernetes/write.ts': 'the guard: a claim to the Lease, and the stamp',
  'src/kubernetes/lease.ts': 'the fence itself, by compare and swap',
  'src/kubernetes/events.ts': 'an Event changes nothing, and its name makes it one',
  'src/archive/release/snapshots.ts': 'what the archive has by now, of a release that is over',
  'src/api/rollouts/start.ts': 'a person’s own change, by their own rights',
  'src/check/rehearsal/stage-client.ts': 'a dry run: nothing is stored',
  'src/kube/rehearsal.ts': 'a dry run: nothing is stored',
  'src/adopt/change-hands.ts': 'a change of hands, under the Lease',
  'src/cli/install-crds.ts': 'definitions of kinds',
};

test('whatever writes to the cluster goes by the guarded way', () => {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  assert.ok(sources.length > 100);
  for (const name of sources) {
    const file = `src/${name}`;
    const text = readFileSync(file, 'utf8');
    const writes = /\b(?:client|kube)\.(?:create|replace|patch|delete|apply)\(/.test(
      text.replace(/\/\*\*.*?\*\//gs, ''),
    );
    if (writes) assert.ok(file in PAST_WRITE, `${file} writes without a fence`);
    // Without the claim it is guarded by the version alone.
    if (text.includes('/guarded-write.js')) assert.equal(file, 'src/kubernetes/write.ts');
  }
});
