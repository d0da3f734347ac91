import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toFailure } from '../../src/activities/failures.js';
import { NamespaceEnding, RefusedError, TransientError } from '../../src/errors.js';
import { KubeError } from '../../src/kube/kube-error.js';
import { fitting } from '../../src/kube/names.js';
import { refusalIn } from '../../src/kube/refusals.js';

const invalid = new KubeError(422, 'Invalid', 'Service "shop-canary" is invalid: …', [
  { field: 'metadata.name', message: 'Invalid value: "shop-canary": must be no more than 63 characters' },
]);

test('an answer is somebody’s to mend, or may pass by itself', () => {
  const rows: readonly [number, string, string, boolean][] = [
    [400, 'BadRequest', 'admission webhook "x" denied the request', true],
    [401, 'Unauthorized', 'Unauthorized', false],
    [403, 'Forbidden', 'services "x" is forbidden: exceeded quota: q', true],
    [404, 'NotFound', 'the server could not find the requested resource', true],
    [405, 'MethodNotAllowed', 'the server does not allow this method', true],
    [409, 'Conflict', 'the object has been modified', false],
    [409, 'AlreadyExists', 'services "x" already exists', false],
    [409, 'Conflict', 'Precondition failed: field is immutable', true],
    [410, 'Expired', 'too old resource version', false],
    [413, 'RequestEntityTooLarge', 'etcdserver: request is too large', true],
    [422, 'Invalid', 'Deployment.apps "x" is invalid: spec.selector: field is immutable', true],
  ];
  for (const [status, reason, message, isMended] of rows) {
    const error = new KubeError(status, reason, message);
    const reported = refusalIn(error, 'Service/x');
    assert.equal(reported instanceof RefusedError, isMended, `${status} ${message}`);
    if (!isMended) assert.equal(reported, error);
  }
  const other = new TransientError('the API server can’t be reached');
  assert.equal(refusalIn(other), other);
});

test('a refusal names object, field and reason, without the value where that is long', () => {
  const reported = refusalIn(invalid, 'Service/shop-canary') as RefusedError;
  assert.equal(
    reported.message,
    'Service/shop-canary is refused: metadata.name: Invalid value: must be no more than 63 characters',
  );
  const secret = `v1.PodSpec{Containers: []v1.Container{Env: ${'PASSWORD=hunter2 '.repeat(9)}}}`;
  const causes = [{ field: 'spec.selector', message: `Invalid value: "${secret}": field is immutable` }];
  const hidden = refusalIn(new KubeError(422, 'Invalid', secret, causes), 'Deployment/x') as RefusedError;
  assert.equal(hidden.message, 'Deployment/x is refused: spec.selector: Invalid value: field is immutable');
});

test('what can’t be named field by field is reported in the server’s own words', () => {
  const policy = `deployments.apps "x" is forbidden: ValidatingAdmissionPolicy 'p' denied request: no ${'x'.repeat(2000)}`;
  const reported = refusalIn(new KubeError(403, 'Forbidden', policy), 'Deployment/x') as RefusedError;
  assert.match(
    reported.message,
    /^Deployment\/x is refused: deployments\.apps "x" is forbidden: ValidatingAdmissionPolicy/,
  );
  assert.ok(reported.message.length < 1024, 'an Event holds it');
});

test('a namespace that is going is distinguished from a policy', () => {
  const text = 'services "x" is forbidden: unable to create new content in namespace n because it is being terminated';
  assert.ok(refusalIn(new KubeError(403, 'Forbidden', text)) instanceof NamespaceEnding);
});

test('a refusal is final where a workflow says it and looks again, and retried where only attempts do', () => {
  const final = toFailure(invalid, 'final') as { type?: string; nonRetryable?: boolean };
  assert.deepEqual([final.type, final.nonRetryable], ['Refused', true]);
  assert.equal(toFailure(invalid, 'retried'), invalid);
});

test('a name that is too long stays one of its own', () => {
  assert.equal(fitting('shop', 63), 'shop');
  const [a, b] = ['a', 'b'].map((end) => fitting(`${'x'.repeat(250)}${end}`, 63));
  assert.equal(a?.length, 63);
  assert.notEqual(a, b);
  assert.match(a ?? '', /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
});
