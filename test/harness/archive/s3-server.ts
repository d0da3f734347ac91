import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Objects in an answer to a list; S3's own limit is 1000. */
const PAGE = 7;

/**
 * A server that answers as S3's API reference documents GetObject, PutObject, DeleteObject and ListObjectsV2
 * (docs.aws.amazon.com/AmazonS3/latest/API), with the bucket in the path. Buckets are made by writing to them, except
 * `missing`; requests must be signed by somebody, `denied` by nobody it knows.
 */
export async function startS3(): Promise<{ url: string; stop: () => Promise<void> }> {
  const objects = new Map<string, { readonly body: Buffer; readonly at: Date }>();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://s3');
    const [, bucket = '', key = ''] = /^\/([^/]*)\/?(.*)$/.exec(decodeURIComponent(url.pathname)) ?? [];
    const answer = (status: number, body: string | Buffer = ''): void => void response.writeHead(status).end(body);
    const refuse = (status: number, code: string): void =>
      answer(status, `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`);
    const chunks: Buffer[] = [];
    request.on('data', (data: Buffer) => chunks.push(data));
    request.on('end', () => {
      if (!request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 ')) return refuse(403, 'AccessDenied');
      if (bucket === 'denied') return refuse(403, 'AccessDenied');
      if (bucket === 'missing') return refuse(404, 'NoSuchBucket');
      const name = `${bucket}/${key}`;
      const found = objects.get(name);
      if (request.method === 'PUT') objects.set(name, { body: Buffer.concat(chunks), at: new Date() });
      if (request.method === 'DELETE') objects.delete(name);
      if (request.method === 'DELETE') return answer(204);
      if (request.method === 'PUT') return answer(200);
      if (key !== '') return found ? answer(200, found.body) : refuse(404, 'NoSuchKey');
      answer(200, listed(bucket, url.searchParams));
    });
  });

  /** Keys in the order of their bytes, after `start-after` or where the last page has ended. */
  function listed(bucket: string, query: URLSearchParams): string {
    const prefix = query.get('prefix') ?? '';
    const after = query.get('continuation-token') ?? query.get('start-after') ?? '';
    const keys = [...objects.keys()]
      .filter((name) => name.startsWith(`${bucket}/`))
      .map((name) => name.slice(bucket.length + 1))
      .filter((key) => key.startsWith(prefix) && key > after)
      .sort();
    const page = keys.slice(0, PAGE);
    const contents = page.map((key) => {
      const at = objects.get(`${bucket}/${key}`)?.at.toISOString() ?? '';
      return `<Contents><Key>${escaped(key)}</Key><LastModified>${at}</LastModified></Contents>`;
    });
    const more = keys.length > PAGE;
    const next = more ? `<NextContinuationToken>${escaped(page.at(-1) ?? '')}</NextContinuationToken>` : '';
    return `<?xml version="1.0"?><ListBucketResult><IsTruncated>${more}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`;
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
