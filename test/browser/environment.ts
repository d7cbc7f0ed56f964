import type { Environment } from 'vitest/runtime';
import type { Driver } from './drivers/driver.types.js';

declare global {
  /** The browsers that the test files of a worker share, by how they were started. */
  var sharedBrowsers: Map<string, Promise<Driver>> | undefined;
}

/** Node, with browsers that end when the worker ends. */
const environment: Environment = {
  name: 'shared-browsers',
  viteEnvironment: 'ssr',
  setup() {
    globalThis.sharedBrowsers = new Map();
    return {
      async teardown() {
        const drivers = await Promise.allSettled(globalThis.sharedBrowsers?.values() ?? []);
        await Promise.all(drivers.map((result) => result.status === 'fulfilled' && result.value.close()));
      },
    };
  },
};

export default environment;
