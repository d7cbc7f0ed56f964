import { describe, expect, it, vi } from 'vitest';
import { type Locks, pause, withShortLock } from '../../src/adapters/short-lock.js';
import { fakeClock } from '../../src/testing/index.js';
import { fakeLocks } from '../support/fake-locks.js';

describe('withShortLock', () => {
  it('makes the change under the lock, and holds it for a second more', async () => {
    const [clock, locks] = [fakeClock(), fakeLocks()];
    let heldMeanwhile: string[] = [];
    const isFree = await withShortLock(locks, clock, 'name', () => {
      heldMeanwhile = [...locks.held];
    });
    expect([isFree, heldMeanwhile]).toEqual([true, ['name']]);
    await clock.advance(999);
    expect([...locks.held]).toEqual(['name']);
    await clock.advance(1);
    expect([...locks.held]).toEqual([]);
  });

  it('makes no change and does not wait where another page has the lock', async () => {
    const [clock, locks] = [fakeClock(), fakeLocks()];
    const change = vi.fn();
    await withShortLock(locks, clock, 'name', () => {});
    expect(await withShortLock(locks, clock, 'name', change)).toBe(false);
    expect(change).not.toHaveBeenCalled();
    expect(await withShortLock(locks, clock, 'other', change)).toBe(true);
    await clock.advance(1_000);
    expect(await withShortLock(locks, clock, 'name', change)).toBe(true);
    expect(change).toHaveBeenCalledTimes(2);
  });

  it.each<[string, Locks]>([
    ['are missing', undefined],
    [
      'throw',
      {
        request() {
          throw new DOMException('', 'SecurityError');
        },
      },
    ],
    ['are refused', { request: () => Promise.reject(new DOMException('', 'InvalidStateError')) }],
  ])('makes no change and says nothing of a lock where locks %s', async (_, locks) => {
    const change = vi.fn();
    expect(await withShortLock(locks, fakeClock(), 'name', change)).toBeUndefined();
    expect(change).not.toHaveBeenCalled();
  });
});

it('makes no change for now where locks are never answered, and goes on after five seconds', async () => {
  const clock = fakeClock();
  const change = vi.fn();
  let grant: (lock: object) => unknown = () => {};
  const silent = {
    request: (_: string, __: object, callback: typeof grant) => {
      grant = callback;
      return new Promise(() => {});
    },
  } as never as Locks;
  const ends: (boolean | undefined)[] = [];
  void withShortLock(silent, clock, 'name', change).then((isFree) => ends.push(isFree));
  await clock.advance(4_999);
  expect(ends).toEqual([]);
  await clock.advance(1);
  expect(ends).toEqual([undefined]);
  grant({ name: 'name' });
  expect(change).toHaveBeenCalledTimes(1);
});

it('pause resolves when its time is over', async () => {
  const clock = fakeClock();
  let isOver = false;
  void pause(clock, 10).then(() => {
    isOver = true;
  });
  await clock.advance(9);
  expect(isOver).toBe(false);
  await clock.advance(1);
  expect(isOver).toBe(true);
});
