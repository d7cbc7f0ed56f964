import { describe, expect, it } from 'vitest';
import { memoryJar } from '../../src/index.js';
import { fakePage } from '../../src/testing/index.js';
import { bench, click, ids } from '../support/bench.js';

const ahead = (options = {}) => bench({ page: fakePage({ prerendering: true }), ...options });

describe('a page that is rendered ahead of a visit', () => {
  it('reads, stores and sends nothing, and its events wait in memory', async () => {
    const jar = memoryJar({ anonymous: 'anonymous-stored' });
    const { user, transport, send } = ahead({ jar });
    expect(user.getSnapshot()).toMatchObject({ token: 'anonymous-1', consent: 'pending' });
    expect(await user.track(click('a'))).toEqual({ status: 'stored' });
    user.login('u1');
    user.consent.grant();
    await send();
    expect(transport.requests).toEqual([]);
    expect(jar.read('anonymous')).toBe('anonymous-stored');
    expect(jar.read('identified')).toBeUndefined();
  });

  it('acts on the consent it was given once it is visited', async () => {
    const jar = memoryJar({ anonymous: 'anonymous-stored' });
    const { user, page, transport, send } = ahead({ jar });
    void user.track(click('a'));
    page.say('activated');
    expect(user.getSnapshot()).toMatchObject({ token: 'anonymous-stored', consent: 'granted' });
    await send();
    expect(ids(transport.accepted)).toEqual(['a']);
  });

  it('acts on a grant that came before the visit', async () => {
    const { user, page } = ahead({ consent: 'pending' });
    user.consent.grant();
    expect(user.consent.state).toBe('pending');
    page.say('activated');
    expect(user.consent.state).toBe('granted');
  });

  it('still waits for consent where none came before the visit', () => {
    const { user, page } = ahead({ consent: 'pending' });
    page.say('activated');
    expect(user.consent.state).toBe('pending');
    user.consent.grant();
    expect(user.consent.state).toBe('granted');
  });

  it('denies at once, and a visit brings no earlier grant back', () => {
    const { user, page } = ahead();
    user.consent.deny();
    expect(user.token).toBeUndefined();
    page.say('activated');
    expect(user.consent.state).toBe('denied');
    user.consent.grant();
    user.consent.deny();
    page.say('activated');
    expect(user.consent.state).toBe('denied');
  });
});
