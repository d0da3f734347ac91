/**
 * A process that owns a lab, for tests that kill it: starts one, runs two pods in it, prints the lab's
 * state and the pods' places as one line of JSON, and stays.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { startLab } from '../../../lab/lab.js';
import { labClient } from '../../../lab/manifests.js';
import { DEPLOYMENTS } from '../../../src/kube/object.js';
import { echoDeployment, waitForReadyPods } from './echo.js';

const lab = await startLab({ log: (line) => console.error(line), podinfoTags: [] });
const client = await labClient(lab);
await client.create(DEPLOYMENTS, echoDeployment('default', 'echo', 'v1', 2));
await waitForReadyPods(client, 'default', 'app=echo', 2);
const pods = await (await fetch(`${lab.describe().nodeUrl}/pods`)).json();
console.log(JSON.stringify({ state: lab.describe(), pods: z.array(z.unknown()).parse(pods) }));
await sleep(600_000);
