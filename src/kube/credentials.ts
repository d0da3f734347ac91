import https from 'node:https';
import http from 'node:http';
import type { KubeConfig } from '@kubernetes/client-node';

/** Authentication of requests: the connection's and the header's part. */
export interface Authentication {
  readonly agent: http.Agent;
  readonly headers: Readonly<Record<string, string>>;
}

/** Our identity for an API server. */
export interface Authenticator {
  current(): Promise<Authentication>;
  /** The API server has refused the credentials. */
  forget(): void;
}

/** Tokens of pods and of exec plugins are renewed on disk or on demand; they are read again this often. */
const MAX_AGE_MS = 60_000;

/**
 * Turns a kubeconfig (certificates, tokens, exec plugins, OIDC, in-cluster accounts) into connection agents and
 * headers, and keeps them fresh. One agent is kept as long as its certificates stay the same, so connections are reused.
 */
export class Credentials implements Authenticator {
  private cached: (Authentication & { readonly at: number }) | undefined;
  private agent: { readonly key: string; readonly agent: http.Agent } | undefined;

  constructor(private readonly config: KubeConfig) {}

  async current(): Promise<Authentication> {
    if (this.cached && Date.now() - this.cached.at < MAX_AGE_MS) return this.cached;
    const options: https.RequestOptions = {};
    await this.config.applyToHTTPSOptions(options);
    this.cached = { agent: this.agentFor(options), headers: headersOf(options), at: Date.now() };
    return this.cached;
  }

  /** The API server refused the credentials: read them again for the next request. */
  forget(): void {
    this.cached = undefined;
  }

  private agentFor(options: https.RequestOptions): http.Agent {
    const cluster = this.config.getCurrentCluster();
    // A proxy needs the library's own agent, which knows how to tunnel.
    if (cluster?.proxyUrl !== undefined && options.agent instanceof http.Agent) return options.agent;
    const secure = {
      ca: options.ca,
      cert: options.cert,
      key: options.key,
      passphrase: options.passphrase,
      servername: options.servername,
      rejectUnauthorized: options.rejectUnauthorized,
    };
    const key = JSON.stringify(secure);
    if (this.agent?.key === key) return this.agent.agent;
    const plain = cluster?.server.startsWith('http:') === true;
    const agent = plain
      ? new http.Agent({ keepAlive: true })
      : new https.Agent({ ...definedOnly(secure), keepAlive: true });
    this.agent = { key, agent };
    return agent;
  }
}

function headersOf(options: https.RequestOptions): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    if (value !== undefined) headers[name] = String(value);
  }
  if (options.auth != null) headers['Authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  return headers;
}

function definedOnly(options: https.AgentOptions): https.AgentOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
