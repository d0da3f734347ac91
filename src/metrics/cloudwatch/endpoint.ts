import { UserError } from '../../errors.js';
import type { Environment } from '../environment.js';

const VARIABLE = 'AWS_ENDPOINT_URL_CLOUDWATCH';

/**
 * Where CloudWatch is asked in place of its public address, by what the process's environment says.
 *
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 * @throws UserError where the environment says something that is no URL
 */
export function endpointIn(environment: Environment): URL | undefined {
  const given = environment[VARIABLE] || environment['AWS_ENDPOINT_URL'];
  if (!given) return undefined;
  if (URL.canParse(given)) return new URL(given);
  throw new UserError(`${VARIABLE} or AWS_ENDPOINT_URL of the worker is not a valid URL`);
}

/** CloudWatch's public address in a region, to be told. */
export function publicAddress(region: string): URL {
  return new URL(`https://monitoring.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}/`);
}
