import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { GATE_NAMES } from '../domain/approvals/gates.js';
import type { Occasion } from '../domain/notices/notice.js';
import { ORDER_NAMES, type OrderName } from '../domain/orders/catalogue.js';

/** One order for one release, to be given once by the holder of the link. */
export interface Offer {
  /** `<namespace>.<name>.<run id>` */
  readonly releaseId: string;
  readonly order: OrderName;
  /** The situation that the order is for. At another gate, or at another weight, it would be another decision. */
  readonly occasion: Occasion;
  /** The recipient of the link: nothing else is known of its user. */
  readonly to: string;
  /** The same for each repetition of the message: a second use is the same order again. */
  readonly id: string;
}

/** Why a link can't be used, in words for its user. */
export class LinkRefused extends Error {
  override readonly name = 'LinkRefused';
}

const ISSUER = 'serinus';
const AUDIENCE = 'serinus/order';
const ALGORITHM = 'HS256';
/** Long enough for a night, too short for an archive of mails. */
export const LINK_SECONDS = 24 * 3600;

const claimsSchema = z.object({
  sub: z.string(),
  jti: z.string(),
  order: z.enum(ORDER_NAMES),
  to: z.string(),
  // Links of an earlier version lack it: they could open whatever gate is closed by now.
  occasion: z
    .object({ revision: z.string().exactOptional(), gate: z.enum(GATE_NAMES).exactOptional(), weight: z.number() })
    .optional(),
});

/**
 * @param key 32 bytes that the signing worker shares with the verifying API
 * @param at milliseconds since 1970 of what the link is about: a repetition has the same text
 * @see https://www.rfc-editor.org/rfc/rfc7519
 */
export function signed(offer: Offer, key: Uint8Array, at: number): Promise<string> {
  const issued = Math.floor(at / 1000);
  return new SignJWT({ order: offer.order, to: offer.to, occasion: offer.occasion })
    .setProtectedHeader({ alg: ALGORITHM })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setSubject(offer.releaseId)
    .setJti(offer.id)
    .setIssuedAt(issued)
    .setExpirationTime(issued + LINK_SECONDS)
    .sign(key);
}

/**
 * @param keys the first signs, all verify, so that keys can be exchanged
 * @param now milliseconds since 1970
 * @throws LinkRefused where it is not ours, has been changed, or has expired
 */
export async function verified(token: string, keys: readonly Uint8Array[], now: number): Promise<Offer> {
  for (const key of keys) {
    try {
      const { payload } = await jwtVerify(token, key, {
        issuer: ISSUER,
        audience: AUDIENCE,
        algorithms: [ALGORITHM],
        currentDate: new Date(now),
      });
      const { sub, jti, order, to, occasion } = claimsSchema.parse(payload);
      if (occasion === undefined)
        throw new LinkRefused('this link doesn’t say what it is for; look at the release, and give the order there');
      return { releaseId: sub, order, to, id: jti, occasion };
    } catch (error) {
      if (error instanceof LinkRefused) throw error;
      if (error instanceof Error && 'code' in error && error.code === 'ERR_JWT_EXPIRED')
        throw new LinkRefused('this link has expired; look at the release, and give the order there');
    }
  }
  throw new LinkRefused('this link is not valid here; it may have been cut in two, or signed with a key that is gone');
}
