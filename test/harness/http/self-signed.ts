import { generateKeyPairSync, sign } from 'node:crypto';

/** Tags of DER, the binary form of ASN.1. */
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const UTF8_STRING = 0x0c;
const OBJECT_IDENTIFIER = 0x06;
const UTC_TIME = 0x17;
const SEQUENCE = 0x30;
const SET = 0x31;

function der(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  // The shortest form that there is: others are refused by some.
  const long = body.length < 256 ? [0x81, body.length] : [0x82, body.length >> 8, body.length & 0xff];
  const length = body.length < 128 ? [body.length] : long;
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

/** A certificate that nobody vouches for (RFC 5280, version 1), made for one test, and its key. */
export function selfSigned(commonName: string): { cert: string; key: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ecdsaWithSha256 = der(SEQUENCE, der(OBJECT_IDENTIFIER, Buffer.from('2a8648ce3d040302', 'hex')));
  const attribute = [der(OBJECT_IDENTIFIER, Buffer.from('550403', 'hex')), der(UTF8_STRING, Buffer.from(commonName))];
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, ...attribute)));
  const validity = ['200101000000Z', '491231235959Z'].map((time) => der(UTC_TIME, Buffer.from(time)));
  const unsigned = der(
    SEQUENCE,
    der(INTEGER, Buffer.from([1])),
    ecdsaWithSha256,
    name,
    der(SEQUENCE, ...validity),
    name,
    publicKey.export({ format: 'der', type: 'spki' }),
  );
  const signature = der(BIT_STRING, Buffer.from([0]), sign('sha256', unsigned, privateKey));
  const lines =
    der(SEQUENCE, unsigned, ecdsaWithSha256, signature)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return {
    cert: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'),
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  };
}
