import { join } from 'node:path';
import type { NextConfig } from 'next';

const config: NextConfig = {
  cacheComponents: true,
  partialPrefetching: true,
  // The examples share files in the folder next to this one.
  turbopack: { root: join(import.meta.dirname, '..') },
};

export default config;
