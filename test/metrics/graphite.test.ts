import { testProviderContract } from './provider-contract.js';
import { graphite } from './vendors/graphite.js';

testProviderContract(graphite);
