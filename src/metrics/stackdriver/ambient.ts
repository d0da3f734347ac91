import { readFile } from 'node:fs/promises';
import { messageOf } from '../../errors.js';
import { readJson } from '../http/answer.js';
import { ProviderError } from '../errors.js';
import { ask, type HttpRequest } from '../http/http.js';
import type { Environment } from '../environment.js';
import { readKey, tokenFor, tokenSchema, type ServiceAccountKey } from './tokens.js';

/** Serinus' own identity at Google. */
export interface AmbientIdentity {
  /** @throws ProviderError */
  token(signal: AbortSignal): Promise<string>;
  /** The project of the identity. */
  project(signal: AbortSignal): Promise<string>;
}

const METADATA_HOST = 'metadata.google.internal';

/**
 * The identity of the process, by Google's rules for application default credentials: the key in the file that
 * `GOOGLE_APPLICATION_CREDENTIALS` names, or else the metadata server's (GKE Workload Identity, Compute Engine).
 * Federated identities (type `external_account`) aren't supported.
 *
 * @see https://cloud.google.com/docs/authentication/application-default-credentials
 */
export function ambientIdentity(environment: Environment): AmbientIdentity {
  const file = environment['GOOGLE_APPLICATION_CREDENTIALS'];
  return file ? ofFile(file) : ofMetadata(environment['GCE_METADATA_HOST'] || METADATA_HOST);
}

function ofFile(file: string): AmbientIdentity {
  return {
    token: async (signal) => tokenFor(await keyIn(file), signal),
    project: async () => {
      const { project_id } = await keyIn(file);
      if (project_id) return project_id;
      throw new ProviderError('the key in GOOGLE_APPLICATION_CREDENTIALS has no project_id');
    },
  };
}

/** Whatever is wrong with the file, no Canary is to blame. */
async function keyIn(file: string): Promise<ServiceAccountKey> {
  try {
    return readKey(await readFile(file, 'utf8'), 'the file of GOOGLE_APPLICATION_CREDENTIALS');
  } catch (error) {
    throw new ProviderError(`no identity for Google: ${messageOf(error)}`);
  }
}

/** @see https://cloud.google.com/compute/docs/access/authenticate-workloads */
function ofMetadata(host: string): AmbientIdentity {
  const at = (path: string): HttpRequest => ({
    url: new URL(`http://${host}/computeMetadata/v1/${path}`),
    headers: { 'Metadata-Flavor': ['Google'] },
    secrets: [],
    direct: true,
    isRefusal: () => false,
  });
  return {
    token: async (signal) => {
      const body = await ask(at('instance/service-accounts/default/token'), signal);
      // The answer itself is the secret.
      return readJson(tokenSchema, body, { name: 'Google’s metadata server', secrets: [body] }).access_token;
    },
    project: async (signal) => (await ask(at('project/project-id'), signal)).trim(),
  };
}
