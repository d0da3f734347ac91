import { testProviderContract } from '../provider-contract.js';
import { withPassword, withToken } from './vendor.js';

testProviderContract(withToken);
testProviderContract(withPassword);
