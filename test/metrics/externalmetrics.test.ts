import { testProviderContract } from './provider-contract.js';
import { elsewhere, inCluster, withToken } from './vendors/externalmetrics.js';

for (const subject of [inCluster, withToken, elsewhere]) testProviderContract(subject);
