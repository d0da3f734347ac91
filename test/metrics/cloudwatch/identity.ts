import { json, type Answer, type Asked } from '../../harness/http/server.js';

/** They all say until when. */
const Expiration = new Date(Date.now() + 3_600_000).toISOString();

/** Credentials as AWS' endpoints hand them out. */
export const LENT = {
  AccessKeyId: 'xWqLENT',
  SecretAccessKey: 'zQ7/lent+secret/that-nobody/may-see',
  Token: 'Yk9//lent-token==',
};

/**
 * The EC2 metadata service of version 2: nothing without a token, which a PUT gets.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
 */
export function instanceMetadata({ method, url, headers }: Asked): Answer {
  if (method === 'PUT' && url.pathname === '/latest/api/token' && headers['x-aws-ec2-metadata-token-ttl-seconds']) {
    return { status: 200, body: 'imds-token' };
  }
  if (headers['x-aws-ec2-metadata-token'] !== 'imds-token') return { status: 401, body: '' };
  const roles = '/latest/meta-data/iam/security-credentials/';
  if (url.pathname === roles) return { status: 200, body: 'my-role\n' };
  return url.pathname === `${roles}my-role`
    ? json(200, { Code: 'Success', Type: 'AWS-HMAC', ...LENT, Expiration })
    : { status: 404, body: '' };
}

/**
 * The credentials endpoint of a container (ECS, EKS Pod Identity).
 *
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 */
export function containerCredentials({ headers }: Asked): Answer {
  return headers.authorization === 'the-container-token'
    ? json(200, { ...LENT, Expiration })
    : json(401, { message: 'no' });
}

/**
 * STS' AssumeRoleWithWebIdentity, whose answers are XML.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 */
export function tokenService({ method, body }: Asked): Answer {
  const form = new URLSearchParams(body);
  const isGood =
    method === 'POST' &&
    form.get('Action') === 'AssumeRoleWithWebIdentity' &&
    form.get('Version') === '2011-06-15' &&
    form.get('RoleArn') === 'arn:aws:iam::123456789012:role/serinus' &&
    form.get('WebIdentityToken') === 'the-web-identity';
  if (!isGood) {
    const error = '<Error><Type>Sender</Type><Code>InvalidIdentityToken</Code><Message>no</Message></Error>';
    return { status: 400, body: `<ErrorResponse>${error}</ErrorResponse>`, contentType: 'text/xml' };
  }
  const { AccessKeyId, SecretAccessKey, Token } = LENT;
  return {
    status: 200,
    contentType: 'text/xml',
    body: `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleWithWebIdentityResult>
    <Credentials>
      <SessionToken>${Token}</SessionToken>
      <SecretAccessKey>${SecretAccessKey}</SecretAccessKey>
      <Expiration>${Expiration}</Expiration>
      <AccessKeyId>${AccessKeyId}</AccessKeyId>
    </Credentials>
  </AssumeRoleWithWebIdentityResult>
</AssumeRoleWithWebIdentityResponse>`,
  };
}
