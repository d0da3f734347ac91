import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clusterName } from '../../src/cli/flags/cluster-name.js';
import { canaryOfWorkflow, workflowIdOf } from '../../src/workflows/contract.js';

test('a cluster’s name without a slash is taken, and its Canaries are identified by their workflow ids', () => {
  for (const name of ['default', 'prod-eu.1', 'arn:aws:eks:eu-1:12:cluster', 'zwölf']) {
    assert.equal(clusterName(name), name);
    const canary = { cluster: name, namespace: 'shop', name: 'cart.v2' };
    assert.deepEqual(canaryOfWorkflow(workflowIdOf(canary)), canary);
  }
});

test('an empty name, and one with a slash, is refused before anything starts', () => {
  for (const name of ['', '/', 'eu/prod', 'prod/']) {
    assert.throws(() => clusterName(name), /must not be empty, nor contain a slash/);
  }
});

test('what is no workflow of a Canary has none', () => {
  for (const id of ['canary/a/b', 'canary/a/b/c/d', 'archive/a/b/c', '']) assert.equal(canaryOfWorkflow(id), undefined);
});
