import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { TransientError, UserError } from '../../src/errors.js';
import { archiveContract } from './contract.js';
import { release } from './fixtures.js';
import { opened, placeAt } from './opening.js';
import { Postgres } from '../harness/archive/postgres.js';

const postgres = await Postgres.start();
after(() => postgres.stop());

archiveContract('postgres', async () => placeAt(await postgres.database()));

describe('PostgreSQL', () => {
  it('has its tables made by several processes at once', async () => {
    const url = await postgres.database();
    const archives = Array.from({ length: 4 }, () => opened(url));
    await Promise.all(archives.map((archive) => archive.check()));
    await Promise.all(archives.map((archive) => archive.close()));
  });

  it('is said not to answer, or to have no such database, without the password', async () => {
    const cases = [
      [`postgres://somebody:geheim@127.0.0.1:1/archive`, TransientError],
      [`postgres://postgres:geheim@127.0.0.1:${postgres.port}/nothing`, UserError],
      [`postgres://nobody:geheim@127.0.0.1:${postgres.port}/postgres`, UserError],
    ] as const;
    for (const [url, kind] of cases) {
      const archive = opened(url);
      await assert.rejects(
        () => archive.putRelease(release(1)),
        (error: Error) =>
          error instanceof kind && !error.message.includes('geheim') && error.message.includes('127.0.0.1'),
      );
      await archive.close();
    }
  });

  it('may lose every connection, and goes on with new ones', async () => {
    const archive = opened(await postgres.database());
    await archive.putRelease(release(1));
    await postgres.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'serinus'`);
    for (;;) {
      try {
        await archive.putRelease(release(2));
        break;
      } catch (error) {
        assert.ok(error instanceof TransientError, String(error));
      }
    }
    assert.equal((await archive.list({ cluster: 'default' }, 5)).items.length, 2);
    await archive.close();
  });
});
