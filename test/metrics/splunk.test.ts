import { testProviderContract } from './provider-contract.js';
import { splunk } from './vendors/splunk.js';

testProviderContract(splunk);
