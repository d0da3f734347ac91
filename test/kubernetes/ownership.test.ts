import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../src/errors.js';
import type { KubeObject, OwnerReference } from '../../src/kube/object.js';
import { isFree, isOurs, refuseForeign } from '../../src/kubernetes/ownership.js';

const canary = (uid: string, controller = true, name = uid): OwnerReference => ({
  apiVersion: 'flagger.app/v1beta1',
  kind: 'Canary',
  name,
  uid,
  controller,
});
const operator: OwnerReference = {
  apiVersion: 'example.com/v1',
  kind: 'App',
  name: 'shop',
  uid: 'app',
  controller: true,
};
const owner = canary('cart');
const object = (...ownerReferences: OwnerReference[]): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'cart', namespace: 'shop', ownerReferences },
});

test('whose an object is', () => {
  const table: readonly [string, readonly OwnerReference[], boolean, boolean][] = [
    // What it has for owners; whether it is ours; whether it may be taken over.
    ['nobody', [], false, true],
    ['this Canary', [owner], true, true],
    ['this Canary, and another that shares it', [owner, canary('other', false)], true, true],
    ['another Canary', [canary('other')], false, false],
    ['another Canary, with which we share it', [canary('other'), canary('cart', false)], false, false],
    ['two Canaries, neither of which controls it', [canary('other', false), canary('cart', false)], false, false],
    ['this Canary alone, after the other that wrote last has gone', [canary('cart', false)], true, true],
    ['a former Canary of this name', [canary('old', true, 'cart')], false, false],
    ['an operator of the users’', [operator], false, true],
    ['an operator, with the Canary as a mere owner', [operator, canary('cart', false)], false, false],
  ];
  for (const [whose, owners, ours, takenOver] of table) {
    assert.equal(isOurs(object(...owners), owner), ours, whose);
    assert.equal(isFree(object(...owners), { owner }), ours, whose);
    assert.equal(isFree(object(...owners), { owner, takesOver: true }), takenOver, whose);
  }
});

test('a refusal names the object, whose it is, and what can be done', () => {
  const message = (...owners: OwnerReference[]): string => {
    try {
      refuseForeign(object(...owners), { owner });
    } catch (error) {
      assert.ok(error instanceof UserError);
      return error.message;
    }
    return '';
  };
  assert.match(
    message(),
    /^Service cart\.shop has not been made for this Canary and is left alone, but Canary cart needs/,
  );
  assert.match(message(canary('other')), /^Service cart\.shop belongs to Canary other and is left alone/);
  assert.match(message(operator), /^Service cart\.shop belongs to App shop and is left alone/);
  assert.match(message(canary('old', true, 'cart')), /belongs to a former Canary of the same name \(uid old\)/);
  assert.equal(message(owner), '');
});
