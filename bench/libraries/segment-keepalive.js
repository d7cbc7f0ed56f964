import { chunkSetup } from './segment-bench.js';

globalThis.bench = chunkSetup({ strategy: 'standard', config: { keepalive: true } });
