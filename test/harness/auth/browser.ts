import { parseSetCookie } from 'cookie';
import type { App } from '../../../src/api/routes/app.js';

export interface Page {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly location: string;
}

export interface Request {
  readonly method?: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly payload?: object;
}

/** As much of a browser as logging in needs: it keeps cookies, and follows the way to the issuer and back. */
export class Browser {
  readonly cookies = new Map<string, string>();
  /** The last `Set-Cookie` headers. */
  set: readonly string[] = [];

  constructor(private readonly app: Pick<App, 'inject'>) {}

  async send({ method = 'GET', url, headers = {}, payload }: Request): Promise<Page> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await this.app.inject({
      method,
      url,
      headers: { ...(cookie === '' ? {} : { cookie }), ...headers },
      ...(payload === undefined ? {} : { payload }),
    });
    this.set = [response.headers['set-cookie'] ?? []].flat();
    for (const { name, value = '', maxAge } of this.set.map((line) => parseSetCookie(line))) {
      if (maxAge === 0) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    const { statusCode: status, payload: text } = response;
    const isJson = /json/.test(String(response.headers['content-type']));
    const body = isJson ? response.json<Readonly<Record<string, unknown>>>() : {};
    return { status, headers: response.headers, body, text, location: response.headers.location ?? '' };
  }

  /** @returns where the issuer sends the browser back to */
  async toIssuer(url = '/auth/login', headers: Readonly<Record<string, string>> = {}): Promise<URL> {
    const { status, location, text } = await this.send({ url, headers });
    if (status !== 302) throw new Error(`${status}: ${text}`);
    const back = await fetch(location, { redirect: 'manual' });
    const target = back.headers.get('location');
    if (target === null) throw new Error(`${back.status}: ${await back.text()}`);
    return new URL(target);
  }

  back({ pathname, search }: URL, headers: Readonly<Record<string, string>> = {}): Promise<Page> {
    return this.send({ url: `${pathname}${search}`, headers });
  }

  async logIn(url?: string): Promise<Page> {
    return this.back(await this.toIssuer(url));
  }

  async session(): Promise<Page['body']> {
    return (await this.send({ url: '/api/v1/session' })).body;
  }

  /** What the page of Serinus sends along with a request that changes something. */
  async ownHeaders(origin: string): Promise<Record<string, string>> {
    return { 'x-serinus-csrf': String((await this.session())['csrfToken']), origin, 'sec-fetch-site': 'same-origin' };
  }
}
