import type { ServicePort } from './service-port.js';

/**
 * The ports of the users' own Service with the Canary's among them. An existing port of the same number is pointed at
 * the Canary's target port; its name and node port stay, since others use them. All further ones are the users'.
 *
 * @param wished the Canary's ports: the main one, then the discovered ones
 * @param renames the Canary names the main port itself
 */
export function portsOfTaken(
  current: readonly ServicePort[],
  wished: readonly ServicePort[],
  renames: boolean,
): readonly ServicePort[] {
  const [main, ...discovered] = wished;
  if (!main) return current;
  const ports: ServicePort[] = current.map((port) => (isSamePort(port, main) ? taken(port, main, renames) : port));
  if (!current.some((port) => isSamePort(port, main))) ports.push({ ...main, name: freeName(main, ports) });
  for (const port of discovered) {
    if (ports.some((other) => other.name === port.name || isSamePort(other, port))) continue;
    ports.push(port);
  }
  return ports.length === 1 ? ports : ports.map(named);
}

function taken(port: ServicePort, main: ServicePort, renames: boolean): ServicePort {
  const { nodePort } = port;
  return {
    ...main,
    name: renames ? main.name : port.name || main.name,
    ...(nodePort === undefined ? {} : { nodePort }),
  };
}

function isSamePort(a: ServicePort, b: ServicePort): boolean {
  return a.port === b.port && protocolOf(a) === protocolOf(b);
}

function protocolOf({ protocol }: Partial<ServicePort>): string {
  return protocol ?? 'TCP';
}

function freeName({ name, port }: ServicePort, others: readonly ServicePort[]): string {
  return others.some((other) => other.name === name) ? `${name}-${port}` : name;
}

/** Each of several ports needs a name. */
function named(port: ServicePort): ServicePort {
  return port.name ? port : { ...port, name: `${protocolOf(port).toLowerCase()}-${port.port}` };
}
