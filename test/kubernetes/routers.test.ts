import { routerContract } from './router-contract.js';
import { apisix } from './routers/apisix.js';

/** Every traffic provider, held to the contract of `Router`. A new one is a file in routers/ and a word here. */
for (const provider of [apisix]) routerContract(provider);
