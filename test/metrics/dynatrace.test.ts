import { testProviderContract } from './provider-contract.js';
import { dynatrace } from './vendors/dynatrace.js';

testProviderContract(dynatrace);
