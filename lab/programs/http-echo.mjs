// The program behind the image lab/http-echo. Plain JavaScript without imports of packages: it starts in
// some 40 ms. Answers with its tag and pod name; FAIL_PERCENT and DELAY_MS make it fail or dawdle.
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';

// As long as a preStop hook that waits for whoever routes, also where they get no processor at once.
const DRAIN_MS = 1_500;

const { values } = parseArgs({
  options: {
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string' },
    tag: { type: 'string' },
    pod: { type: 'string' },
  },
});
const failPercent = Number(process.env.FAIL_PERCENT ?? 0);
const delayMs = Number(process.env.DELAY_MS ?? 0);
let draining = false;
let served = 0;

const server = createServer((request, response) => {
  const path = (request.url ?? '/').split('?')[0];
  const answer = (code, body) => {
    response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  request.resume();
  if (path === '/healthz') return answer(200, { status: 'OK' });
  if (path === '/readyz') return answer(draining ? 503 : 200, { status: draining ? 'draining' : 'OK' });
  // How many requests got here, whoever got the answers.
  if (path === '/served') return answer(200, { served });
  served += 1;
  const status = /^\/status\/(\d{3})$/.exec(path)?.[1];
  const failed = Math.random() * 100 < failPercent;
  const reply = () =>
    answer(status ? Number(status) : failed ? 500 : 200, { version: values.tag, hostname: values.pod });
  if (delayMs > 0) setTimeout(reply, delayMs);
  else reply();
});
server.keepAliveTimeout = 60_000;
server.listen(Number(values.port), values.host);

// Like a well-behaved server: not ready any more, but serving until those who route have noticed.
process.on('SIGTERM', () => {
  draining = true;
  setTimeout(() => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  }, DRAIN_MS);
});
