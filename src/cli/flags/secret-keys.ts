import { UsageError } from '../usage.js';

const BYTES = 32;

/**
 * Keys as from `openssl rand -base64 32`, one a line or separated by commas.
 *
 * @param source where they come from; messages never contain the keys
 * @throws UsageError where one isn't 32 bytes in base64
 */
export function secretKeysOf(text: string, source: string): Uint8Array[] {
  return text
    .split(/[\s,]+/)
    .filter((key) => key !== '')
    .map((key, index) => {
      const bytes = /^[A-Za-z0-9+/]+={0,2}$/.test(key) ? Buffer.from(key, 'base64') : undefined;
      if (bytes?.length === BYTES) return bytes;
      throw new UsageError(
        `${source}: key ${index + 1} is not ${BYTES} bytes in base64; openssl rand -base64 32 makes one`,
      );
    });
}
