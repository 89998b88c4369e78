// The command line does not know the engine: what it draws by, it gets here.
export { Streams } from '../engine/index.js';
