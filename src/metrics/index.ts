export * from './registry.js';
export * from './scrape.js';
