import type { Image } from '../images/image.js';
import type { PodPorts } from '../pod-ports.js';
import type { Container, Probe } from '../pod.js';
import type { ProbeAction } from './action.js';

/** What a probe of a manifest comes to for a container whose ports are elsewhere. */
export function toAction(
  probe: Probe,
  container: Container,
  ports: PodPorts,
  image: Image,
  env: Readonly<Record<string, string>>,
): ProbeAction {
  try {
    if (probe.httpGet) {
      const { path, port, httpHeaders } = probe.httpGet;
      const headers = Object.fromEntries(httpHeaders.map(({ name, value }) => [name, value]));
      return { kind: 'http', host: ports.host, port: ports.resolve(port, container), path, headers };
    }
    if (probe.tcpSocket) return { kind: 'tcp', host: ports.host, port: ports.resolve(probe.tcpSocket.port, container) };
    if (probe.exec) {
      return image.execProbe?.(probe.exec.command, ports) ?? { kind: 'exec', command: probe.exec.command, env };
    }
    return { kind: 'impossible', why: 'the lab node knows httpGet, tcpSocket and exec probes only' };
  } catch (error) {
    return { kind: 'impossible', why: error instanceof Error ? error.message : String(error) };
  }
}
