import type * as Sdk from '@aws-sdk/client-s3';
import { codeOf, failureOf } from './failure.js';
import { ObjectArchive } from './objects/archive.js';
import type { Listed, Objects } from './objects/port.js';
import type { ArchiveStore } from './opening.js';

const ATTEMPTS = 3;
const CONNECT_MS = 5_000;
const REQUEST_MS = 30_000;

/**
 * Error codes of S3 (docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html) and of the credential chain that a
 * user must fix.
 */
const FOR_PEOPLE =
  /^(NoSuchBucket|AccessDenied|AllAccessDisabled|InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|InvalidBucketName|PermanentRedirect|CredentialsProviderError)$/;

const SETTINGS = ['region', 'endpoint', 'path-style'];
const REMEDY = `only ${SETTINGS.join(', ')} may follow the question mark`;

/**
 * A bucket of S3, or of a server with its protocol: `s3://bucket/prefix`. Region and credentials are found as by AWS'
 * own tools: in the environment, its files, the pod's or the machine's role. `?endpoint=https://minio:9000` and
 * `&path-style=true` are for servers other than AWS'.
 */
export const s3: ArchiveStore = {
  schemes: ['s3'],
  example: 's3://bucket/serinus',
  parse: (url) => {
    if (url.host === '') return { remedy: 'name a bucket after s3://' };
    if (url.username !== '' || url.password !== '') return { remedy: 'leave credentials to the environment' };
    const { searchParams: given } = url;
    if ([...given.keys()].some((key) => !SETTINGS.includes(key))) return { remedy: REMEDY };
    const [region, endpoint, pathStyle] = SETTINGS.map((key) => given.get(key) ?? undefined);
    if (endpoint !== undefined && !URL.canParse(endpoint)) return { remedy: 'give a whole URL as endpoint' };
    const prefix = decodeURIComponent(url.pathname).replace(/^\/+|\/+$/g, '');
    const shown = `s3://${url.host}${prefix === '' ? '' : `/${prefix}`}`;
    const config = {
      ...(endpoint === undefined ? {} : { endpoint, region: region ?? process.env['AWS_REGION'] ?? 'us-east-1' }),
      ...(region === undefined ? {} : { region }),
      forcePathStyle: pathStyle === 'true',
    };
    return { open: () => new ObjectArchive(new Bucket(url.host, prefix, config, shown)), shown };
  },
};

interface Tools {
  readonly sdk: typeof Sdk;
  readonly client: Sdk.S3Client;
}

class Bucket implements Objects {
  readonly store = 's3';
  private readonly start: string;
  private loaded: Promise<Tools> | undefined;

  constructor(
    private readonly bucket: string,
    prefix: string,
    private readonly config: Sdk.S3ClientConfig,
    private readonly shown: string,
  ) {
    this.start = prefix === '' ? '' : `${prefix}/`;
  }

  async put(key: string, text: string): Promise<void> {
    await this.attempt(async ({ sdk, client }) => {
      const object = { Bucket: this.bucket, Key: this.start + key, Body: text, ContentType: 'application/json' };
      await client.send(new sdk.PutObjectCommand(object));
    });
  }

  async get(key: string): Promise<string | undefined> {
    return this.attempt(async ({ sdk, client }) => {
      try {
        const { Body } = await client.send(new sdk.GetObjectCommand({ Bucket: this.bucket, Key: this.start + key }));
        return await Body?.transformToString();
      } catch (error) {
        if (codeOf(error) === 'NoSuchKey') return undefined;
        throw error;
      }
    });
  }

  async delete(key: string): Promise<void> {
    await this.attempt(({ sdk, client }) =>
      client.send(new sdk.DeleteObjectCommand({ Bucket: this.bucket, Key: this.start + key })),
    );
  }

  async *list(prefix: string, after?: string): AsyncGenerator<Listed> {
    let token: string | undefined;
    do {
      const page = await this.attempt(({ sdk, client }) =>
        client.send(
          new sdk.ListObjectsV2Command({
            Bucket: this.bucket,
            Prefix: this.start + prefix,
            ...(after === undefined ? {} : { StartAfter: this.start + after }),
            ...(token === undefined ? {} : { ContinuationToken: token }),
          }),
        ),
      );
      for (const { Key, LastModified } of page.Contents ?? []) {
        if (Key !== undefined)
          yield { key: Key.slice(this.start.length), putAt: LastModified?.getTime() ?? Date.now() };
      }
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  async close(): Promise<void> {
    (await this.loaded)?.client.destroy();
  }

  /** The client is loaded on first use, because it is large. */
  private async load(): Promise<Tools> {
    const sdk = await import('@aws-sdk/client-s3');
    const client = new sdk.S3Client({
      ...this.config,
      maxAttempts: ATTEMPTS,
      requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: REQUEST_MS },
      // Not every S3 server knows the newer checksums.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
    return { sdk, client };
  }

  private async attempt<T>(work: (tools: Tools) => Promise<T>): Promise<T> {
    try {
      return await work(await (this.loaded ??= this.load()));
    } catch (error) {
      throw failureOf(this.shown, error, FOR_PEOPLE);
    }
  }
}
