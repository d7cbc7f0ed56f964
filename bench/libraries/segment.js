import { segmentBench } from './segment-bench.js';

globalThis.bench = segmentBench(undefined);
