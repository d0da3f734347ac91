import { z } from 'zod';
import { signed } from './signature.js';
import type { ContractSubject, Scenario } from '../provider-contract.js';
import { json, type Answer, type Asked } from '../../harness/http/server.js';
import { create, NOW } from '../template.js';

export const KEYS = {
  AWS_ACCESS_KEY_ID: 'xWqIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'zQ7/secret+key/that-nobody/may-see',
  AWS_SESSION_TOKEN: 'Yk9//session-token==',
};

export const REGION = 'eu-west-1';

/** An answer with these values, the newest first, as CloudWatch has them unless it is told otherwise. */
export function metricData(values: readonly (number | string)[], StatusCode = 'Complete'): Answer {
  const Timestamps = values.map((_, index) => NOW / 1_000 - 60 * index);
  return json(200, {
    MetricDataResults: [{ Id: 'm1', Label: 'errors', Timestamps, Values: values, StatusCode }],
    Messages: [],
  });
}

export const failure = (status: number, code: string, message: string): Answer =>
  json(status, { __type: `com.amazonaws.cloudwatch#${code}`, message });

function answer(scenario: Scenario): Answer {
  switch (scenario.is) {
    case 'values':
      return metricData(scenario.values.toReversed());
    case 'empty':
      return metricData([]);
    case 'not a number':
      return metricData(['NaN']);
    case 'server error':
      return failure(500, 'InternalServiceFault', 'The request processing has failed');
    case 'bad query':
      return failure(
        400,
        'ValidationError',
        "The value of MetricDataQueries.member.1.Id must match [a-z][a-zA-Z0-9_]*'",
      );
  }
}

const inputSchema = z.object({ MetricDataQueries: z.array(z.unknown()) });

/** Signs what came once more, by a second implementation of Signature Version 4, and compares. */
export function isSigned(asked: Asked, key: typeof KEYS = KEYS): boolean {
  const { headers, body, method } = asked;
  const names = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '')?.[1]?.split(';') ?? [];
  const mustBe = ['content-type', 'host', 'x-amz-date', 'x-amz-security-token', 'x-amz-target'];
  if (!mustBe.every((name) => names.includes(name))) return false;
  const signedByThem = names.filter((name) => !['host', 'x-amz-date', 'x-amz-security-token'].includes(name));
  const request = {
    method,
    url: new URL(asked.url.pathname, `http://${headers.host}`),
    headers: Object.fromEntries(signedByThem.map((name) => [name, String(headers[name])])),
    body,
  };
  const credentials = {
    accessKeyId: key.AWS_ACCESS_KEY_ID,
    secretAccessKey: key.AWS_SECRET_ACCESS_KEY,
    sessionToken: key.AWS_SESSION_TOKEN,
  };
  const at = Date.parse(
    String(headers['x-amz-date']).replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  );
  // As AWS has it: a signature is good for five minutes.
  if (!(Math.abs(Date.now() - at) < 300_000)) return false;
  const scope = { region: REGION, service: 'monitoring', at };
  return signed(request, scope, credentials)['authorization'] === headers.authorization;
}

/**
 * CloudWatch, as AWS' documentation has GetMetricData over HTTP with JSON: the operation in `X-Amz-Target`, requests
 * signed with Signature Version 4, results with their values from the newest to the oldest, errors with `__type`.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/making-api-requests.html
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
 */
export const cloudWatch: ContractSubject = {
  name: 'cloudwatch',
  credentials: KEYS,
  secrets: Object.values(KEYS),
  query: '[{"Id": "m1", "Expression": "errors / requests * 100", "Period": 60}]',
  awkwardQuery: '[{"Id": "m1", "Expression": "SEARCH(\' {a+b,%41} c=\\"d#?/ö\\" \', \'Sum\')", "Label": "x & y"}]',
  create: (given) =>
    create(
      'cloudwatch',
      { ...given, credentials: undefined, address: undefined },
      {
        region: REGION,
        environment: {
          environment: { AWS_ENDPOINT_URL_CLOUDWATCH: given.address, ...given.credentials },
          cluster: unreachable,
        },
      },
    ),
  answer,
  complaint: 'MetricDataQueries.member.1.Id must match',
  online: (asked) =>
    inputSchema.parse(JSON.parse(asked.body)).MetricDataQueries.length === 0
      ? failure(400, 'MissingParameter', 'The parameter MetricDataQueries is required.')
      : failure(500, 'InternalFailure', 'not the probe'),
  queryIn: ({ headers, body }) =>
    headers['x-amz-target'] === 'GraniteServiceVersion20100801.GetMetricData'
      ? inputSchema.parse(JSON.parse(body)).MetricDataQueries
      : undefined,
  isAuthorized: (asked) => isSigned(asked),
  unauthorized: failure(403, 'InvalidClientTokenId', 'The security token included in the request is invalid.'),
  nonsense: '<html><body>Welcome to the wiki</body></html>',
  ofSeveral: 7,
  volatileHeaders: ['amz-sdk-invocation-id', 'x-amz-date', 'authorization'],
  exempt: {
    address: 'it is asked at AWS’ own address',
    insecureSkipVerify: 'the worker’s own identity isn’t shown to anybody who can’t say who they are',
  },
};

const nobody = () => Promise.reject(new Error('nobody asks for the cluster'));
const unreachable = { get: nobody, create: nobody, delete: nobody };
