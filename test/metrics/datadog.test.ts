import { testProviderContract } from './provider-contract.js';
import { datadog } from './vendors/datadog.js';

testProviderContract(datadog);
