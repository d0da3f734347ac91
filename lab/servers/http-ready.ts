import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

const TIMEOUT_MS = 2_000;

export interface HttpReadyOptions {
  /** For https: the certificate to trust. */
  readonly certificate?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Whether a URL answers a GET with 200. */
export async function answersOk(url: string, options: HttpReadyOptions = {}): Promise<boolean> {
  return (await statusOf(url, options)) === 200;
}

/** Whether a URL answers a GET at all. */
export async function answers(url: string): Promise<boolean> {
  return (await statusOf(url, {})) !== undefined;
}

function statusOf(url: string, { certificate, headers = {} }: HttpReadyOptions): Promise<number | undefined> {
  const request = url.startsWith('https:') ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const asked = request(url, {
      timeout: TIMEOUT_MS,
      headers,
      agent: false,
      ...(certificate ? { ca: certificate } : {}),
    });
    asked.once('response', (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    asked.once('timeout', () => asked.destroy(new Error(`${url}: no answer within ${TIMEOUT_MS} ms`)));
    asked.once('error', reject);
    asked.end();
  });
}
