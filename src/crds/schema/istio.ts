import { z } from 'zod';
import { exactlyOneOf, strings } from './fields.js';
import { definiteStringMatch } from './http-match.js';

/** The parts of `service` for Istio's DestinationRule and CORS policy. */

const text = (description: string) => z.string().meta({ description }).optional();
const flag = (description: string) => z.boolean().meta({ description }).optional();
const count = (description: string) => z.int().meta({ description }).optional();

const http = z
  .object({
    h2UpgradePolicy: z
      .enum(['DEFAULT', 'DO_NOT_UPGRADE', 'UPGRADE'])
      .meta({ description: 'Whether HTTP/1.1 connections become HTTP/2' })
      .optional(),
    http1MaxPendingRequests: count('Requests that may wait for a connection'),
    http2MaxRequests: count('Requests that may be under way'),
    idleTimeout: text('How long a connection may be idle'),
    maxRequestsPerConnection: count('Requests after which a connection is closed'),
    maxRetries: count('Retries that may be under way'),
  })
  .meta({ description: 'Limits of HTTP connections' });

const httpCookie = z
  .object({
    name: text('Name of the cookie'),
    path: text('Path of the cookie'),
    ttl: text('Lifetime of the cookie'),
  })
  .meta({ description: 'Hash of a cookie' });

const consistentHash = exactlyOneOf(
  z.object({
    httpHeaderName: text('Hash of this request header'),
    httpCookie: httpCookie.optional(),
    useSourceIp: flag("Hash of the client's address"),
    httpQueryParameterName: text('Hash of this query parameter'),
    minimumRingSize: count('Fewest virtual nodes of the hash ring'),
  }),
  ['httpHeaderName', 'httpCookie', 'useSourceIp', 'httpQueryParameterName'],
  'The same client is served by the same pod',
);

const locality = (from: string, to: z.ZodType) =>
  z.object({ from: text(from), to: to.optional() }).meta({ description: 'Where traffic of one locality goes' });

const localityLbSetting = z
  .object({
    distribute: z
      .array(
        locality(
          'Locality that asks, parts separated by /',
          z.record(z.string(), z.int()).meta({ description: 'Percent by locality that answers' }),
        ),
      )
      .meta({ description: 'How traffic is spread over localities' })
      .optional(),
    enabled: flag("Overrides the mesh's own setting"),
    failover: z
      .array(locality('Region that fails', z.string().meta({ description: 'Region that takes over' })))
      .meta({ description: 'Where traffic goes when a region fails' })
      .optional(),
  })
  .meta({ description: 'Load balancing by locality' });

const loadBalancer = exactlyOneOf(
  z.object({
    simple: z
      .enum(['ROUND_ROBIN', 'LEAST_CONN', 'RANDOM', 'PASSTHROUGH', 'LEAST_REQUEST'])
      .meta({ description: 'Algorithm without stickiness' })
      .optional(),
    consistentHash: consistentHash.optional(),
    localityLbSetting: localityLbSetting.optional(),
    warmupDurationSecs: text('How long a new pod gets less traffic'),
  }),
  ['simple', 'consistentHash'],
  'How requests are spread over pods',
);

const outlierDetection = z
  .object({
    baseEjectionTime: text('Shortest time for which a pod is left out'),
    consecutive5xxErrors: count('Errors of the 5xx kind in a row that leave a pod out'),
    consecutiveErrors: count('Errors in a row that leave a pod out; replaced by the other counts'),
    consecutiveGatewayErrors: count('Gateway errors (502, 503, 504) in a row that leave a pod out'),
    consecutiveLocalOriginFailures: count('Failures to connect in a row that leave a pod out'),
    interval: text('Time between two looks'),
    maxEjectionPercent: count('Most pods that may be left out, in percent'),
    minHealthPercent: count('Nothing is left out while fewer pods than this are healthy, in percent'),
    splitExternalLocalOriginErrors: flag('Failures to connect are counted apart'),
  })
  .meta({ description: 'When a failing pod is left out' });

const tls = z
  .object({
    caCertificates: text('File with the authorities that are trusted'),
    clientCertificate: text('File with the client certificate; needed for MUTUAL'),
    mode: z
      .enum(['DISABLE', 'SIMPLE', 'MUTUAL', 'ISTIO_MUTUAL'])
      .meta({ description: 'Whether and how TLS is used' })
      .optional(),
    privateKey: text('File with the private key; needed for MUTUAL'),
    sni: text('Server name that is asked for'),
    subjectAltNames: strings("Names of which the server's certificate must have one").optional(),
  })
  .meta({ description: 'TLS between proxy and pods' });

export const trafficPolicySchema = z
  .object({
    connectionPool: z.object({ http: http.optional() }).meta({ description: 'Limits of connections' }).optional(),
    loadBalancer: loadBalancer.optional(),
    outlierDetection: outlierDetection.optional(),
    tls: tls.optional(),
  })
  .meta({ description: 'Traffic policy of the DestinationRules; for Istio' });

export const corsPolicySchema = z
  .object({
    allowCredentials: flag('Requests may carry credentials'),
    allowHeaders: strings('Request headers that may be sent').optional(),
    allowMethods: strings('HTTP methods that may be used').optional(),
    allowOrigin: strings('Origins that may ask').optional(),
    allowOrigins: z
      .array(definiteStringMatch('An origin that may ask'))
      .meta({ description: 'Patterns of origins that may ask' })
      .optional(),
    exposeHeaders: strings('Response headers that scripts may read').optional(),
    maxAge: text('How long the answer to a preflight request holds'),
  })
  .meta({ description: 'Cross-origin resource sharing; for Istio and the Gateway API' });
