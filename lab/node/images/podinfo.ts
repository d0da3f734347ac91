import { findProgram } from '../../tools/find.js';
import { podinfo } from '../../tools/programs.js';
import type { Source } from '../../tools/source.js';
import type { Container } from '../pod.js';
import { LOOPBACK, type PodPorts } from '../pod-ports.js';
import type { ProbeAction } from '../probes/action.js';
import { flagValue, portFlag, withoutFlags } from './flags.js';
import { ImageError, type ContainerCommand, type Image } from './image.js';
import { INNER_PORT, misbehave, misbehaviourOf } from './misbehaviour.js';

const DEFAULT_PORT = 9898;
/** Servers of podinfo that have no option to listen on loopback only; `/metrics` is on the main port too. */
const LEFT_OUT = ['grpc-port', 'port-metrics', 'secure-port'];

/** podinfo, a real one, that calls itself by the tag. */
export class PodinfoImage implements Image {
  #path: string | undefined;

  constructor(
    readonly tag: string,
    readonly sources: readonly Source[],
  ) {}

  ports(container: Container): number[] {
    const args = argumentsOf(container);
    const others = LEFT_OUT.map((flag) => Number(flagValue(args, flag))).filter((port) => port > 0);
    return [portFlag(args, 'port', DEFAULT_PORT), ...others];
  }

  async pull(): Promise<void> {
    try {
      this.#path ??= (await findProgram(podinfo(this.tag), this.sources)).path;
    } catch (error) {
      throw new ImageError(error instanceof Error ? error.message : String(error), { cause: error });
    }
  }

  command(container: Container, ports: PodPorts): ContainerCommand {
    if (this.#path === undefined) throw new Error('podinfo has not been pulled');
    const args = argumentsOf(container);
    const listen = ports.real(portFlag(args, 'port', DEFAULT_PORT));
    const how = misbehaviourOf(this.tag);
    const kept = withoutFlags(args, ['host', 'port', ...LEFT_OUT]);
    const command = {
      file: this.#path,
      args: [...kept, `--host=${how ? LOOPBACK : ports.host}`, `--port=${how ? INNER_PORT : listen}`],
    };
    return how ? misbehave(how, { host: ports.host, port: listen }, command) : command;
  }

  /** `podcli check http localhost:9898/readyz`: the image's own program for probes. */
  execProbe(command: readonly string[], ports: PodPorts): ProbeAction | undefined {
    const [file, verb, protocol, target] = command;
    if (file !== 'podcli' || verb !== 'check' || protocol !== 'http' || !target) return undefined;
    const url = new URL(target.includes('://') ? target : `http://${target}`);
    return {
      kind: 'http',
      host: ports.host,
      port: ports.real(Number(url.port || 80)),
      path: url.pathname,
      headers: {},
    };
  }
}

/** The program's arguments, whether they stand in `args` or after the program's name in `command`. */
function argumentsOf({ command, args }: Container): string[] {
  const [file, ...rest] = command;
  if (file !== undefined && !file.endsWith('podinfo')) {
    throw new Error(`the lab's podinfo image has no program "${file}"`);
  }
  return [...rest, ...args];
}
