import { testProviderContract } from './provider-contract.js';
import { withPassword, withToken } from './vendors/prometheus.js';

testProviderContract(withToken);
testProviderContract(withPassword);
