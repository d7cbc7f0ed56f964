import { relative, resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const folders = ['machines', 'events', 'adapters', 'contract', 'identity', 'delivery'];
/** A mutant is done with the first test that fails, so those that mirror its folder go first. */
const order = [process.env.MUTATED?.split('/').pop(), ...folders];

class MirrorFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const index = order.indexOf(relative(resolve(import.meta.dirname, 'test'), moduleId).split('/')[0]);
      return index < 0 ? order.length : index;
    };
    return [...files].sort((a, b) => place(a) - place(b) || (a.moduleId < b.moduleId ? -1 : 1));
  }
}

/** The tests that scripts/mutate.mjs runs against mutants: those that need no browser and no build, and are quick. */
export default defineConfig({
  test: {
    include: [`test/{${folders}}/**/*.test.ts`, 'test/*.test.ts'],
    exclude: [
      // They run for seconds.
      'test/machines/in-an-app.test.ts',
      'test/adapters/{missing-globals,uuid}.test.ts',
      'test/contract/transports.test.ts',
      'test/identity/paths.test.ts',
      'test/delivery/outages.test.ts',
      'test/masked-inspect.test.ts',
      // It reads the docs, which Stryker does not copy.
      'test/messages.test.ts',
    ],
    // A worker for each file would take longer than its tests.
    isolate: false,
    maxWorkers: 1,
    setupFiles: ['test/support/mutate.setup.ts'],
    // Nobody reads what failed, and a default reporter would quote the code of it.
    reporters: [{}],
    testTimeout: 4_000,
    expect: { poll: { timeout: 2_000 } },
    sequence: { sequencer: MirrorFirst },
  },
});
