import { testProviderContract } from './provider-contract.js';
import { cloudWatch } from './vendors/cloudwatch.js';

testProviderContract(cloudWatch);
