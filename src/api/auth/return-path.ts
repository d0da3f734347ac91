/** Only used to see what a browser would make of a path. */
const HERE = 'http://serinus.invalid';

/**
 * Whether this is a path of our own to which a browser may be sent: `//evil.example`, `/\evil.example` and the like,
 * which browsers take for another host, aren't.
 */
export function isOwnPath(path: string): boolean {
  if (!/^\/(?![/\\])[\x21-\x7e]*$/.test(path) || path.includes('\\')) return false;
  if (!URL.canParse(path, HERE)) return false;
  const { origin, pathname } = new URL(path, HERE);
  // Not into the login again, nor into what dots in the path might lead out to.
  return origin === HERE && !pathname.startsWith('//') && !pathname.startsWith('/auth/');
}
