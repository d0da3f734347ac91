import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServicePort } from '../../src/kubernetes/objects/service-port.js';
import { portsOfTaken } from '../../src/kubernetes/objects/taken-service.js';

const port = (name: string, number: number, more: Partial<ServicePort> = {}): ServicePort => ({
  name,
  protocol: 'TCP',
  port: number,
  targetPort: number,
  ...more,
});
const MAIN = port('http', 80, { targetPort: 8080 });

test('of a Service that was there, the Canary’s port leads where the Canary says, and all else stays', () => {
  const theirs = [port('web', 80, { nodePort: 30_191 }), port('metrics', 9797, { nodePort: 30_192 })];
  assert.deepEqual(portsOfTaken(theirs, [MAIN], false), [
    port('web', 80, { targetPort: 8080, nodePort: 30_191 }),
    theirs[1],
  ]);
  assert.equal(portsOfTaken(theirs, [port('grpc', 80)], true)[0]?.name, 'grpc');
  // The same number by another protocol is another port.
  const dns = [port('dns', 80, { protocol: 'UDP' })];
  assert.deepEqual(portsOfTaken(dns, [MAIN], false), [...dns, MAIN]);
});

test('a port that isn’t there is added, under a name that is free; discovered ones give way', () => {
  const theirs = [port('http', 81), port('metrics', 9797)];
  const discovered = [port('metrics', 9798), port('admin', 81), port('debug', 82)];
  assert.deepEqual(portsOfTaken(theirs, [MAIN, ...discovered], false), [
    ...theirs,
    { ...MAIN, name: 'http-80' },
    port('debug', 82),
  ]);
});

test('one port needs no name, several do', () => {
  const { name: _name, ...nameless } = port('', 80);
  assert.equal(portsOfTaken([nameless as ServicePort], [MAIN], false)[0]?.name, 'http');
  const other = { ...nameless, port: 81 } as ServicePort;
  assert.deepEqual(
    portsOfTaken([other], [MAIN], false).map(({ name }) => name),
    ['tcp-81', 'http'],
  );
});

test('what is as it shall be stays as it is', () => {
  const once = portsOfTaken([port('web', 80), port('http', 81)], [MAIN, port('x', 90)], false);
  assert.deepEqual(portsOfTaken(once, [MAIN, port('x', 90)], false), once);
});
