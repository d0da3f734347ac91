import { routerContract } from './router-contract.js';
import { apisix } from './routers/apisix.js';
import { contour } from './routers/contour.js';
import { gatewayApiV1, gatewayApiV1beta1 } from './routers/gatewayapi.js';
import { istio } from './routers/istio.js';
import { nginx } from './routers/nginx.js';
import { skipper } from './routers/skipper.js';
import { traefik } from './routers/traefik.js';

/** Every traffic provider, held to the contract of `Router`. A new one is a file in routers/ and a word here. */
const PROVIDERS = [apisix, contour, gatewayApiV1, gatewayApiV1beta1, istio, nginx, skipper, traefik];

for (const provider of PROVIDERS) routerContract(provider);
