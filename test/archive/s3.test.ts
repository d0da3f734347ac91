import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { TransientError, UserError } from '../../src/errors.js';
import { archiveContract } from './contract.js';
import { release } from './fixtures.js';
import { opened, placeAt } from './opening.js';
import { startS3 } from '../harness/archive/s3-server.js';

Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'somebody', AWS_SECRET_ACCESS_KEY: 'geheim' });
const server = await startS3();
after(() => server.stop());
let places = 0;
const at = (place: string, endpoint = server.url): string => `s3://${place}?endpoint=${endpoint}&path-style=true`;

archiveContract('s3', () => Promise.resolve(placeAt(at(`bucket/with/a/prefix-${(places += 1)}`))));

describe('a bucket that can’t be used', () => {
  for (const [bucket, reason] of [
    ['missing', /NoSuchBucket/],
    ['denied', /AccessDenied/],
  ] as const) {
    it(`is said to whoever can mend it: ${bucket}`, async () => {
      const archive = opened(at(bucket));
      await assert.rejects(
        () => archive.putRelease(release(1)),
        (error: unknown) => error instanceof UserError && reason.test(error.message) && !/geheim/.test(error.message),
      );
      await archive.close();
    });
  }

  it('may answer later where nobody listens', async () => {
    const archive = opened(at('bucket', 'http://127.0.0.1:1'));
    await assert.rejects(() => archive.check(), TransientError);
    await archive.close();
  });
});
