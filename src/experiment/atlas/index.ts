export { type AtlasOptions, type AtlasRow, livenessAtlas, SETTINGS } from './atlas.js';
