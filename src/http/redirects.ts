/** A redirect that isn't followed. */
class RedirectRefused extends Error {
  override readonly name = 'RedirectRefused';
  /** The code of libraries for redirects that can't be followed. */
  readonly code = 'ERR_FR_REDIRECT_ELSEWHERE';
}

/** A redirect's target, before it is followed. */
interface Next {
  readonly protocol?: string;
  readonly hostname?: string | null;
  readonly port?: string | number | null;
}

/**
 * Follows redirects only within a host, or from http to https of it: a server at an address that a user has written
 * must not make us send a request elsewhere, such as to the machine's credential service.
 *
 * @param from URL of the first request
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
