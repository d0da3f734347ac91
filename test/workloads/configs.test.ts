import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { checksumOf } from '../../src/kubernetes/objects/config-checksum.js';
import {
  configReferences,
  copyName,
  isCopyName,
  keyOf,
  ownCopyName,
  sourceOfCopy,
  withConfigNames,
} from '../../src/kubernetes/objects/config-references.js';
import { objectOf } from './fixtures.js';

/** A pod spec with a reference at every place where there can be one; each has a name of its own. */
const everywhere = (name: (plain: string) => string) => {
  const container = (where: string) => ({
    name: where,
    env: [
      { name: 'PLAIN', value: 'x' },
      { name: 'A', valueFrom: { configMapKeyRef: { name: name(`${where}-env-cm`), key: 'k' } } },
      { name: 'B', valueFrom: { secretKeyRef: { name: name(`${where}-env-secret`), key: 'k', optional: true } } },
      { name: 'C', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    ],
    envFrom: [
      { prefix: 'P_', configMapRef: { name: name(`${where}-from-cm`) } },
      { secretRef: { name: name(`${where}-from-secret`) } },
    ],
  });
  return {
    containers: [container('main')],
    initContainers: [container('init')],
    volumes: [
      { name: 'a', configMap: { name: name('volume-cm'), optional: true, items: [{ key: 'k', path: 'p' }] } },
      { name: 'b', secret: { secretName: name('volume-secret') } },
      { name: 'c', emptyDir: {} },
      {
        name: 'd',
        projected: {
          sources: [
            { configMap: { name: name('projected-cm') } },
            { secret: { name: name('projected-secret') } },
            { serviceAccountToken: { path: 'token' } },
          ],
        },
      },
    ],
    imagePullSecrets: [{ name: 'registry' }],
  };
};

test('every reference is found, and whether pods start without it', () => {
  const found = configReferences(everywhere((name) => name));
  const places = ['main', 'init'].flatMap((where) => [
    `configmap/${where}-env-cm`,
    `secret/${where}-env-secret`,
    `configmap/${where}-from-cm`,
    `secret/${where}-from-secret`,
  ]);
  const volumes = ['configmap/volume-cm', 'secret/volume-secret', 'configmap/projected-cm', 'secret/projected-secret'];
  assert.deepEqual(found.map(keyOf).sort(), [...places, ...volumes].sort());
  const optional = found.filter((reference) => reference.optional).map(keyOf);
  assert.deepEqual(optional.sort(), ['configmap/volume-cm', 'secret/init-env-secret', 'secret/main-env-secret']);
});

test('what is needed once is needed', () => {
  const twice = [{ configMapRef: { name: 'a', optional: true } }, { configMapRef: { name: 'a', optional: false } }];
  const [found] = configReferences({ containers: [{ name: 'c', envFrom: twice }] });
  assert.equal(found?.optional, false);
});

test('references to what is tracked lead to copies, all others stay', () => {
  const plain = everywhere((name) => name);
  const all = new Map(configReferences(plain).map((one) => [keyOf(one), copyName(one.name)]));
  assert.deepEqual(
    withConfigNames(plain, all),
    everywhere((name) => `${name}-primary`),
  );
  assert.deepEqual(withConfigNames(plain, new Map()), plain);
  const one = new Map([['secret/volume-secret', 'volume-secret-primary']]);
  assert.deepEqual(
    withConfigNames(plain, one),
    everywhere((name) => (name === 'volume-secret' ? 'volume-secret-primary' : name)),
  );
});

test('a copy’s name shows what it is a copy of', () => {
  for (const name of ['settings', 'settings-primary', 'settings-primary-00000000']) {
    for (const copy of [copyName(name), ownCopyName(name, 'cart')]) {
      assert.ok(isCopyName(copy), copy);
      assert.ok(isCopyName(`${copy}-previous`, '-previous'), copy);
      assert.equal(sourceOfCopy(copy, 'cart'), name);
    }
  }
  assert.notEqual(ownCopyName('settings', 'cart'), ownCopyName('settings', 'other'));
  assert.ok(!isCopyName('settings'));
});

test('checksums are Flagger’s: of Go’s JSON of the data', () => {
  const sum = (json: string): string => createHash('sha256').update(json).digest('hex').slice(0, 16);
  const config = (fields: object) => objectOf('v1', 'ConfigMap', 'a', { ...fields });
  assert.equal(
    checksumOf(config({ data: { b: '2', a: '<1>&\u2028' } })),
    sum('{"a":"\\u003c1\\u003e\\u0026\\u2028","b":"2"}'),
  );
  assert.equal(checksumOf(config({})), sum('null'));
  assert.equal(checksumOf(config({ data: {} })), sum('{}'));
  assert.equal(checksumOf(config({ data: { a: '1' }, binaryData: {} })), sum('{"a":"1"}'));
});

test('binary data counts where there is any', () => {
  const binary = (value: string) => objectOf('v1', 'ConfigMap', 'a', { data: { a: '1' }, binaryData: { f: value } });
  assert.notEqual(checksumOf(binary('AA==')), checksumOf(binary('AQ==')));
});
