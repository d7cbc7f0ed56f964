import { chunkSetup } from './segment-bench.js';

globalThis.bench = chunkSetup(undefined);
