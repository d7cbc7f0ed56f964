import { segmentBench } from './segment-bench.js';

globalThis.bench = segmentBench({ strategy: 'standard', config: { keepalive: true } });
