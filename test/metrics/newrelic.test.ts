import { testProviderContract } from './provider-contract.js';
import { newRelic } from './vendors/newrelic.js';

testProviderContract(newRelic);
