import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { flagValue, withoutFlags } from '../../lab/node/images/flags.js';
import { parseImage } from '../../lab/node/images/image.js';
import { LoadTesterImage } from '../../lab/node/images/load-tester.js';
import { misbehaviourOf } from '../../lab/node/images/misbehaviour.js';
import { PodinfoImage } from '../../lab/node/images/podinfo.js';
import { PodPorts } from '../../lab/node/pod-ports.js';
import { podSchema, type Container } from '../../lab/node/pod.js';
import type { Source } from '../../lab/tools/source.js';

const cached: Source = {
  method: 'cache',
  find: ({ version }) => Promise.resolve({ path: `/cache/podinfo-${version}` }),
};

function container(fields: object): Container {
  const pod = podSchema.parse({
    metadata: { name: 'p', namespace: 'test', uid: 'u' },
    spec: { containers: [{ name: 'podinfod', image: 'i', ...fields }] },
    status: {},
  });
  const [only] = pod.spec.containers;
  assert.ok(only);
  return only;
}

async function podinfoCommand(tag: string, fields: object) {
  const image = new PodinfoImage(tag, [cached]);
  const ports = new PodPorts();
  await ports.reserve(image.ports(container(fields)));
  await image.pull();
  return { ...image.command(container(fields), ports), ports };
}

describe('image names', () => {
  it('are taken apart into repository and tag', () => {
    assert.deepEqual(parseImage('stefanprodan/podinfo:6.0.1'), { repository: 'stefanprodan/podinfo', tag: '6.0.1' });
    assert.deepEqual(parseImage('registry:5000/app'), { repository: 'registry:5000/app', tag: 'latest' });
    assert.deepEqual(parseImage('app:1@sha256:abc'), { repository: 'app', tag: '1' });
  });

  it('misbehave by their tag’s ending', () => {
    assert.deepEqual(misbehaviourOf('6.0.2-unready'), ['--unready']);
    assert.equal(misbehaviourOf('6.0.2'), undefined);
    assert.equal(misbehaviourOf('6.0.2-rc.1'), undefined);
  });
});

describe('the load tester', () => {
  const argsAt = async (ports: PodPorts) => {
    const image = new LoadTesterImage(undefined);
    const tester = container({ args: ['-port=8080'] });
    await ports.reserve(image.ports(tester));
    return { args: image.command(tester, ports).args.join(' '), port: ports.real(8080) };
  };

  it('listens by itself on loopback', async () => {
    const { args, port } = await argsAt(new PodPorts());
    assert.match(args, new RegExp(`loadtester --host 127\\.0\\.0\\.1 --port ${port} `));
  });

  it('is behind a proxy at a pod’s real address, where it would want a token', async () => {
    const { args } = await argsAt(new PodPorts('198.51.100.2'));
    assert.match(args, /--host=198\.51\.100\.2 --listen=8080 -- .* loadtester --host 127\.0\.0\.1 --port \{port\} /);
  });
});

describe('flags', () => {
  it('are found in all usual spellings', () => {
    for (const args of [['--port=1'], ['--port', '1'], ['-port=1'], ['-x', '-port', '1']]) {
      assert.equal(flagValue(args, 'port'), '1');
    }
    assert.equal(flagValue(['--port-metrics=1'], 'port'), undefined);
  });

  it('are taken out with their values', () => {
    assert.deepEqual(withoutFlags(['--a', '--port', '1', '-port=2', '--b=3'], ['port']), ['--a', '--b=3']);
  });
});

describe('the podinfo image', () => {
  it('listens on the real port and on loopback only, whatever the manifest says', async () => {
    const { file, args, ports } = await podinfoCommand('6.0.1', {
      command: ['./podinfo', '--port=9898', '--port-metrics=9797', '--grpc-port=9999', '--level=info'],
      args: ['--random-delay'],
    });
    assert.equal(file, '/cache/podinfo-6.0.1');
    assert.deepEqual(args, ['--level=info', '--random-delay', '--host=127.0.0.1', `--port=${ports.real(9898)}`]);
    assert.notEqual(ports.real(9898), 9898);
    assert.deepEqual(Object.keys(ports.toJSON()).sort(), ['9797', '9898', '9999']);
  });

  it('is put behind a proxy when its tag says that it misbehaves', async () => {
    const { file, args, ports } = await podinfoCommand('6.0.2-errors', { args: ['--port=9898'] });
    assert.equal(file, process.execPath);
    assert.ok(args.includes(`--listen=${ports.real(9898)}`));
    assert.ok(args.includes('--error-percent=33'));
    assert.deepEqual(args.slice(-3), ['/cache/podinfo-6.0.2-errors', '--host=127.0.0.1', '--port={port}']);
  });

  it('does the probes of its own podcli over HTTP', async () => {
    const image = new PodinfoImage('6.0.0', [cached]);
    const ports = new PodPorts();
    await ports.reserve([9898]);
    const action = image.execProbe(['podcli', 'check', 'http', 'localhost:9898/readyz'], ports);
    assert.deepEqual(action, { kind: 'http', host: '127.0.0.1', port: ports.real(9898), path: '/readyz', headers: {} });
    assert.equal(image.execProbe(['cat', '/tmp/healthy'], ports), undefined);
  });
});
