import { BlockList, isIP, isIPv6 } from 'node:net';
import { UserError } from '../../errors.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy for a plain http URL from the environment's `http_proxy` and `no_proxy`, in lower case first, as curl and
 * Go's programs read them. An entry of `no_proxy` is a host with or without a port, `.domain` or `*.domain` for all
 * below it, a `domain` for itself and all below it, a network such as `10.0.0.0/8`, or `*`. https URLs need no proxy.
 *
 * @returns undefined where the URL needs no proxy
 * @throws UserError where the proxy itself isn't an http URL
 */
export function proxyFor(url: URL, environment: Environment): URL | undefined {
  if (url.protocol !== 'http:') return undefined;
  const text = environment['http_proxy'] || environment['HTTP_PROXY'] || '';
  const exempt = environment['no_proxy'] || environment['NO_PROXY'] || '';
  if (text === '' || isExempt(url, exempt)) return undefined;
  const address = text.includes('://') ? text : `http://${text}`;
  const proxy = URL.canParse(address) ? new URL(address) : undefined;
  if (proxy?.protocol !== 'http:') throw new UserError('HTTP_PROXY: not an http URL');
  return proxy;
}

function isExempt(url: URL, list: string): boolean {
  const host = unbracketed(url.hostname.toLowerCase());
  const port = url.port || '80';
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => covers(entry, host, port));
}

function covers(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return isWithin(host, entry);
  const bareIpv6 = isIPv6(entry);
  const [, name = '', only] = bareIpv6 ? [entry, entry] : (/^(.*?)(?::(\d+))?$/.exec(entry) ?? []);
  if (only !== undefined && only !== port) return false;
  const domain = name.replace(/^\*?\./, '');
  return (domain === name && host === unbracketed(name)) || (domain !== '' && host.endsWith(`.${domain}`));
}

/** Whether an address lies in a network such as `10.0.0.0/8`; a host name never does. */
function isWithin(host: string, network: string): boolean {
  const [base = '', prefix = ''] = network.split('/');
  const family = isIP(base);
  const bits = Number(prefix);
  if (family === 0 || isIP(host) !== family || !/^\d+$/.test(prefix) || bits > (family === 4 ? 32 : 128)) return false;
  const type = family === 4 ? 'ipv4' : 'ipv6';
  const networks = new BlockList();
  networks.addSubnet(base, bits, type);
  return networks.check(host, type);
}

export function unbracketed(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}
