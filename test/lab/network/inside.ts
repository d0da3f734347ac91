/** Runs inside a network of its own, entered as a lab enters it: opens a port, tells it, and answers on it. */
import { createServer } from 'node:http';
import { runInOwnNetwork } from '../../../lab/network/outside.js';
import { freePort } from '../../../lab/process/ports.js';

const code = await runInOwnNetwork(console.error, () => Promise.resolve());
if (code !== undefined) process.exit(code);

const port = await freePort();
createServer((request, response) => {
  request.pipe(response);
}).listen(port, '127.0.0.1', () => console.log(`port ${port}`));
