import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import type { Authentication } from './options.js';
import { open, type App } from './routes/app.js';

const DESCRIPTION = `Progressive delivery for Kubernetes: looks at Canaries, releases new revisions of their targets, and steers releases.

Errors are problem documents (RFC 9457) whose \`type\` is a path that never changes.`;

/** Any one of them suffices. */
const SECURITY: Readonly<Record<Authentication['kind'], Record<string, string[]>[]>> = {
  none: [],
  kubernetes: [{ kubernetes: [] }],
  oidc: [{ kubernetes: [] }, { session: [] }],
};

/** Documents all routes that are registered after it, from the same schemas that validate requests. */
export function describeRoutes(
  app: App,
  options: { readonly version: string; readonly authentication: Authentication['kind'] },
): void {
  void app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Serinus',
        version: options.version,
        description: DESCRIPTION,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      tags: [
        { name: 'canaries', description: 'What there is and how it stands' },
        { name: 'live', description: 'How it stands now, and as it changes' },
        { name: 'releases', description: 'Starting, looking at and steering releases' },
        { name: 'process', description: 'For whoever runs the API' },
      ],
      components: {
        securitySchemes: {
          kubernetes: {
            type: 'http',
            scheme: 'bearer',
            description: 'A token that Kubernetes knows. On loopback none is needed unless --auth says otherwise.',
          },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: '__Host-serinus-session',
            description:
              'Of a browser that has logged in at /auth/login. Requests that change something need the header X-Serinus-Csrf too.',
          },
        },
      },
      security: SECURITY[options.authentication],
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });
}

/** Without the viewer's own header bar. */
const THEME = {
  title: 'Serinus: HTTP API',
  css: [{ filename: 'serinus.css', content: '.swagger-ui .topbar { display: none; }' }],
};

/** Where people read the documentation in a browser. */
const DOCS = '/docs';

/** `/openapi.json` for programs, `/docs` for people. */
export function openApiRoutes(app: App): void {
  // The page's own Content-Security-Policy applies to it as well: all that it loads comes from here.
  void app.register(swaggerUi, { routePrefix: DOCS, staticCSP: false, theme: THEME });

  app.get('/openapi.json', {
    schema: { ...open, summary: 'This description of the API' },
    handler: (_request, reply) => reply.type('application/json').send(app.swagger()),
  });
}
