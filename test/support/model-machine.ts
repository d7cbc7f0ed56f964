import { identityMachine } from '../../machines/index.js';
import { bundleForPage, isLight } from './interpreter.js';

/** The identity machine on XState itself, which `xstate/graph` can walk, whichever interpreter the tests run on. */
export async function modelMachine(): Promise<typeof identityMachine> {
  if (!isLight) return identityMachine;
  const script = await bundleForPage('machines/index.ts', { format: 'esm', alias: {} });
  const machines = await import(`data:text/javascript;base64,${Buffer.from(script).toString('base64')}`);
  return machines.identityMachine;
}
