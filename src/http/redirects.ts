/** Why an answer isn't followed to where it points. */
class RedirectRefused extends Error {
  override readonly name = 'RedirectRefused';
  /** As libraries have it for redirects that lead nowhere. */
  readonly code = 'ERR_FR_REDIRECT_ELSEWHERE';
}

/** What is known of where a redirect leads, before it is followed. */
interface Next {
  readonly protocol?: string;
  readonly hostname?: string | null;
  readonly port?: string | number | null;
}

/**
 * Follows redirects within a host only, or from http to https of it: whoever answers at an address that somebody has
 * written down must not have us ask another one in its place, such as that of the machine's credentials.
 *
 * @param from where the first request goes
 * @returns for axios' `beforeRedirect`; it throws RedirectRefused
 */
export function withinHost(from: URL): (next: Next) => void {
  return (next) => {
    const { protocol = '', hostname, port } = next;
    const at = new URL(`${protocol}//${hostname?.includes(':') ? `[${hostname.replace(/^\[|\]$/g, '')}]` : hostname}`);
    if (port) at.port = String(port);
    const upgraded = from.protocol === 'http:' && at.protocol === 'https:' && from.port === '' && at.port === '';
    if (at.hostname === from.hostname && (at.origin === from.origin || upgraded)) return;
    throw new RedirectRefused(`the answer is a redirect to another host, ${at.host}, which isn't followed`);
  };
}
