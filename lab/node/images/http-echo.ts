import { fileURLToPath } from 'node:url';
import type { Container } from '../pod.js';
import { LOOPBACK, type PodPorts } from '../pod-ports.js';
import type { ContainerCommand, Image } from './image.js';
import { INNER_PORT, misbehave, misbehaviourOf } from './misbehaviour.js';

const DEFAULT_PORT = 8080;
const program = fileURLToPath(new URL('../../programs/http-echo.mjs', import.meta.url));

/** A small HTTP server of our own for tests that want pods within a tenth of a second. */
export class HttpEchoImage implements Image {
  constructor(readonly tag: string) {}

  ports(container: Container): number[] {
    return [portOf(container)];
  }

  async pull(): Promise<void> {
    // It is a file of this repository.
  }

  command(container: Container, ports: PodPorts, podName: string): ContainerCommand {
    const listen = ports.real(portOf(container));
    const how = misbehaviourOf(this.tag);
    const port = how ? INNER_PORT : String(listen);
    const command = {
      file: process.execPath,
      args: [
        program,
        `--host=${how ? LOOPBACK : ports.host}`,
        `--port=${port}`,
        `--tag=${this.tag}`,
        `--pod=${podName}`,
      ],
    };
    return how ? misbehave(how, { host: ports.host, port: listen }, command) : command;
  }
}

function portOf(container: Container): number {
  return container.ports[0]?.containerPort ?? DEFAULT_PORT;
}
