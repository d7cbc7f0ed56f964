import { describe, expect, it, vi } from 'vitest';
import { outcomeOf } from '../../src/delivery/outcome.js';
import { entry } from '../support/entry.js';

const everyone = () => true;

describe('outcomeOf', () => {
  it('tells listeners which event was delivered, with its tokens and time', () => {
    expect(outcomeOf(entry('a'), { status: 'delivered' }, everyone)).toEqual({
      type: 'eventDelivered',
      id: 'a',
      event: { eventType: 'click', eventName: 'a', userToken: 'u1', timestamp: 1_800_000_000_000 },
    });
  });

  it('tells them why one was dropped', () => {
    expect(outcomeOf(entry('a'), { status: 'dropped', reason: 'refused', message: 'no' }, everyone)).toEqual({
      type: 'eventDropped',
      id: 'a',
      event: expect.objectContaining({ eventName: 'a' }),
      reason: 'refused',
      message: 'no',
    });
  });

  it('tells nothing of an event that is stored, which is no end', () => {
    expect(outcomeOf(entry('a'), { status: 'stored' }, everyone)).toBeUndefined();
  });

  it('parses no event that nobody listens for', () => {
    const parse = vi.spyOn(JSON, 'parse');
    const hasListeners = (type: string) => type === 'eventDelivered';
    expect(outcomeOf(entry('a'), { status: 'dropped', reason: 'too-old' }, hasListeners)).toBeUndefined();
    expect(parse).not.toHaveBeenCalled();
    expect(outcomeOf(entry('a'), { status: 'delivered' }, hasListeners)).toBeDefined();
    parse.mockRestore();
  });
});
