import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Finding } from '../../src/check/finding.js';
import { canaryWith } from '../crds/fixtures.js';
import { clusterOf } from './cluster.js';
import { checked, route } from './fixtures.js';

const CANARY = canaryWith({ 'spec.targetRef': { apiVersion: 'v1', kind: 'Service', name: 'podinfo' } });

function service(spec: object): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'podinfo', namespace: 'test' },
    spec: { selector: { app: 'podinfo' }, ports: [{ port: 80 }], ...spec },
  };
}

async function rulesOf(objects: readonly object[], there?: readonly object[]): Promise<readonly Finding[]> {
  const options = there ? { cluster: clusterOf(there) } : {};
  const { findings } = await checked([CANARY, route(), ...objects], options);
  return findings.filter(({ rule }) => /service-without|missing-object|not-looked-at|invalid/.test(rule));
}

function of(service: Finding | undefined): unknown {
  return service && [service.rule, service.severity, service.object, service.field];
}

describe('a target of kind Service', () => {
  test('that selects pods and has the port is as it should be, in the file or in the cluster', async () => {
    const about = (findings: readonly Finding[]) =>
      findings.filter(({ field }) => /targetRef|service|selector/.test(field));
    assert.deepEqual(about(await rulesOf([service({})])), []);
    assert.deepEqual(about(await rulesOf([], [service({})])), []);
  });

  test('that is nowhere, or was not looked for, is said', async () => {
    const at = (findings: readonly Finding[]) => findings.find(({ field }) => field === 'spec.targetRef.name');
    assert.deepEqual(of(at(await rulesOf([], []))), [
      'missing-object',
      'error',
      'Canary/podinfo',
      'spec.targetRef.name',
    ]);
    assert.deepEqual(of(at(await rulesOf([]))), ['not-looked-at', 'info', 'Canary/podinfo', 'spec.targetRef.name']);
  });

  test('that selects nobody never starts a release', async () => {
    const [found] = (await rulesOf([service({ selector: {} })])).filter(
      ({ rule }) => rule === 'service-without-selector',
    );
    assert.deepEqual(of(found), ['service-without-selector', 'warning', 'Service/podinfo', 'spec.selector']);
    const external = await rulesOf([service({ selector: undefined, type: 'ExternalName', externalName: 'a.test' })]);
    assert.ok(!external.some(({ rule }) => rule === 'service-without-selector'), 'its name may change');
  });

  test('without the port leads nobody anywhere', async () => {
    const [found] = (await rulesOf([service({ ports: [{ port: 8080 }, { port: 9090 }] })])).filter(
      ({ rule }) => rule === 'service-without-port',
    );
    assert.deepEqual(of(found), ['service-without-port', 'error', 'Canary/podinfo', 'spec.service.port']);
    assert.match(found?.message ?? '', /^Service\/podinfo has no port 80, .*: 8080, 9090 is all it has$/);
  });

  test('whose spec can’t be read is said by its field', async () => {
    const [found] = (await rulesOf([service({ ports: 'eighty' })])).filter(
      ({ object }) => object === 'Service/podinfo',
    );
    assert.equal(found?.field, 'spec.ports');
  });
});
