import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test, type TestContext } from 'node:test';
import { stringify } from 'yaml';
import { createProgram } from '../../src/cli/program.js';
import { runCommandLine } from '../../src/cli/run.js';
import { serve } from '../harness/http/server.js';
import { writtenCanary } from '../simulation/fixtures.js';

const folder = mkdtempSync(join(tmpdir(), 'serinus-backtest-'));
after(() => rmSync(folder, { recursive: true }));

const at = (minute: number) => new Date(Date.UTC(2026, 0, 31, 12, minute)).toISOString();

/** Looks of a minute each, of which the canary's failed so often. */
function record(failed: number) {
  const arm = (requests: number, bad: number) => ({ requests, bad });
  const [canary, primary] = [arm(600, failed), arm(5400, 27)];
  const metric = { metric: 'errors', verdict: 'WAIT', lower: 0, towardsFail: 0, towardsPass: 0, canary, primary };
  return Array.from({ length: 5 }, (_, minute) => ({
    ...{ at: at(minute + 1), what: 'analysis', weight: 10, ok: true, hooks: [], metrics: [] },
    judged: {
      ...{ verdict: 'WAIT', heard: true, windows: minute + 1, says: 'errors: not enough yet', metrics: [metric] },
      window: { from: Date.parse(at(minute)), to: Date.parse(at(minute + 1)) },
      counts: { errors: { canary, primary } },
    },
  }));
}

const RELEASES: Readonly<Record<string, readonly object[]>> = {
  'test.podinfo.2': record(15),
  'test.podinfo.1': record(3),
  'test.podinfo.0': [],
};

async function backtest(t: TestContext, annotation: string | undefined, args: readonly string[]) {
  const asked: string[] = [];
  const { url } = await serve(t, (request, response) => {
    const { pathname, search } = new URL(request.url ?? '', 'http://serinus');
    asked.push(`${pathname}${search}`);
    const id = decodeURIComponent(pathname.split('/')[4] ?? '');
    const common = { phase: 'Succeeded', weight: 0, triggeredBy: 'ci', startedAt: at(0), outcome: 'promoted' };
    const item = (one: string) => ({ id: one, open: false, images: [], namespace: 'test', name: 'podinfo', ...common });
    const release = {
      ...{ id, canary: { namespace: 'test', name: 'podinfo' }, run: 'completed', ended: true, endedAt: at(6) },
      ...{ ...common, record: RELEASES[id], recordDropped: 0 },
    };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(id === '' ? { items: Object.keys(RELEASES).map(item) } : release));
  });
  const path = join(folder, 'canary.yaml');
  writeFileSync(path, stringify(writtenCanary(annotation, 99)));
  let [out, err] = ['', ''];
  const printed = t.mock.method(console, 'log', (text: string) => void (out += `${text}\n`));
  const said = t.mock.method(console, 'error', (text: string) => void (err += text));
  const program = createProgram();
  const flags = ['--server', url, '--mesh-provider', 'apisix', ...args];
  const code = await runCommandLine(program, ['node', 'serinus', 'backtest', '-f', path, ...flags]);
  printed.mock.restore();
  said.mock.restore();
  return { code, out, err, asked };
}

describe('serinus backtest', () => {
  test('past releases as they were, and as they would have been', async (t) => {
    const { code, out, err, asked } = await backtest(t, 'preset: quick', ['--since', '2026-01-01', '-n', 'test']);
    assert.deepEqual([code, err], [0, '']);
    assert.match(out, /^STARTED +RELEASE +WAS +WOULD HAVE BEEN +WHY\n/);
    assert.match(
      out,
      /test\.podinfo\.2 +promoted \(6 min\) +rolled back \([12] min\) +errors: the canary is bad 5 times/,
    );
    assert.match(out, /test\.podinfo\.1 +promoted \(6 min\) +promoted /);
    assert.match(out, /test\.podinfo\.0 +promoted +not known +nothing was counted\n/);
    assert.match(out, /\n1 of 2 releases would have ended alike; of 1 more nothing was counted\.\n/);
    assert.match(asked[0] ?? '', /since=2026-01-01/);
    assert.match(asked[0] ?? '', /name=podinfo/);
  });

  test('for programs', async (t) => {
    const { out } = await backtest(t, 'preset: careful', ['-o', 'json']);
    const { items } = JSON.parse(out) as { items: readonly { end: string }[] };
    assert.deepEqual(
      items.map(({ end }) => end),
      ['rolled-back', 'waits', 'unknown'],
    );
  });

  test('without a judgement there is nothing to test', async (t) => {
    const { code, err } = await backtest(t, undefined, []);
    assert.equal(code, 2);
    assert.match(err, /set the annotation serinus\.dev\/judgement/);
  });
});
