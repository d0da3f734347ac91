import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/**
 * What a page of Serinus may load: its own scripts, styles, pictures and fonts, and nothing inline. No page may frame
 * it.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
};

/** A year. Subdomains aren't ours to decide on. */
const HSTS = 'max-age=31536000';

/** Answers that depend on the caller, or on the moment. */
const NEVER_STORED = /^\/(?:api|auth)\//;

/** Must be called before any other hook is added, so that refusals by other hooks have the headers, too. */
export function addSecurityHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    setSecurityHeaders(request, reply);
    done();
  });
}

/** For answers that bypass hooks. */
export function setSecurityHeaders(request: FastifyRequest, reply: FastifyReply): void {
  reply.headers(HEADERS);
  // Over TLS, or behind a trusted proxy that reports it; over plain HTTP browsers ignore it.
  if (request.protocol === 'https') reply.header('Strict-Transport-Security', HSTS);
  if (NEVER_STORED.test(request.url)) reply.header('Cache-Control', 'no-store');
}
