import { z } from 'zod';

/** The parts of `service` about objects of the Gateway API. Lengths and patterns are those of its own types. */

const GROUP = /^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const SECTION = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const KIND = /^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/;
const NAMESPACE = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

const group = (fallback: string, description: string) =>
  z
    .string()
    .max(253)
    .regex(GROUP, { error: 'use the name of an API group, such as gateway.networking.k8s.io' })
    .default(fallback)
    .meta({ description });
const kind = (fallback: string, description: string) =>
  z
    .string()
    .min(1)
    .max(63)
    .regex(KIND, { error: `use the name of a kind, such as ${fallback}` })
    .default(fallback)
    .meta({ description });
const name = (description: string) => z.string().min(1).max(253).meta({ description });
const namespace = (description: string) =>
  z.string().min(1).max(63).regex(NAMESPACE, { error: 'use the name of a namespace' }).meta({ description }).optional();
const port = (description: string) => z.int().min(1).max(65535).meta({ description, format: 'int32' }).optional();

export const gatewayRefsSchema = z
  .array(
    z
      .object({
        group: group('gateway.networking.k8s.io', 'API group of the parent'),
        kind: kind('Gateway', 'Kind of the parent'),
        name: name('Name of the parent'),
        namespace: namespace("Namespace of the parent; the Canary's where empty"),
        sectionName: z
          .string()
          .min(1)
          .max(253)
          .regex(SECTION, { error: 'use the name of a listener' })
          .meta({ description: 'Listener of the parent' })
          .optional(),
        port: port('Port of the parent'),
      })
      .meta({ description: 'A parent of the HTTPRoute' }),
  )
  .max(32)
  .meta({ description: 'Parents of the HTTPRoute; for the Gateway API' });

const backendRef = z
  .object({
    group: group('', 'API group of the backend; empty for the core group'),
    kind: kind('Service', 'Kind of the backend'),
    name: name('Name of the backend'),
    namespace: namespace("Namespace of the backend; the Canary's where empty"),
    port: port('Port of the backend; needed for a Service'),
  })
  .superRefine((ref, context) => {
    if (ref.group === '' && ref.kind === 'Service' && ref.port === undefined) {
      context.addIssue({ code: 'custom', path: ['port'], message: 'a Service needs the number of its port' });
    }
  })
  .meta({
    description: 'Where the copies of requests go',
    'x-kubernetes-validations': [
      {
        rule: "!(size(self.group) == 0 && self.kind == 'Service') || has(self.port)",
        message: 'a Service needs the number of its port',
      },
    ],
  });

export const mirrorSchema = z
  .array(z.object({ backendRef }).meta({ description: 'A backend that gets copies of all requests' }))
  .meta({ description: 'Backends that always get copies of requests; for the Gateway API' });
