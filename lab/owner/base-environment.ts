/** What of our own environment the lab's servers may see: enough to run, nothing that changes them. */
const PASSED_ON = ['PATH', 'HOME', 'USER', 'LANG', 'TMPDIR', 'TZ', 'SSL_CERT_FILE'];

/**
 * The environment of servers and pods. Settings of the user's shell (KUBECONFIG, HTTP_PROXY, NODE_OPTIONS,
 * TEMPORAL_ADDRESS …) must not leak into a lab that is meant to be the same everywhere.
 */
export function baseEnvironment(): Record<string, string> {
  // Go's and the lab's own settings are for programs that may have to be built on demand.
  const isPassedOn = (name: string) => PASSED_ON.includes(name) || /^(GO[A-Z0-9]+$|SERINUS_LAB_|XDG_|LC_)/.test(name);
  return Object.fromEntries(Object.entries(ownEnvironment()).filter(([name]) => isPassedOn(name)));
}

/** All of our own environment. */
export function ownEnvironment(): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined) env[name] = value;
  }
  return env;
}

/** Our own environment without the user's ways to a Temporal: an API key or TLS would be for another server. */
export function environmentWithoutTemporal(): Record<string, string> {
  return Object.fromEntries(Object.entries(ownEnvironment()).filter(([name]) => !name.startsWith('TEMPORAL_')));
}
