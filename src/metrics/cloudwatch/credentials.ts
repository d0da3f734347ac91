import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { messageOf } from '../../errors.js';
import { readJson } from '../http/answer.js';
import { ProviderError } from '../errors.js';
import { ask, type HttpRequest } from '../http/http.js';
import type { Environment } from '../environment.js';
import type { AwsCredentials } from './signature.js';
import { assumeRole } from './web-identity.js';
import type { Search } from './search.js';

const CONTAINER_HOST = 'http://169.254.170.2';
const INSTANCE_HOST = 'http://169.254.169.254';
const INSTANCE_ROLES = '/latest/meta-data/iam/security-credentials/';

const answerSchema = z.object({
  AccessKeyId: z.string().min(1),
  SecretAccessKey: z.string().min(1),
  Token: z.string().min(1).optional(),
});

/**
 * Finds the AWS credentials of the process, the first of these that there are:
 *
 * 1. `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and, for temporary ones, `AWS_SESSION_TOKEN`;
 * 2. a role for the service account (IRSA): `AWS_WEB_IDENTITY_TOKEN_FILE` and `AWS_ROLE_ARN`;
 * 3. a container's role (EKS Pod Identity, ECS): `AWS_CONTAINER_CREDENTIALS_FULL_URI` or `…_RELATIVE_URI`;
 * 4. the role of the EC2 instance (IMDSv2), unless `AWS_EC2_METADATA_DISABLED` is `true`.
 *
 * Configuration files are not read. Nothing is kept: credentials are looked for at each question.
 *
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 * @throws ProviderError where there are none, or whoever hands them out doesn't
 */
export async function findCredentials(search: Search): Promise<AwsCredentials> {
  const { environment } = search;
  const accessKeyId = environment['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = environment['AWS_SECRET_ACCESS_KEY'];
  if (accessKeyId && secretAccessKey) {
    return { accessKeyId, secretAccessKey, sessionToken: environment['AWS_SESSION_TOKEN'] || undefined };
  }
  const tokenFile = environment['AWS_WEB_IDENTITY_TOKEN_FILE'];
  const role = environment['AWS_ROLE_ARN'];
  if (tokenFile && role) return assumeRole({ role, token: await contentOf(tokenFile) }, search);
  const container = containerUrl(environment);
  if (container) return ofContainer(container, search);
  if (environment['AWS_EC2_METADATA_DISABLED']?.toLowerCase() !== 'true') return ofInstance(search);
  throw new ProviderError(
    'no AWS credentials were found: give the worker a role for its service account, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
  );
}

function containerUrl(environment: Environment): URL | undefined {
  const relative = environment['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'];
  const full = relative ? `${CONTAINER_HOST}${relative}` : environment['AWS_CONTAINER_CREDENTIALS_FULL_URI'];
  if (!full) return undefined;
  if (URL.canParse(full)) return new URL(full);
  throw new ProviderError('AWS_CONTAINER_CREDENTIALS_FULL_URI is not a valid URL');
}

async function ofContainer(url: URL, { environment, signal }: Search): Promise<AwsCredentials> {
  const file = environment['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'];
  const token = file ? await contentOf(file) : environment['AWS_CONTAINER_AUTHORIZATION_TOKEN'];
  const request = local(url, token ? { headers: { Authorization: [token] }, secrets: [token] } : {});
  return credentialsIn(await ask(request, signal), 'a container credentials endpoint');
}

/** A token comes first: a request that is only relayed to the metadata service doesn't get one. */
async function ofInstance({ environment, signal }: Search): Promise<AwsCredentials> {
  const host = environment['AWS_EC2_METADATA_SERVICE_ENDPOINT'] || INSTANCE_HOST;
  const token = await ask(
    local(new URL('/latest/api/token', host), {
      method: 'PUT',
      headers: { 'X-aws-ec2-metadata-token-ttl-seconds': ['60'] },
    }),
    signal,
  );
  const authorized = { headers: { 'X-aws-ec2-metadata-token': [token] }, secrets: [token] };
  const [role = ''] = (await ask(local(new URL(INSTANCE_ROLES, host), authorized), signal)).split('\n');
  const url = new URL(`${INSTANCE_ROLES}${encodeURIComponent(role.trim())}`, host);
  return credentialsIn(await ask(local(url, authorized), signal), 'the EC2 metadata service');
}

function local(url: URL, more: Partial<HttpRequest>): HttpRequest {
  // Whatever it answers, it isn't the query's fault.
  return { url, headers: {}, secrets: [], direct: true, isRefusal: () => false, ...more };
}

/** The answer itself is the secret: of one that isn't understood nothing is shown. */
function credentialsIn(body: string, name: string): AwsCredentials {
  const { AccessKeyId, SecretAccessKey, Token } = readJson(answerSchema, body, { name, secrets: [body] });
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: Token };
}

async function contentOf(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw new ProviderError(`the token for AWS can't be read: ${messageOf(error)}`);
  }
}
