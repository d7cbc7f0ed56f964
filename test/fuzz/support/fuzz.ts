import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { watchBuiltins } from '../../hostile/support/watch-builtins.js';

/** How many times as long as in CI; `npm run fuzz` sets it. */
const factor = Number(process.env.FUZZ_FACTOR ?? 1);
/** Repeats an earlier run. @default another one each time */
const seed = process.env.FUZZ_SEED === undefined ? undefined : Number(process.env.FUZZ_SEED);

/** Few enough to look at after each run; all others are looked at when a test ends. */
const keysOfPrototypes = () =>
  [Object, Array, String, Function, Promise].map(({ prototype }) => Reflect.ownKeys(prototype).length).join();
const before = keysOfPrototypes();

/** Watches the tests of a file: none may leave an uncaught error behind, or touch a built-in. */
export function watchProcess(): void {
  const uncaught: unknown[] = [];
  const note = (error: unknown) => void uncaught.push(error);
  beforeAll(() => {
    watchBuiltins();
    process.on('uncaughtException', note).on('unhandledRejection', note);
  });
  afterAll(() => {
    process.off('uncaughtException', note).off('unhandledRejection', note);
    expect(uncaught).toEqual([]);
  });
}

/** A test that holds for `runs` random inputs. What fails is told with its smallest input and the seed. */
export function fuzz<Inputs extends [unknown, ...unknown[]]>(
  name: string,
  runs: number,
  inputs: { [Index in keyof Inputs]: fc.Arbitrary<Inputs[Index]> },
  holds: (...given: Inputs) => Promise<void> | void,
): void {
  const numRuns = Math.ceil(runs * factor);
  it(
    `${name} (${numRuns} runs)`,
    async () => {
      const property = fc.asyncProperty(...inputs, async (...given: Inputs) => {
        await holds(...given);
        expect(keysOfPrototypes(), 'a prototype was touched').toBe(before);
      });
      await fc.assert(property as fc.IAsyncProperty<unknown>, {
        numRuns,
        ...(seed === undefined ? {} : { seed }),
      });
      expect(globalThis.touchedBuiltins()).toEqual([]);
    },
    120_000 * Math.max(1, factor),
  );
}
