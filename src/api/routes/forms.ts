import type { App } from './app.js';

/**
 * Has the routes of this plugin take what forms of browsers send, its fields as strings. Nowhere else: pages of other
 * sites can send forms too, so such a route must not go by a cookie.
 */
export function takeForms(app: App): void {
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(String(body))));
  });
}
