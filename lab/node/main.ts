/** The lab node as a process: `main.ts CONFIG`. Started by the lab. */
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clientWith, readAccess } from '../kube/access.js';
import { Leash } from '../process/leash.js';
import { plainProgress } from '../tools/progress.js';
import { defaultSources } from '../tools/source.js';
import { isOwnNetwork } from '../network/own.js';
import { ownAddresses, PodAddresses } from './addresses.js';
import { readConfig } from './config.js';
import { ImageCatalogue } from './images.js';
import { LabNode } from './lab-node.js';
import { nodeServer } from './node-server.js';
import { registerNode } from './node-object.js';

const [configFile = ''] = process.argv.slice(2);
const config = readConfig(configFile);
const log = (line: string) => console.log(`${new Date().toISOString()} ${line}`);
const programs = fileURLToPath(new URL('../programs/bin', import.meta.url));

const addressesAreReal = await isOwnNetwork();
const client = clientWith(await readAccess(config.accessFile), 'serinus-lab-node');
// The containers' processes are held by a leash of the node's own: they end with it, however it ends.
const leash = new Leash();
const progress = plainProgress(log);
const node = new LabNode({
  client,
  leash,
  log,
  addresses: addressesAreReal ? await ownAddresses() : new PodAddresses(),
  addressesAreReal,
  images: new ImageCatalogue({ sources: defaultSources(progress, leash), loadTester: config.loadTester }),
  podsDirectory: config.podsDirectory,
  logsDirectory: config.logsDirectory,
  placesFile: config.placesFile,
  env: {
    PATH: `${programs}${delimiter}${process.env['PATH'] ?? ''}`,
    HOME: process.env['HOME'] ?? '/',
    LAB_HEY: config.hey,
  },
});

let ready = false;
nodeServer(node, () => ready).listen(config.port, '127.0.0.1');
process.on('SIGTERM', () => {
  node.kill();
  process.exit(0);
});
await registerNode(client);
await node.start();
ready = true;
log('the lab node is ready');
