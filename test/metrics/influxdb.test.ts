import { testProviderContract } from './provider-contract.js';
import { influxdb } from './vendors/influxdb.js';

testProviderContract(influxdb);
