import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { pino } from 'pino';
import { archivePlan } from '../../src/cli/flags/archive-flags.js';
import { openArchive } from '../../src/processes/archive.js';
import { UsageError } from '../../src/cli/usage.js';

const scratch = await mkdtemp(join(tmpdir(), 'serinus-archive-flags-'));
after(() => rm(scratch, { recursive: true, force: true }));
const plan = (archive: string | undefined, environment: Record<string, string> = {}, embedded = false) =>
  archivePlan(archive === undefined ? {} : { archive }, { embedded }, environment);

describe('--archive', () => {
  const good: readonly (readonly [string, string | undefined])[] = [
    ['none', undefined],
    ['sqlite:///var/lib/serinus/archive.db', 'sqlite:///var/lib/serinus/archive.db'],
    ['sqlite:///with%20space.db', 'sqlite:///with space.db'],
    ['postgres://serinus@db:5432/serinus', 'postgres://serinus@db:5432/serinus'],
    ['postgresql://db/serinus?sslmode=require', 'postgres://db/serinus'],
    ['file:///var/lib/serinus', 'file:///var/lib/serinus'],
    ['s3://bucket', 's3://bucket'],
    ['s3://bucket/a/b/?endpoint=http://minio:9000&path-style=true&region=eu', 's3://bucket/a/b'],
  ];
  for (const [setting, shown] of good) {
    test(setting, async () => assert.equal((await plan(setting)).archive?.shown, shown));
  }

  const bad: readonly (readonly [string, RegExp])[] = [
    ['archive.db', /none or a URL such as sqlite:/],
    ['mysql://db/x', /none or a URL such as sqlite:/],
    ['sqlite://archive.db', /absolute path of a file/],
    ['sqlite:///', /absolute path of a file/],
    ['sqlite:///folder/', /absolute path of a file/],
    ['sqlite:///a.db?mode=ro', /leave out what follows the question mark/],
    ['file://folder', /absolute path of a folder/],
    ['postgres://db', /name a database/],
    ['postgres://db:port/x', /a URL such as postgres:/],
    ['s3:///prefix', /name a bucket/],
    ['s3://key:secret@bucket', /password is seen by everybody/],
    ['s3://bucket?acl=public', /only region, endpoint, path-style/],
    ['s3://bucket?endpoint=minio', /whole URL as endpoint/],
    ['postgres://serinus:geheim@db/serinus', /SERINUS_ARCHIVE or PGPASSWORD/],
  ];
  for (const [setting, expected] of bad) {
    test(setting, () =>
      assert.rejects(
        () => plan(setting),
        (error: unknown) =>
          error instanceof UsageError && expected.test(error.message) && !/geheim|secret/.test(error.message),
      ),
    );
  }

  test('takes a password from the environment, and never shows it', async () => {
    const setting = 'postgres://serinus:geheim@db/serinus';
    const { archive } = await plan(setting, { SERINUS_ARCHIVE: setting });
    assert.equal(archive?.shown, 'postgres://serinus@db/serinus');
    const broken = 's3://key:geheim@bucket';
    await assert.rejects(() => plan(broken, { SERINUS_ARCHIVE: broken }), /leave credentials to the environment/);
  });

  test('left out is none, and of `serinus all` a file of the user’s', async () => {
    assert.deepEqual(await plan(undefined), { archive: undefined, chosen: false, retentionDays: undefined });
    const { archive, chosen } = await plan(undefined, { XDG_STATE_HOME: '/state' }, true);
    assert.deepEqual([archive?.shown, chosen], ['sqlite:///state/serinus/archive.db', false]);
    const relative = await plan(undefined, { XDG_STATE_HOME: 'relative' }, true);
    assert.match(relative.archive?.shown ?? '', /\.local\/state\/serinus/);
  });
});

describe('opening it', () => {
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });

  test('a file of the user’s that can’t be had is no archive, aloud', async () => {
    const file = join(scratch, 'file');
    await writeFile(file, '');
    assert.equal(await openArchive(await plan(undefined, { XDG_STATE_HOME: file }, true), log), undefined);
    assert.match(lines.at(-1) ?? '', /"level":40.*No archive: .*file\/serinus.*--archive names another place/);
  });

  test('a file of the user’s that can be had is one', async () => {
    const archive = await openArchive(await plan(undefined, { XDG_STATE_HOME: scratch }, true), log);
    assert.equal(archive?.store, 'sqlite');
    await archive.close();
  });

  test('one that was chosen is kept although it doesn’t answer yet', async () => {
    const setting = `sqlite://${scratch}/file/archive.db`;
    const archive = await openArchive(await plan(setting), log);
    assert.equal(archive?.store, 'sqlite');
    await assert.rejects(() => archive.check(), /can't be used/);
  });
});
