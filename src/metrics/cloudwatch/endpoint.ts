import { UserError } from '../../errors.js';
import type { Environment } from '../environment.js';

const SERVICES = {
  monitoring: 'AWS_ENDPOINT_URL_CLOUDWATCH',
  sts: 'AWS_ENDPOINT_URL_STS',
} as const;

/**
 * Where an AWS service is asked: what the process's environment says, or else the service's public address in the
 * region.
 *
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 * @throws UserError where the environment says something that is no URL
 */
export function endpointOf(service: keyof typeof SERVICES, region: string, environment: Environment): URL {
  const variable = SERVICES[service];
  const given = environment[variable] || environment['AWS_ENDPOINT_URL'];
  if (!given) return new URL(`https://${service}.${region}.${domainOf(region)}/`);
  if (URL.canParse(given)) return new URL(given);
  throw new UserError(`${variable} or AWS_ENDPOINT_URL of the worker is not a valid URL`);
}

function domainOf(region: string): string {
  return region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
}
