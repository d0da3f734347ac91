import { testProviderContract } from './provider-contract.js';
import { keptn } from './vendors/keptn.js';

testProviderContract(keptn);
