import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { checksumOf } from '../../lab/tools/archive.js';
import { findProgram, findPrograms } from '../../lab/tools/find.js';
import { withLock } from '../../lab/tools/lock.js';
import type { FindMethod, Program } from '../../lab/tools/program.js';
import { Outlook, roughly } from '../../lab/tools/outlook.js';
import { plainProgress } from '../../lab/tools/progress.js';
import { cacheSource, pathSource, settingSource, type Source } from '../../lab/tools/source.js';
import { satisfies } from '../../lab/tools/version.js';

const tool: Program = {
  name: 'tool',
  version: '1.2.3',
  setting: 'SERINUS_LAB_TOOL',
  versionCheck: { args: ['--version'], pattern: /tool (\d+\.\d+)/, atLeast: [1, 2] },
  goBuild: { kind: 'install', package: 'example.com/tool@v1.2.3' },
  buildSeconds: 60,
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

describe('the outlook on several programs', () => {
  const of = (name: string, buildSeconds: number): Program => ({ ...tool, name, buildSeconds });

  it('counts what is there, and says about how long the rest takes', () => {
    let now = 0;
    const [here, long, short, last] = [of('here', 5), of('long', 600), of('short', 120), of('last', 240)];
    const outlook = new Outlook([here, long, short, last], 2, () => now);
    outlook.end(here);
    outlook.begin(long);
    outlook.begin(short);
    assert.equal(outlook.text(), '1 of 4 programs, about 10 minutes left');
    now += 120_000;
    assert.equal(outlook.text(), '1 of 4 programs, about 8 minutes left');
    outlook.end(short);
    outlook.begin(last);
    assert.equal(outlook.text(), '2 of 4 programs, about 8 minutes left');
    now += 120_000;
    // Twice as fast as elsewhere: the rest is expected to be, too.
    outlook.end(last);
    assert.equal(outlook.text(), '3 of 4 programs, about 3 minutes left');
    now += 290_000;
    assert.equal(outlook.text(), '3 of 4 programs, longer than usual');
    outlook.end(long);
  });

  it('depends on the cores', () => {
    const alone = [of('long', 600)];
    assert.equal(new Outlook(alone, 1).text(), '0 of 1 programs, about 20 minutes left');
    assert.equal(new Outlook(alone, 8).text(), '0 of 1 programs, about 3 minutes left');
    assert.deepEqual([5, 30, 60, 89, 360].map(roughly), [
      ...['some seconds', 'under a minute', 'about a minute', 'about a minute', 'about 6 minutes'],
    ]);
  });

  it('is reported while something is being made, and not where all is there', async () => {
    const reported: string[] = [];
    const progress = plainProgress((line) => reported.push(line));
    const quick: Source = { ...source('cache', '/cache/tool'), isQuick: true };
    await findPrograms([tool], [quick], progress);
    assert.deepEqual(reported, ['tool 1.2.3: from the cache']);
    const none: Source = { ...source('cache'), isQuick: true };
    await findPrograms([tool], [none, source('Go toolchain', '/built/tool')], progress);
    assert.match(reported[1] ?? '', /^0 of 1 programs, about a minute left$|^0 of 1 programs, \w/);
    assert.equal(reported[2], 'tool 1.2.3: from the Go toolchain');
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
