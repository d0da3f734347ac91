// Runs a program behind a small HTTP proxy that fails, delays, or ends it: the tags -errors, -slow, -crash
// and -unready of the lab's images. `{port}` in the program's arguments becomes the port behind the proxy.
// Plain JavaScript without imports of packages, because it starts inside pods.
import { spawn } from 'node:child_process';
import { Agent, createServer, request as httpRequest } from 'node:http';
import { createServer as createNetServer } from 'node:net';
import { parseArgs } from 'node:util';

/** Probes and scrapes pass untouched. */
const SPARED = new Set(['/healthz', '/readyz', '/metrics']);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    host: { type: 'string', default: '127.0.0.1' },
    listen: { type: 'string' },
    'error-percent': { type: 'string', default: '0' },
    delay: { type: 'string', default: '0-0' },
    'exit-after': { type: 'string' },
    unready: { type: 'boolean', default: false },
  },
});
const errorPercent = Number(values['error-percent']);
const [shortest, longest] = values.delay.split('-').map(Number);
const agent = new Agent({ keepAlive: true });

const port = await freePort();
const [file, ...args] = positionals.map((part) => part.replace('{port}', String(port)));
const child = spawn(file, args, { stdio: 'inherit' });
child.on('error', (error) => {
  console.error(`misbehave: ${error.message}`);
  process.exit(127);
});
child.on('exit', (code) => process.exit(code ?? 1));
// A SIGTERM reaches the whole process group; we serve on until the program has ended.
process.on('SIGTERM', () => undefined);

if (values['exit-after']) {
  setTimeout(() => {
    console.error('misbehave: ending, as the image tag says');
    child.removeAllListeners('exit');
    child.kill('SIGKILL');
    process.exit(1);
  }, Number(values['exit-after']));
}

createServer((request, response) => {
  const path = (request.url ?? '/').split('?')[0];
  if (values.unready && path === '/readyz') {
    response.writeHead(503).end('not ready, as the image tag says\n');
    return;
  }
  if (SPARED.has(path)) return forward(request, response);
  const delay = shortest + Math.random() * (longest - shortest);
  setTimeout(() => {
    if (Math.random() * 100 >= errorPercent) return forward(request, response);
    request.resume();
    response.writeHead(500).end('failed, as the image tag says\n');
  }, delay);
}).listen(Number(values.listen), values.host);

function forward(request, response) {
  const { method, url: path, headers } = request;
  const inner = httpRequest({ host: '127.0.0.1', port, method, path, headers, agent }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  inner.on('error', () => (response.headersSent ? response.destroy() : response.writeHead(502).end()));
  request.pipe(inner);
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createNetServer().listen(0, '127.0.0.1', () => {
      const { port: free } = probe.address();
      probe.close(() => resolve(free));
    });
  });
}
