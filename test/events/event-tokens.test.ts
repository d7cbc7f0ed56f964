import { describe, expect, it, vi } from 'vitest';
import { checkUserToken } from '../../machines/index.js';
import { putTokens } from '../../src/events/event-tokens.js';

type Event = Record<string, unknown>;
const anonymous = { token: 'anonymous-1', authenticatedToken: undefined };
const linked = { token: 'anonymous-1', authenticatedToken: 'u1' };
const put = (event: Event, tokens: typeof anonymous | typeof linked = anonymous, check = checkUserToken) => ({
  wrong: putTokens(event, tokens, check),
  event,
});

describe('putTokens', () => {
  it('adds the token in force', () => {
    expect(put({})).toEqual({ wrong: undefined, event: { userToken: 'anonymous-1' } });
  });

  it('adds the account next to it where accounts are linked', () => {
    expect(put({}, linked).event).toEqual({ userToken: 'anonymous-1', authenticatedUserToken: 'u1' });
  });

  it("prefers the event's own tokens, and writes numbers as text", () => {
    expect(put({ userToken: 'own', authenticatedUserToken: 42 }, linked)).toEqual({
      wrong: undefined,
      event: { userToken: 'own', authenticatedUserToken: '42' },
    });
  });

  it("takes the event's own account where none is logged in", () => {
    expect(put({ authenticatedUserToken: 'u2' }).event).toEqual({
      userToken: 'anonymous-1',
      authenticatedUserToken: 'u2',
    });
  });

  it('treats null as a token that is left out', () => {
    const { wrong, event } = put({ userToken: null, authenticatedUserToken: null });
    expect(wrong).toBeUndefined();
    expect(JSON.parse(JSON.stringify(event))).toEqual({ userToken: 'anonymous-1' });
  });

  it.each([
    ['userToken', { userToken: 'jane@example.com' }],
    ['authenticatedUserToken', { authenticatedUserToken: 'a b' }],
    ['userToken', { userToken: '', authenticatedUserToken: '' }],
  ])('names %s as wrong in %j, and never its value', (field, event) => {
    const { wrong } = put({ ...event });
    expect(wrong).toEqual({ field, message: expect.stringMatching(/\S/) });
    expect(wrong!.message).not.toMatch(/jane|a b/);
  });

  it('finds an event without any token wrong', () => {
    expect(putTokens({}, { token: undefined, authenticatedToken: undefined }, checkUserToken)).toMatchObject({
      field: 'userToken',
    });
  });

  it('does not check tokens in force again', () => {
    const check = vi.fn(checkUserToken);
    put({}, linked, check);
    put({ userToken: 'anonymous-1' }, anonymous, check);
    expect(check).not.toHaveBeenCalled();
    put({ userToken: 'other' }, anonymous, check);
    expect(check.mock.calls).toEqual([['other']]);
  });
});
