import { ProviderError } from '../errors.js';
import { ask } from '../http/http.js';
import { endpointOf } from './endpoint.js';
import type { AwsCredentials } from './signature.js';
import type { Search } from './search.js';

const SESSION = 'serinus';

/**
 * Exchanges the token of a service account for a role's credentials.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 * @throws ProviderError
 */
export async function assumeRole(
  { role, token }: { readonly role: string; readonly token: string },
  { environment, region, signal }: Search,
): Promise<AwsCredentials> {
  const body = new URLSearchParams({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: role,
    RoleSessionName: environment['AWS_ROLE_SESSION_NAME'] || SESSION,
    WebIdentityToken: token,
  }).toString();
  const answer = await ask(
    {
      method: 'POST',
      url: endpointOf('sts', region, environment),
      headers: { 'Content-Type': ['application/x-www-form-urlencoded'], Accept: ['application/xml'] },
      body,
      secrets: [token],
      isRefusal: () => false,
    },
    signal,
  );
  return {
    accessKeyId: elementOf(answer, 'AccessKeyId'),
    secretAccessKey: elementOf(answer, 'SecretAccessKey'),
    sessionToken: elementOf(answer, 'SessionToken'),
  };
}

/** The text of the one element of that name; the three that are asked for hold no markup. The answer isn't told. */
function elementOf(xml: string, name: string): string {
  const text = new RegExp(`<${name}>([^<&]+)</${name}>`).exec(xml)?.[1]?.trim();
  if (text) return text;
  throw new ProviderError(`this is no answer of AWS STS: it has no ${name}`);
}
