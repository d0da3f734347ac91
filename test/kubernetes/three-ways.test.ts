import { apisix } from './routers/apisix.js';
import { gatewayApiV1, gatewayApiV1beta1 } from './routers/gatewayapi.js';
import { istio } from './routers/istio.js';
import { traefik } from './routers/traefik.js';
import { threeWaysContract } from './three-ways.js';

for (const provider of [apisix, gatewayApiV1, gatewayApiV1beta1, istio, traefik]) threeWaysContract(provider);
