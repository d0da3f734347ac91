// Runs inside a network of its own: says what comes of a connection to each HOST:PORT of its arguments, as JSON.
import { connect } from 'node:net';

const outcome = (address) =>
  new Promise((resolve) => {
    const [host, port] = address.split(':');
    const socket = connect({ host, port: Number(port) });
    socket.setTimeout(3_000, () => resolve('silence'));
    socket.once('connect', () => resolve('connected'));
    socket.once('error', (error) => resolve(error.code));
  });

console.log(JSON.stringify(await Promise.all(process.argv.slice(2).map(outcome))));
process.exit(0);
