export { type DataSet, type DataSetOptions, makeDataSet } from './data-set.js';
