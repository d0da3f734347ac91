import { testProviderContract } from './provider-contract.js';
import { stackdriver } from './vendors/stackdriver.js';

testProviderContract(stackdriver);
