import { EncryptJWT, errors, jwtDecrypt } from 'jose';
import type { z } from 'zod';
import { digest } from '../user.js';

/** The purpose of sealed text: one kind can't be used in place of another. */
export type Purpose = 'session' | 'login' | 'logout-hint';

const ENCRYPTION = 'A256GCM';

/**
 * Seals data that browsers keep for us: an encrypted JWT (RFC 7516, `dir` with A256GCM), which can't be read, changed,
 * or used after its time without a key.
 */
export class Seal {
  private readonly keys: ReadonlyMap<string, Uint8Array>;
  private readonly first: { readonly kid: string; readonly key: Uint8Array };

  /**
   * @param keys of 32 bytes: the first one seals, all of them open, so that keys can be replaced while replicas differ
   * @param owner what is sealed for one owner can't be opened for another
   * @throws TypeError where there is no key
   */
  constructor(
    keys: readonly Uint8Array[],
    private readonly owner: string,
    private readonly now: () => number = Date.now,
  ) {
    const [first] = keys;
    if (!first) throw new TypeError('a seal needs a key');
    this.first = { kid: idOf(first), key: first };
    this.keys = new Map(keys.map((key) => [idOf(key), key]));
  }

  /** @param until when it expires, seconds since 1970 */
  seal(purpose: Purpose, content: object, until: number): Promise<string> {
    return new EncryptJWT({ content })
      .setProtectedHeader({ alg: 'dir', enc: ENCRYPTION, kid: this.first.kid })
      .setIssuer(this.owner)
      .setAudience(purpose)
      .setExpirationTime(until)
      .encrypt(this.first.key);
  }

  /** @returns undefined for text that wasn't sealed for this purpose by one of the keys, or has expired */
  async open<T>(purpose: Purpose, text: string, schema: z.ZodType<T>): Promise<T | undefined> {
    try {
      const { payload } = await jwtDecrypt(text, ({ kid }) => this.keyOf(kid), {
        issuer: this.owner,
        audience: purpose,
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: [ENCRYPTION],
        requiredClaims: ['exp'],
        currentDate: new Date(this.now()),
      });
      return schema.safeParse(payload['content']).data;
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }

  private keyOf(kid: string | undefined): Uint8Array {
    const key = kid === undefined ? undefined : this.keys.get(kid);
    if (!key) throw new errors.JWEDecryptionFailed();
    return key;
  }
}

/** Identifies a key, and reveals nothing about it. */
function idOf(key: Uint8Array): string {
  return digest(Buffer.from(key).toString('base64')).slice(0, 16);
}
