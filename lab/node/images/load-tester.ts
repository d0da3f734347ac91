import { existsSync } from 'node:fs';
import { ownProcess, repositoryRoot } from '../../servers/own-process.js';
import type { Container } from '../pod.js';
import { LOOPBACK, type PodPorts } from '../pod-ports.js';
import { portFlag } from './flags.js';
import { ImageError, type ContainerCommand, type Image } from './image.js';
import { INNER_PORT, misbehave } from './misbehaviour.js';

const DEFAULT_PORT = 8080;
const CLI = 'src/cli/main.ts';
const PORT = '{port}';
const HOST = '{host}';

/** Flagger's load tester: Serinus's own, which answers in the same way. */
export class LoadTesterImage implements Image {
  /** @param configured A command to run instead; `{host}` and `{port}` in it stand for where it shall listen. */
  constructor(readonly configured: readonly string[] | undefined) {}

  ports(container: Container): number[] {
    return [portOf(container)];
  }

  pull(): Promise<void> {
    if (this.configured || existsSync(`${repositoryRoot}${CLI}`)) return Promise.resolve();
    return Promise.reject(new ImageError(`the lab runs Serinus's load tester for this image, and ${CLI} is missing`));
  }

  command(container: Container, ports: PodPorts): ContainerCommand {
    const listen = ports.real(portOf(container));
    // Beyond loopback it wants a token, which no manifest has. A pod's own address is where a proxy listens for it then.
    const isHidden = this.configured === undefined && ports.host !== LOOPBACK;
    const [host, port] = isHidden ? [LOOPBACK, INNER_PORT] : [ports.host, String(listen)];
    const [file, ...args] = (this.configured ?? serinusLoadTester()).map((part) =>
      part.replace(PORT, port).replace(HOST, host),
    );
    if (file === undefined) throw new Error('the command configured for the load tester is empty');
    return isHidden ? misbehave([], { host: ports.host, port: listen }, { file, args }) : { file, args };
  }
}

function serinusLoadTester(): string[] {
  const { file, args } = ownProcess(CLI, [
    'loadtester',
    '--host',
    HOST,
    '--port',
    PORT,
    // Pods of the lab share the machine's loopback, and are called by the names of their Services.
    '--allowed-hosts',
    '*',
    // How programs find the lab's names.
    '--pass-env',
    'LAB_HEY,HTTP_PROXY,HTTPS_PROXY,NO_PROXY,http_proxy,https_proxy,no_proxy',
  ]);
  return [file, ...args];
}

function portOf({ command, args, ports }: Container): number {
  return portFlag([...command, ...args], 'port', ports[0]?.containerPort ?? DEFAULT_PORT);
}
