import { routerContract } from './router-contract.js';
import { apisix } from './routers/apisix.js';
import { gatewayApiV1, gatewayApiV1beta1 } from './routers/gatewayapi.js';
import { nginx } from './routers/nginx.js';
import { skipper } from './routers/skipper.js';

/** Every traffic provider, held to the contract of `Router`. A new one is a file in routers/ and a word here. */
for (const provider of [apisix, gatewayApiV1, gatewayApiV1beta1, nginx, skipper]) routerContract(provider);
