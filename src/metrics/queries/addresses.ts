/**
 * A matcher for a label of pod addresses: the content of a PromQL string in double quotes that holds a regular
 * expression. Prometheus anchors it at both ends, so `10.0.0.1` matches neither `10.0.0.11` nor `10x0y0z1`. Gateways
 * write IPv6 addresses with or without brackets.
 */
export function addressMatcher(addresses: readonly string[]): string {
  return quotedForPromql(addresses.map(oneAddress).join('|'));
}

function oneAddress(address: string): string {
  const exact = address.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&');
  return address.includes(':') ? `\\[?${exact}\\]?` : exact;
}

/** PromQL's strings have the escapes of Go's. */
function quotedForPromql(text: string): string {
  return text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n');
}
