import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { checksumOf } from '../../lab/tools/archive.js';
import { findProgram, findPrograms } from '../../lab/tools/find.js';
import { withLock } from '../../lab/tools/lock.js';
import type { FindMethod, Program } from '../../lab/tools/program.js';
import { plainProgress } from '../../lab/tools/progress.js';
import { cacheSource, pathSource, settingSource, type Source } from '../../lab/tools/source.js';
import { satisfies } from '../../lab/tools/version.js';

const tool: Program = {
  name: 'tool',
  version: '1.2.3',
  setting: 'SERINUS_LAB_TOOL',
  versionCheck: { args: ['--version'], pattern: /tool (\d+\.\d+)/, atLeast: [1, 2] },
  goBuild: { kind: 'install', package: 'example.com/tool@v1.2.3' },
  buildTime: 'a moment',
};

function source(method: FindMethod, path?: string, asked: FindMethod[] = []): Source {
  return {
    method,
    find: () => {
      asked.push(method);
      return Promise.resolve(path === undefined ? { why: 'not here' } : { path });
    },
  };
}

describe('the search for a program', () => {
  it('takes the first source that has it and asks no further', async () => {
    const asked: FindMethod[] = [];
    const sources = [
      source('setting', undefined, asked),
      source('PATH', undefined, asked),
      source('cache', '/cache/tool', asked),
      source('Go toolchain', '/built/tool', asked),
    ];
    const { path, method } = await findProgram(tool, sources);
    assert.deepEqual([path, method], ['/cache/tool', 'cache']);
    assert.deepEqual(asked, ['setting', 'PATH', 'cache']);
  });

  it('explains in one error what is missing and what can be done', async () => {
    const sources = [source('cache'), source('Go toolchain')];
    const other = { ...tool, name: 'other', setting: 'SERINUS_LAB_OTHER' };
    await assert.rejects(
      findPrograms(
        [tool, other],
        sources,
        plainProgress(() => undefined),
      ),
      (error: Error) => {
        assert.match(error.message, /tool 1\.2\.3: not here; not here/);
        assert.match(error.message, /install Go/);
        assert.match(error.message, /SERINUS_LAB_TOOL=\/path\/to\/tool SERINUS_LAB_OTHER=\/path\/to\/other/);
        return true;
      },
    );
  });
});

describe('the sources', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'find-test-'));
  });
  after(() => rm(folder, { recursive: true }));

  const install = async (name: string, version: string) => {
    const file = join(folder, name);
    await writeFile(file, `#!/bin/sh\necho tool ${version}\n`);
    await chmod(file, 0o755);
    return file;
  };

  it('honour a setting, and do not go on when it is wrong', async () => {
    const file = await install('tool', '1.2');
    assert.deepEqual(await settingSource({ SERINUS_LAB_TOOL: file }).find(tool), { path: file });
    assert.ok('why' in (await settingSource({}).find(tool)));
    const wrong = settingSource({ SERINUS_LAB_TOOL: join(folder, 'absent') });
    await assert.rejects(findProgram(tool, [wrong, source('cache', '/cache/tool')]), /SERINUS_LAB_TOOL=.*absent/);
  });

  it('take from the PATH only what is new enough', async () => {
    const file = await install('tool', '1.10');
    assert.deepEqual(await pathSource(`/nowhere:${folder}`).find(tool), { path: file });
    await install('tool', '1.1');
    assert.ok('why' in (await pathSource(folder).find(tool)));
  });

  it('find in the cache only the very version', async () => {
    assert.ok('why' in (await cacheSource(folder).find(tool)));
  });

  it('let only one at a time make a program, and take over a dead maker’s lock', async () => {
    const lock = join(folder, 'lock');
    await writeFile(lock, '999999999');
    let inside = 0;
    const work = async () => {
      assert.equal(++inside, 1);
      await new Promise((resolve) => setTimeout(resolve, 20));
      inside--;
    };
    await Promise.all([withLock(lock, work), withLock(lock, work)]);
  });
});

describe('versions and checksums', () => {
  const check = tool.versionCheck;
  assert.ok(check);
  const cases: [string, boolean][] = [
    ['tool 1.2', true],
    ['tool 1.10', true],
    ['tool 2.0', true],
    ['tool 1.1', false],
    ['something else', false],
  ];
  for (const [output, expected] of cases) {
    it(`"${output}" will ${expected ? '' : 'not '}do`, () => assert.equal(satisfies(check, output), expected));
  }

  it('reads checksum lists of both forms', () => {
    const sum = 'a'.repeat(64);
    assert.equal(checksumOf(`${sum}\n`, 'kube-apiserver'), sum);
    assert.equal(checksumOf(`${'b'.repeat(64)}  x.tar.gz\n${sum}  y.tar.gz\n`, 'y.tar.gz'), sum);
    assert.throws(() => checksumOf(`${sum}  x.tar.gz\n${sum}  z.tar.gz`, 'y.tar.gz'), /no checksum/);
  });
});
