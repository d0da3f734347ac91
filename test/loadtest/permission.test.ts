import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DEFAULT_PROGRAMS } from '../../src/loadtest/loadtester.js';
import { permitBash, permitCommand } from '../../src/loadtest/tasks/permission.js';
import { redactCommand } from '../../src/loadtest/tasks/redact.js';

const rules = { programs: new Set(DEFAULT_PROGRAMS), allowShell: false };

describe('without --allow-shell', () => {
  for (const program of DEFAULT_PROGRAMS) {
    test(`${program} may run`, () => {
      assert.deepEqual(permitCommand(`${program} -a "b c"`, rules), { ok: true, argv: [program, '-a', 'b c'] });
    });
  }

  const table: readonly (readonly [string, RegExp])[] = [
    ['rm -rf /', /^program rm is not allowed: start the load tester with --allow rm to allow it$/],
    ['sh -c hey', /^program sh is not allowed/],
    ['HEY', /^program HEY is not allowed/],
    ['/tmp/hey', /bare name/],
    ['./hey', /bare name/],
    ['../hey', /bare name/],
    ['PATH=/tmp hey', /may not set PATH/],
    ['A=1 /tmp/hey', /bare name/],
    ['A=1 sh', /^program sh is not allowed/],
    ['A=1', /bare name/],
    ["''", /bare name/],
    ["'hey '", /bare name/],
    ['-c hey', /^program -c is not allowed/],
    ['hey; rm', /shell syntax \(";" at character 4\).*--allow-shell/],
    ['hey $(rm)', /shell syntax.*--allow-shell/],
    ['hey `rm`', /shell syntax.*--allow-shell/],
  ];
  for (const [command, problem] of table) {
    test(`${command} is refused`, () => {
      const permission = permitCommand(command, rules);
      assert.match(permission.ok ? '' : permission.problem, problem);
    });
  }

  test('bash is refused', () => {
    const permission = permitBash('true', rules);
    assert.match(permission.ok ? '' : permission.problem, /--allow-shell/);
  });

  test('--allow extends the list', () => {
    const extended = { ...rules, programs: new Set(['jq']) };
    assert.deepEqual(permitCommand('jq .', extended), { ok: true, argv: ['jq', '.'] });
  });
});

test('with --allow-shell a shell does it all', () => {
  const open = { ...rules, allowShell: true };
  assert.deepEqual(permitCommand('a | b', open), { ok: true, argv: ['sh', '-c', 'a | b'] });
  assert.deepEqual(permitBash('a | b', open), { ok: true, argv: ['bash', '-c', 'a | b'] });
});

describe('in the log', () => {
  const table: readonly (readonly [string, string])[] = [
    [
      'hey -z 1m -q 10 -c 2 -h2 -host app.example.com http://apisix-gateway.apisix/api/info',
      'hey -z 1m -q 10 -c 2 -h2 -host app.example.com http://apisix-gateway.apisix/api/info',
    ],
    ['wrk -t2 -c10 -d30s http://a.test/', 'wrk -t2 -c10 -d30s http://a.test/'],
    ['k6 run -d 30s -u 10 a.js', 'k6 run -d 30s -u 10 a.js'],
    ['hey -disable-keepalive http://a.test', 'hey -disable-keepalive http://a.test'],
    ['hey -H "Authorization: Bearer hidden" http://a.test', 'hey -H *** http://a.test'],
    ["hey -H 'X: hidden' -H=hidden http://a.test", 'hey -H *** -H=*** http://a.test'],
    [`hey -H "X: "'hidden'\\ hidden http://a.test`, 'hey -H *** http://a.test'],
    ['hey -H "hidden hidden', 'hey -H ***'],
    ['curl -HX-Key:hidden -uany:hidden http://a.test', 'curl -H*** -u*** http://a.test'],
    ['curl --header=hidden --data-raw hidden -b hidden a.test', 'curl --header=*** --data-raw *** -b *** a.test'],
    ['hey -a me:hidden -d hidden http://a.test', 'hey -a *** -d *** http://a.test'],
    [`ghz --metadata '{"k":"hidden hidden"}' a.test`, 'ghz --metadata *** a.test'],
    ['hey http://me:hidden@a.test/x?token=hidden', 'hey http://a.test/x?***'],
    [`hey 'http://a.test/x?a=hidden&b=hidden'`, `hey 'http://a.test/x?***'`],
  ];
  for (const [command, shown] of table) test(command, () => assert.equal(redactCommand(command), shown));
});
